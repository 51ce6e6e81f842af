"""Plans questions what is written on a thing of a photograph: a bus, a surfboard, a jersey.

The thing is looked for and everything is read in one turn; where the thing was found, it is read
alone. What people tell without reading, too (a brand, the time on a clock), is estimated beside.
What stands on paper is none of this: other plans, and the weights, read that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import BaseMessage

from agent.grounding.comparisons import the_one
from agent.planners.builtin.plans.asked import READ, Looked, looked
from agent.planners.builtin.plans.estimates import ANSWER, estimated, not_there
from agent.planners.builtin.plans.kinds import DETECT, Call, Turn, abstain, said
from tools.evidence import Evidence
from tools.words.forms import form_of
from tools.words.labels import CLASSES
from tools.words.lists import rows_of
from tools.words.named_things import named_things
from tools.words.predicates import pattern_for

_DIGIT = re.compile(r"\d")
_SIGN = re.compile(r"\bsigns?\b", re.IGNORECASE)
"""What other plans read, unless a number on it is asked for, or it is told from others."""
_ESTIMATED = {"brand", "time"}


@dataclass(frozen=True)
class _Question:
    form: str
    """text, number, brand or time."""
    labels: list[str]
    """The things that carry it, as far as a detector may know them."""


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for a question what is written on a thing; None for every other."""
    asked = looked(messages, tools)
    question = _question(asked.part.text) if asked is not None else None
    if asked is None or question is None or not asked.can(READ):
        return None
    if asked.is_refused:
        return abstain("unsure")
    if first := asked.looks.turn(_first(question, asked)):
        return first
    thing = _carrier(question, asked)
    close = [(READ, {"query": None, "region": thing.id})] if thing is not None else []
    return asked.looks.turn(close) or _answer(question, thing, asked)


def _question(text: str) -> _Question | None:
    found = form_of("written_questions", text)
    if found is None:
        return None
    form, thing = found[0], found[1]["thing"]
    labels = named_things(thing, CLASSES)
    carriers = [word for row in rows_of("carriers") for word in row]
    is_sign = _SIGN.search(thing) is not None and (form == "number" or " " in thing)
    is_seen = labels or is_sign or pattern_for(carriers).search(thing) is not None
    return _Question(form, labels) if is_seen else None


def _first(question: _Question, asked: Looked) -> list[Call]:
    known = asked.looks.choices(DETECT, "labels")
    labels = [label for label in question.labels if label in known]
    calls: list[Call] = [(DETECT, {"labels": labels, "region": None})] if labels else []
    calls.append((READ, {"query": None, "region": None}))
    if question.form in _ESTIMATED:
        calls.append((ANSWER, {"question": asked.part.text, "region": None}))
    return calls


def _carrier(question: _Question, asked: Looked) -> Evidence | None:
    """The box of the last thing that is named: "the shirt of the man on the bus" hangs on him."""
    seen = asked.looks.seen(DETECT)
    return next((e for label in question.labels if (e := the_one(label, seen))), None)


def _answer(question: _Question, thing: Evidence | None, asked: Looked) -> Turn:
    """What stands on the thing, else anywhere; else the estimate, where there is one."""
    regions = [thing.id, None] if thing is not None else [None]
    pages = [asked.looks.seen(READ, query=None, region=region) for region in regions]
    for region, page in zip(regions, pages, strict=True):
        if told := _told(question, page):
            return said(*_sentence(told, thing if region else None, asked))
    if question.form in _ESTIMATED and asked.looks.seen(ANSWER):
        return not_there(asked) or estimated(asked)
    if any(e.status == "unsure" for page in pages for e in page):
        return abstain("unsure")
    return abstain("not_found" if any(pages) else "could_not_look")


def _told(question: _Question, page: Sequence[Evidence]) -> Evidence | None:
    """What of a page answers: all its text, the one line with digits, or nothing."""
    found = [e for e in page if e.status == "found"]
    if question.form in ("number", "time"):
        found = [e for e in found if e.group == "line" and _DIGIT.search(e.text or "")]
        return found[0] if len(found) == 1 else None
    return next((e for e in found if e.group is None), None)


def _sentence(text: Evidence, thing: Evidence | None, asked: Looked) -> tuple[str, str]:
    absent = next((e for e in asked.looks.seen(DETECT) if e.status == "none"), None)
    told, is_zh = f"{{{text.id}.text}}", asked.language == "zh"
    if thing is not None:
        begin = f"{{{thing.id}.label}}上写着:" if is_zh else f"The {{{thing.id}.label}} says: "
        return f"{begin}{told} [{thing.id} {text.id}]{'。' if is_zh else '.'}", told
    says = f"上面写着:{told} [{text.id}]。" if is_zh else f"It says: {told} [{text.id}]."
    if absent is None:
        return says, told
    label = f"{{list {absent.id}}}"
    no = f"图中{label} [{absent.id}]。" if is_zh else f" I see {label} [{absent.id}]."
    return f"{says}{no}", told
