"""Plans questions where a thing is, and for things that are named like a colour ("an orange").

The built-in weights answer the first with a number and the second with the picture's colours. Of
every other question it says nothing, and the weights plan it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from agent.answer import Language
from agent.grounding.places import place_of
from agent.grounding.question_parts import Part
from agent.planners.builtin.plans.asked import asked_of
from agent.planners.builtin.plans.kinds import DETECT, Turn, abstain, said
from tools.evidence import Evidence
from tools.words.colour_questions import thing_named_like_a_colour
from tools.words.sentences import label_spans

_IS = re.compile(
    r"\bwhere(?:['’]s| is| are| was| were)\b|^[^应该能可须]*在[^应该能可须]*$", re.IGNORECASE
)
"""Where a thing is, not where it should go: that is written somewhere."""
MAX_PLACES = 4
"""Things of which it is said where each of them is."""


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for a question about such a thing; None: let the weights plan."""
    asked = asked_of(messages, tools, DETECT)
    thing = _thing(asked.part, asked.language) if asked is not None else None
    if asked is None or thing is None:
        return None
    if asked.is_refused:
        return abstain("unsure")
    if asked.seen:
        return _answer(asked.part, asked.seen[-1].evidence, asked.language)
    labels = asked.parameters.get("properties", {}).get("labels", {})
    if thing not in labels.get("items", {}).get("enum", ()):
        return None
    return Turn(((DETECT, {"picture": asked.picture, "labels": [thing], "region": None}),))


def _thing(part: Part, language: Language) -> str | None:
    """The one thing that is asked for, where its place is asked or it is named like a colour."""
    if part.kind in ("yes/no", "count"):
        return thing_named_like_a_colour(part.text)
    labels = {label for _, _, label in label_spans(part.text, language)}
    is_where = part.kind == "place" and not part.fields and not part.of_text
    is_where = is_where and _IS.search(part.text) is not None
    return labels.pop() if is_where and len(labels) == 1 else None


def _answer(part: Part, evidence: list[Evidence] | None, language: Language) -> Turn:
    if not evidence:
        return abstain("could_not_look")
    found = [e for e in evidence if e.status == "found" and e.box_xyxy is not None]
    ids = " ".join(e.id for e in evidence if e.status != "unsure")
    if part.kind != "place" and ids:
        short = f"{{{'exists' if part.kind == 'yes/no' else 'count'} {ids}}}"
        begin, end = ("I see ", ".") if language == "en" else ("图中有", "。")
        see = f"{begin}{{list {ids}}} [{ids}]{end}"
        return said(see if found else _none(evidence[0], language), short)
    if not found:
        return abstain("not_found" if ids else "unsure")
    if len(found) > MAX_PLACES:
        return abstain("unsure")
    short = f"{place_of(found[0], language)}" if len(found) == 1 else ""
    return said(" ".join(_placed(e, language, alone=len(found) == 1) for e in found), short)


def _none(evidence: Evidence, language: Language) -> str:
    if language == "en":
        return f"I looked and found no {{{evidence.id}.label}} [{evidence.id}]."
    return f"我看了,没有找到{{{evidence.id}.label}} [{evidence.id}]。"


def _placed(evidence: Evidence, language: Language, *, alone: bool) -> str:
    """One sentence that says where one thing is."""
    label, place = f"{{{evidence.id}.label}}", place_of(evidence, language)
    if language == "zh":
        return f"{label}在图的{place} [{evidence.id}]。"
    begin = "The" if alone else "One"
    where = "in" if place == "middle" else "at"
    return f"{begin} {label} is {where} the {place} [{evidence.id}]."
