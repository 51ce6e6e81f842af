"""Plans questions what is at a place: "What is to the left of the laptop?", 桌子上有什么？

Whatever is there must be seen, too: everything is looked for, and an estimate is made in the same
turn. Where the place is told by a thing that was found, what lies there by its box is told; where
nothing plain does, or no box shows the place (behind, in the hand), the estimate is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from agent.answer import Language
from agent.grounding.boxes import PLACES, holds
from agent.grounding.comparisons import the_one
from agent.grounding.naming import names_of
from agent.grounding.premises import is_clearly_absent
from agent.grounding.scene_questions import asks_to_see
from agent.grounding.wording import join_words
from agent.planners.builtin.plans.asked import Looked, looked
from agent.planners.builtin.plans.estimates import ANSWER, estimated
from agent.planners.builtin.plans.kind_sentences import with_article
from agent.planners.builtin.plans.kinds import DETECT, Call, Turn, abstain, said
from tools.evidence import Evidence
from tools.words.labels import plural
from tools.words.place_questions import PlaceQuestion, place_question
from tools.words.places import places_in
from tools.words.relations import may_lie_on, said_as

MOST = 4
"""Kinds of things at a place that are told."""


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for a question what is at a place; None for every other."""
    asked = looked(messages, tools)
    question = place_question(asked.part.text) if asked is not None else None
    if asked is None or question is None or not asks_to_see(asked.part, asked.language):
        return None
    if not asked.can(DETECT) or not asked.can(ANSWER):
        return None
    if asked.is_refused:
        return abstain("unsure")
    first: list[Call] = [
        (DETECT, {"labels": [], "region": None}),
        (ANSWER, {"question": asked.part.text, "region": None}),
    ]
    return asked.looks.turn(first) or _found(question, asked) or _not_found(question, asked)


def _found(question: PlaceQuestion, asked: Looked) -> Turn | None:
    """What lies there by its box; None where nothing does, or nobody can tell."""
    seen = asked.looks.found(DETECT, labels=[])
    anchors = [the_one(label, seen) for label in question.anchors]
    others = [e for e in anchors if e is not None]
    is_told = question.is_plain and question.relation in PLACES
    if not is_told or not others or len(others) < len(anchors):
        return None
    there = [e for e in seen if e not in others and _is_there(e, question, others)]
    kinds = list(dict.fromkeys(e.label for e in there))[:MOST]
    if not kinds:
        return None
    named = [[e for e in there if e.label == kind] for kind in kinds]
    return said(*_sentence(question.relation, others, named, asked.language))


def _is_there(e: Evidence, question: PlaceQuestion, others: Sequence[Evidence]) -> bool:
    boxes = [other.box_xyxy for other in others if other.box_xyxy is not None]
    if e.box_xyxy is None or (question.kind and question.kind not in names_of(e)):
        return False
    may_be = question.relation != "on" or may_lie_on(e.label or "", others[0].label or "")
    return may_be and holds(question.relation, e.box_xyxy, boxes)


def _not_found(question: PlaceQuestion, asked: Looked) -> Turn:
    """The estimate, unless the thing that tells the place is surely not there."""
    known = asked.looks.choices(DETECT, "labels")
    unseen = [
        label
        for label in question.anchors
        if label in known and not any(label in names_of(e) for e in asked.looks.found(DETECT))
    ]
    look = asked.looks.turn([(DETECT, {"labels": unseen, "region": None})]) if unseen else None
    absent = [e for e in asked.looks.seen(DETECT) if is_clearly_absent(e, asked.part.text)]
    if look or absent:
        return look or abstain("not_found")
    guess = next((e for e in asked.looks.seen(ANSWER) if e.status == "found"), None)
    return abstain("unsure") if guess and _is_no_thing(guess, asked.part.text) else estimated(asked)


def _is_no_thing(guess: Evidence, text: str) -> bool:
    """Whether an estimate only says a word of the question again, or names a side."""
    said = str(guess.value).casefold()
    return (
        bool(places_in(said)) or re.search(rf"\b{re.escape(said)}\b", text.casefold()) is not None
    )


def _sentence(
    relation: str,
    others: Sequence[Evidence],
    named: Sequence[Sequence[Evidence]],
    language: Language,
) -> tuple[str, str]:
    """What lies there, and the same in few words."""
    place = said_as(relation, language)
    cited = " ".join(e.id for e in (*others, *(e for kind in named for e in kind)))
    short = join_words([f"{{{first.id}.label}}" for first, *_ in named], language)
    if language == "zh":
        at = join_words([f"{{{e.id}.label}}" for e in others], language)
        return f"{at}{place}有{short} [{cited}]。", short
    at = join_words([f"the {{{e.id}.label}}" for e in others], language)
    told = join_words([_told(kind) for kind in named], language)
    return f"{place[0].upper()}{place[1:]} {at} I see {told} [{cited}].", short


def _told(kind: Sequence[Evidence]) -> str:
    """ "a cup", or "cups" of several: not all cups of the picture, which have no number here."""
    return with_article(kind[0]) if len(kind) == 1 else plural(kind[0].label or "", 2)
