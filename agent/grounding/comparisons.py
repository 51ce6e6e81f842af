"""What the boxes and numbers of two things say to a question that compares them."""

from __future__ import annotations

from collections.abc import Sequence

from agent.grounding.boxes import holds
from agent.grounding.naming import names_of
from agent.grounding.premises import DETECT
from tools.evidence import BoxXyxy, Evidence
from tools.words.comparison_questions import ComparisonQuestion

LARGER = 2.0
"""The one that is meant of several has so many times the area of the next."""


def the_one(label: str, seen: Sequence[Evidence]) -> Evidence | None:
    """The thing that is meant by "the dog": the only one, or one far larger than the others."""
    found = [e for e in of_label(label, seen) if e.status == "found"]
    ranked = sorted(((_area(e.box_xyxy), e) for e in found if e.box_xyxy), key=lambda p: -p[0])
    if not ranked or (len(ranked) > 1 and ranked[0][0] < LARGER * ranked[1][0]):
        return None
    return ranked[0][1]


def of_label(label: str, seen: Sequence[Evidence]) -> list[Evidence]:
    """What a detector reported of a label, or of a group."""
    return [e for e in seen if e.tool == DETECT and label in names_of(e)]


def number_of(label: str, seen: Sequence[Evidence]) -> int | None:
    """How many there are, as a detector counts them; None where it is not sure, or did not look."""
    looked = of_label(label, seen)
    if not looked or any(e.status == "unsure" for e in looked):
        return None
    return sum(e.status == "found" for e in looked)


def decided(question: ComparisonQuestion, seen: Sequence[Evidence]) -> bool | None:
    """Whether the first thing is so to the second; None where what was seen does not say."""
    if question.form in ("numbers", "most"):
        first, second = (number_of(label, seen) for label in (question.first, question.second))
        if first is None or second is None:
            return None
        return {"more": first > second, "fewer": first < second}.get(
            question.relation, first == second
        )
    one, other = (the_one(label, seen) for label in (question.first, question.second))
    if one is None or other is None or one.box_xyxy is None or other.box_xyxy is None:
        return None
    if holds(question.relation, one.box_xyxy, [other.box_xyxy]):
        return True
    return False if holds(question.relation, other.box_xyxy, [one.box_xyxy]) else None


def _area(box_xyxy: BoxXyxy) -> float:
    left, top, right, bottom = box_xyxy
    return (right - left) * (bottom - top)
