"""What messages carry beside their text, so that nobody has to read it back out of the text.

A question's message says which question it asks and which pictures it lists; a tool's message has
its evidence as LangChain's `artifact`. Models read the text, code reads these.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from agent.grounding.ledger import render_report
from agent.grounding.serialising import harmless
from prompts import render
from tools.evidence import Evidence, ToolReport
from tools.words.own_names import NO_NAMES, OwnNames

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage, HumanMessage

Turn = dict[str, Any]
"""A message in OpenAI's form, call arguments as mappings. Beside what a model reads it may have
`question` and `pictures` (ids), or `evidence` (a list)."""

_EVIDENCE_LINE = re.compile(r"e\d")
"""The beginning of a line of evidence; a tool's own line never has it (`serialising`)."""
_QUESTION, _PICTURES, _EVIDENCE, _OFFER = "question", "pictures", "evidence", "offer"
PARTS = "parts"
"""The key of a turn's `additional_kwargs`, planned part by part: of each call its parts."""


def question_turn(question: str, pictures: Iterable[str], names: OwnNames = NO_NAMES) -> Turn:
    """The turn that asks a question about pictures (ids), of somebody with names for things."""
    ids = list(pictures)
    quoted_names = harmless(json.dumps(dict(names.by_label), ensure_ascii=False)) if names else ""
    content = render("user", pictures=ids, question=question, names=quoted_names)
    return {"role": "user", "content": content, _QUESTION: question, _PICTURES: ids}


def question_message(
    question: str, pictures: Iterable[str], names: OwnNames = NO_NAMES
) -> HumanMessage:
    """`question_turn` as LangChain's message."""
    from langchain_core.messages import HumanMessage

    turn = question_turn(question, pictures, names)
    beside = {_QUESTION: question, _PICTURES: turn[_PICTURES]}
    return HumanMessage(turn["content"], additional_kwargs=beside)


def question_of(message: BaseMessage) -> str | None:
    """The question that a message asks; None for any other message."""
    return message.additional_kwargs.get(_QUESTION)


def pictures_of(message: BaseMessage) -> list[str]:
    """The ids of the pictures that a question's message lists; of any other message none."""
    return list(message.additional_kwargs.get(_PICTURES, ()))


def offer_message(tools: Sequence[str]) -> HumanMessage:
    """Offers an estimate by one of these tools to a planner that gave no answer."""
    from langchain_core.messages import HumanMessage

    content = render("estimate", tools=tools)
    return HumanMessage(content, additional_kwargs={_OFFER: True})


def is_offer(message: BaseMessage) -> bool:
    """Whether a message offers an estimate."""
    return bool(message.additional_kwargs.get(_OFFER))


def plans_parts(message: BaseMessage) -> bool:
    """Whether a turn was planned for each part of its question, so that none was forgotten."""
    return PARTS in message.additional_kwargs


def present_question(messages: Sequence[BaseMessage]) -> tuple[int, str] | None:
    """Where the last question of a conversation stands, and what it asks; None without any."""
    for at in reversed(range(len(messages))):
        if question := question_of(messages[at]):
            return at, question
    return None


def turns_of(messages: Sequence[BaseMessage]) -> list[Turn]:
    """The messages as turns; what tools reported stands in the form that our weights know.

    Offers of an estimate, which only code takes, are left out.
    """
    from langchain_core.messages import convert_to_openai_messages

    messages = [message for message in messages if not is_offer(message)]
    turns: list[Turn] = convert_to_openai_messages([_as_taught(message) for message in messages])
    for turn, message in zip(turns, messages, strict=True):
        for call in turn.get("tool_calls") or ():
            if isinstance(call["function"]["arguments"], str):
                call["function"]["arguments"] = json.loads(call["function"]["arguments"])
        if (question := question_of(message)) is not None:
            turn |= {_QUESTION: question, _PICTURES: pictures_of(message)}
        if artifact := getattr(message, "artifact", None):
            turn[_EVIDENCE] = [e for e in artifact if isinstance(e, Evidence)]
    return turns


def _as_taught(message: BaseMessage) -> BaseMessage:
    if (question := question_of(message)) is not None:  # without a shop's names
        plain = question_turn(question, pictures_of(message))["content"]
        return message.model_copy(update={"content": plain})
    evidence = getattr(message, "artifact", None)
    if not evidence:
        return message
    own_line, _, _ = message.text.partition("\n")
    report = ToolReport(summary="" if _EVIDENCE_LINE.match(own_line) else own_line)
    return message.model_copy(update={"content": render_report(report, evidence)})


def messages_of(turns: Iterable[Turn]) -> list[BaseMessage]:
    """The turns as messages; the opposite of `turns_of`."""
    from langchain_core.messages import convert_to_messages

    messages = []
    for turn in turns:
        (message,) = convert_to_messages([as_read(turn)])
        if _QUESTION in turn:
            beside = {_QUESTION: turn[_QUESTION], _PICTURES: turn[_PICTURES]}
            message = message.model_copy(update={"additional_kwargs": beside})
        if _EVIDENCE in turn:
            message = message.model_copy(update={"artifact": turn[_EVIDENCE]})
        messages.append(message)
    return messages


def as_read(turn: Turn) -> Turn:
    """A turn without what models do not read."""
    return {k: v for k, v in turn.items() if k not in (_QUESTION, _PICTURES, _EVIDENCE)}


def questions(turns: Sequence[Turn]) -> Iterator[Turn]:
    """The turns that ask a question, the present one first."""
    return (turn for turn in reversed(turns) if _QUESTION in turn)


def reported(turns: Iterable[Turn]) -> Iterator[list[Evidence]]:
    """The evidence of each report of a tool, in order."""
    return (turn[_EVIDENCE] for turn in turns if turn.get(_EVIDENCE))
