"""Plans descriptions: "Describe the picture.", "What do you see?", "Describe the car on the left."

Everything that can look does so at once; a second turn looks closer at what that showed. What is
said then depends on what there is to describe: a product, a picture that is mostly text, one of
things, or the thing that was asked for. Of every other question it says nothing, and the weights
plan it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from langchain_core.messages import BaseMessage

from agent.grounding.wording import language_of
from agent.planners.builtin.plans.asked import READ
from agent.planners.builtin.plans.colours import DESCRIBE
from agent.planners.builtin.plans.described_documents import Document
from agent.planners.builtin.plans.described_photos import Photo
from agent.planners.builtin.plans.described_products import Product
from agent.planners.builtin.plans.described_things import DescribedThings
from agent.planners.builtin.plans.description_questions import (
    DescriptionQuestion,
    description_question,
)
from agent.planners.builtin.plans.description_sentences import DescriptionSentences
from agent.planners.builtin.plans.kinds import (
    CLASSIFY,
    DETECT,
    TOP_K,
    Call,
    Turn,
    abstain,
    reports,
    said,
)
from agent.planners.builtin.plans.looks import Looks
from agent.planners.conversation import pictures_of, present_question

WHOLE: tuple[Call, ...] = (
    (DETECT, {"labels": [], "region": None}),
    (CLASSIFY, {"region": None, "top_k": TOP_K, "kinds": None}),
    (DESCRIBE, {"region": None, "part": None}),
    (READ, {"query": None, "region": None}),
)
"""What is looked at whatever a picture shows."""


class Subject(Protocol):
    """What is described, as the first looks showed it."""

    def further_looks(self) -> list[Call]:
        """What to look at before anything is said."""

    def told(
        self, question: DescriptionQuestion, says: DescriptionSentences
    ) -> tuple[list[str], str]:
        """The sentences, and the short answer; no sentence where there is nothing to tell."""


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for such a question; None: let the weights plan."""
    present = present_question(messages)
    question = description_question(present[1]) if present is not None else None
    if present is None or question is None:
        return None
    at, text = present
    pictures, after = pictures_of(messages[at]), messages[at + 1 :]
    offered = {tool["function"]["name"]: tool["function"]["parameters"] for tool in tools}
    if len(pictures) != 1:
        return None
    looks = Looks(pictures[0], offered, reports(after))
    if not (offered or looks.reports or question.thing):  # no more calls: the first have to do
        return Turn(tuple((name, {"picture": pictures[0]} | more) for name, more in WHOLE))
    is_refused = any(message.type == "human" for message in after)
    return _next(question, looks, DescriptionSentences(language_of(text)), is_refused=is_refused)


def _next(
    question: DescriptionQuestion, looks: Looks, says: DescriptionSentences, *, is_refused: bool
) -> Turn | None:
    """The next looks, then the description; where the check refused it the bare list of things."""
    if (first := looks.turn(_first_looks(question, looks))) or not looks.reports:
        return first
    if is_refused:
        return _answer(*Photo(looks).listed(says), looks)
    subject = _subject(question, looks)
    if further := looks.turn(subject.further_looks()):
        return further
    return _answer(*subject.told(question, says), looks)


def _first_looks(question: DescriptionQuestion, looks: Looks) -> Sequence[Call]:
    """Of a thing that the detector does not know none: then it cannot be planned here."""
    if question.thing is None:
        return WHOLE
    is_known = question.thing in looks.choices(DETECT, "labels")
    return [(DETECT, {"labels": [question.thing], "region": None})] if is_known else []


def _subject(question: DescriptionQuestion, looks: Looks) -> Subject:
    if question.thing is not None:
        return DescribedThings(looks, question)
    return Product.shown(looks) or Document.shown(looks) or Photo(looks)


def _answer(sentences: Sequence[str], short: str, looks: Looks) -> Turn:
    if sentences:
        return said(" ".join(sentences), short)
    seen = [e for report in looks.reports for e in report.evidence or ()]
    if not seen:
        return abstain("could_not_look")
    return abstain("unsure" if any(e.status == "unsure" for e in seen) else "not_found")
