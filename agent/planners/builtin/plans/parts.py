"""Plans a question that asks for several things part by part, as the built-in weights were taught.

They know questions for one thing. Each part is planned as a conversation of its own: its calls go
out together with those of the others (`PARTS` says whose they are), and when every part has its
answer, these become one. What no part answers, the check names (`agent.grounding`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from langchain_core.messages import AIMessage, BaseMessage, ToolCall, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult

from agent.answer import Language
from agent.grounding.question_parts import Part, parts_of
from agent.grounding.short_questions import understood
from agent.grounding.wording import language_of
from agent.planners.builtin.plans.description_questions import description_question
from agent.planners.builtin.plans.plain_looks import is_plain
from agent.planners.conversation import (
    PARTS,
    is_offer,
    pictures_of,
    present_question,
    question_message,
)
from tools.reading.labels import field_of
from tools.words.sentences import label_spans


def conversations(messages: Sequence[BaseMessage]) -> list[list[BaseMessage]]:
    """The conversation of each part of the present question; none where it asks for one thing.

    "What do you see? Describe it." asks for one description.
    """
    present = present_question(messages)
    if present is None:
        return []
    at, question = present
    language = language_of(question)
    parts = parts_of(question, language)
    texts = [text for part in parts for text in _of_each_thing(part, language)]
    if len(texts) < 2 or description_question(question) is not None:
        return []
    return [
        [
            *messages[:at],
            question_message(_whole(text, language), pictures_of(messages[at])),
            *_of_part(number, messages[at + 1 :]),
        ]
        for number, text in enumerate(texts)
    ]


def _of_each_thing(part: Part, language: Language) -> Iterator[str]:
    """The part for each of the things that stand side by side in it, where each is a plain look.

    "How many dogs and cats are there?" asks how many dogs there are, and how many cats.
    """
    spans = [span for span in label_spans(part.text, language) if span[2] in part.things]
    if len(part.things) < 2 or len(spans) < len(part.things) or _TOGETHER.search(part.text):
        yield part.text
        return
    begin = _ARTICLE.sub("", part.text[: spans[0][0]])
    articles = [_ARTICLE.search(part.text[:start]) for start, _, _ in spans]
    texts = [
        f"{begin}{article[0] if article else ''}{part.text[start:end]}{part.text[spans[-1][1] :]}"
        for (start, end, _), article in zip(spans, articles, strict=True)
    ]
    each = [one for text in texts for one in parts_of(text, language)]
    is_plain_one = len(each) == len(texts) and all(is_plain(one, language) for one in each)
    yield from texts if is_plain_one else [part.text]


_ARTICLE = re.compile(r"\b(?:an?|the|any|some) $", re.IGNORECASE)
_TOGETHER = re.compile(
    r"\b(?:total|altogether|together|both|or|than|between|same)\b|一共|总共|共|都|一样",
    re.IGNORECASE,
)


def _whole(text: str, language: Language) -> str:
    """A part as a question of its own: "tax?" is "What is the tax?", as the weights know it."""
    bare = text.strip(" \t,;.?，；。？、")
    if (whole := understood(bare, language)) != bare:
        return whole
    if field_of(bare) is None or _ASKS.search(bare):
        return f"{bare[:1].upper()}{bare[1:]}?"
    return f"What is the {bare}?" if language == "en" else f"{bare}是多少?"


_ASKS = re.compile(r"^(?:what|which|who|when|where|how|is|are|was|do|does)\b|多少|什么|几|哪", re.I)


def merged(planned: Sequence[ChatResult]) -> ChatResult:
    """One turn from those of the parts: all their calls, or their answers as one."""
    messages = [message_of(result) for result in planned]
    calls = _calls_of_all(messages)
    turn = AIMessage(
        content="" if calls else _one_answer([message.text for message in messages]),
        tool_calls=[call for call, _ in calls],
        additional_kwargs={PARTS: [parts for _, parts in calls]},
        usage_metadata=usage_of(messages),
        response_metadata=messages[0].response_metadata
        | {"finish_reason": "tool_calls" if calls else "stop"},
    )
    return ChatResult(generations=[ChatGeneration(message=turn)])


def _calls_of_all(messages: Sequence[AIMessage]) -> list[tuple[ToolCall, list[int]]]:
    """The calls of all parts, each once, with the numbers of the parts that it is for."""
    calls: dict[str, tuple[ToolCall, list[int]]] = {}
    for number, message in enumerate(messages):
        for call in message.tool_calls:
            key = json.dumps([call["name"], call["args"]], sort_keys=True)
            own = call | {"id": f"{call['id']}_{number}"}
            calls.setdefault(key, (own, []))[1].append(number)
    return list(calls.values())


def _of_part(number: int, messages: Sequence[BaseMessage]) -> Iterator[BaseMessage]:
    """What was called for one part and came of it, and offers; refused answers are left out."""
    own: set[str | None] = set()
    for message in messages:
        if isinstance(message, AIMessage) and message.tool_calls:
            whose = message.additional_kwargs.get(PARTS, ())
            calls = [c for c, n in zip(message.tool_calls, whose, strict=False) if number in n]
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


_TELLS_MORE = ("could_not_look", "not_found", "unsure")
"""Reasons to abstain, the one that tells the most of what was seen last."""


def _one_answer(drafts: Sequence[str]) -> str:
    """The answers of the parts that have one, as one; an abstention where none has."""
    read = [json.loads(draft) for draft in drafts]
    said = {draft["answer"]: draft for draft in reversed(read) if draft["abstain"] == "no"}
    answered = list(reversed(said.values()))
    if not answered:
        return max(drafts, key=lambda draft: _TELLS_MORE.index(json.loads(draft)["abstain"]))
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
