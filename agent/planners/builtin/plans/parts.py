"""Plans a question that asks for several things part by part, as the built-in weights were taught.

They know questions for one thing. Each part is planned as a conversation of its own: its calls go
out together with those of the others (`PART` says whose they are), and when every part has its
answer, these become one. What no part answers, the check names (`agent.grounding`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult

from agent.answer import Language
from agent.grounding.question_parts import parts_of
from agent.grounding.wording import language_of
from agent.planners.conversation import is_offer, pictures_of, present_question, question_message
from tools.reading.labels import field_of

PART = "parts"
"""The key of a message's `additional_kwargs`: for each of its calls, the part that made it."""


def conversations(messages: Sequence[BaseMessage]) -> list[list[BaseMessage]]:
    """The conversation of each part of the present question; none where it asks for one thing."""
    present = present_question(messages)
    if present is None:
        return []
    at, question = present
    language = language_of(question)
    parts = parts_of(question, language)
    if len(parts) < 2:
        return []
    return [
        [
            *messages[:at],
            question_message(_whole(part.text, language), pictures_of(messages[at])),
            *_of_part(number, messages[at + 1 :]),
        ]
        for number, part in enumerate(parts)
    ]


def _whole(text: str, language: Language) -> str:
    """A part as a question of its own: "tax?" is "What is the tax?", as the weights know it."""
    bare = text.strip(" \t,;.?，；。？、")
    if field_of(bare) is None or _ASKS.search(bare):
        return f"{bare[:1].upper()}{bare[1:]}?"
    return f"What is the {bare}?" if language == "en" else f"{bare}是多少?"


_ASKS = re.compile(r"^(?:what|which|who|when|where|how|is|are|was|do|does)\b|多少|什么|几|哪", re.I)


def merged(planned: Sequence[ChatResult]) -> ChatResult:
    """One turn from those of the parts: all their calls, or their answers as one."""
    messages = [message_of(result) for result in planned]
    calls = [(n, call) for n, message in enumerate(messages) for call in message.tool_calls]
    turn = AIMessage(
        content="" if calls else _one_answer([message.text for message in messages]),
        tool_calls=[call | {"id": f"{call['id']}_{n}"} for n, call in calls],
        additional_kwargs={PART: [n for n, _ in calls]} if calls else {},
        usage_metadata=usage_of(messages),
        response_metadata=messages[0].response_metadata
        | {"finish_reason": "tool_calls" if calls else "stop"},
    )
    return ChatResult(generations=[ChatGeneration(message=turn)])


def _of_part(number: int, messages: Sequence[BaseMessage]) -> Iterator[BaseMessage]:
    """What was called for one part and came of it, and offers; refused answers are left out."""
    own: set[str | None] = set()
    for message in messages:
        if isinstance(message, AIMessage) and message.tool_calls:
            whose = message.additional_kwargs.get(PART, ())
            calls = [c for c, n in zip(message.tool_calls, whose, strict=False) if n == number]
            own |= {call["id"] for call in calls}
            if calls:
                yield AIMessage("", tool_calls=calls)
        elif is_offer(message) or (
            isinstance(message, ToolMessage) and message.tool_call_id in own
        ):
            yield message


def message_of(result: ChatResult) -> AIMessage:
    """The one message of a planned turn."""
    message = result.generations[0].message
    assert isinstance(message, AIMessage)
    return message


def _one_answer(drafts: Sequence[str]) -> str:
    """The answers of the parts that have one, as one; an abstention where none has."""
    read = [json.loads(draft) for draft in drafts]
    answered = [draft for draft in read if draft["abstain"] == "no"]
    if not answered:
        return drafts[0]
    whole = {
        "abstain": "no",
        "short_answer": "; ".join(draft["short_answer"] for draft in answered),
        "answer": " ".join(draft["answer"] for draft in answered),
    }
    return json.dumps(whole, ensure_ascii=False)


def usage_of(messages: Sequence[AIMessage]) -> UsageMetadata:
    """The tokens of all messages together."""
    given = [m.usage_metadata for m in messages if m.usage_metadata is not None]
    tokens = [sum(u[key] for u in given) for key in ("input_tokens", "output_tokens")]
    return UsageMetadata(input_tokens=tokens[0], output_tokens=tokens[1], total_tokens=sum(tokens))
