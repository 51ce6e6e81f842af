"""What a question of a conversation may lean on: the one before it, and what was found for that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from agent.answer import Language
from agent.grounding.follow_ups import Earlier, asks_again, whole_question
from agent.grounding.question_parts import parts_of
from agent.grounding.short_questions import understood
from agent.grounding.wording import language_of
from agent.planners.conversation import present_question
from tools.evidence import Evidence, PictureRef

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage


def read(
    typed: str, messages: Sequence[BaseMessage], pictures: Iterable[PictureRef], language: Language
) -> tuple[str, bool]:
    """The question as it is meant behind these messages, and whether it asks for the reason.

    "Are you sure?" and "why?" ask the question before them once more, and what its answer rests on.
    """
    text = understood(typed, language, begins=not messages)
    present = present_question(messages)
    if present is None:
        return text, False
    at, question = present
    if asks_again(text):
        return question, True
    *_, last = parts_of(question, language_of(question))
    found = {e.label for e in _seen(messages[at + 1 :]) if e.group and e.status == "found"}
    files = {ref.number for ref in pictures}
    earlier = Earlier(
        last.text,
        found=found.pop() if len(found) == 1 else None,
        newest=max(files) if len(files) > 1 else None,
    )
    return whole_question(text, earlier, language), False


def _seen(messages: Sequence[BaseMessage]) -> Iterable[Evidence]:
    return (
        e
        for message in messages
        for e in getattr(message, "artifact", None) or ()
        if e.tool == "detect_objects"
    )
