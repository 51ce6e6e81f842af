"""Plans questions that compare a number with another: "Are there more than 5 dogs?".

Things are counted, fields are read, and code compares (`agent.grounding.thresholds`). Of every
other question it says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from agent.answer import Language
from agent.grounding.thresholds import Threshold, threshold
from agent.planners.builtin.plans.asked import READ, Asked, asked_of
from agent.planners.builtin.plans.kinds import DETECT, Turn, abstain, said
from tools.evidence import Evidence


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """The look, then yes or no with what it saw; None for any other question."""
    for tool in (DETECT, READ):
        asked = asked_of(messages, tools, tool)
        compared = threshold(asked.part.text) if asked is not None else None
        arguments = _look(compared, asked) if asked is not None and compared is not None else None
        if asked is None or compared is None or arguments is None:
            continue
        if asked.is_refused:
            return abstain("unsure")
        if not asked.seen:
            return Turn(((tool, {"picture": asked.picture, "region": None} | arguments),))
        return _answer(compared, asked.seen[-1].evidence, tool, asked.language)
    return None


def _look(compared: Threshold, asked: Asked) -> dict[str, Any] | None:
    """What a tool is asked for; None where it is the other tool's, or cannot tell."""
    properties = asked.parameters.get("properties", {})
    if "labels" in properties or any("labels" in report.arguments for report in asked.seen):
        known = properties.get("labels", {}).get("items", {}).get("enum", [compared.label])
        return {"labels": [compared.label]} if compared.label in known else None
    return {"query": compared.field} if compared.field else None


def _answer(
    compared: Threshold, evidence: list[Evidence] | None, tool: str, language: Language
) -> Turn:
    if evidence is None:
        return abstain("could_not_look")
    truth = compared.decided(evidence)
    if truth is None:
        is_absent = all(e.status == "none" for e in evidence)
        return abstain("not_found" if is_absent else "unsure")
    ids = " ".join(e.id for e in evidence)
    if tool == DETECT:
        told = f"I see {{list {ids}}}" if language == "en" else f"图中有{{list {ids}}}"
    else:
        value = evidence[0]
        glue = " is " if language == "en" else "是"
        told = f"{{{value.id}.label}}{glue}{{{value.id}.value}}"
        told = f"the {told}" if language == "en" else told
    if language == "en":
        word = "yes" if truth else "no"
        return said(f"{word.capitalize()}, {told} [{ids}].", word)
    begin, word = ("是的", "是") if truth else ("不是", "不是")
    return said(f"{begin}，{told} [{ids}]。", word)
