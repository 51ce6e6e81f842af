"""Plans questions for a field of somebody's document by name: "the phone of Bryn Garage".

The field is told together with whose document it is, where that is the name. The built-in weights
read the field alone, which says nothing of whose it is. Of every other question it says nothing,
and the weights plan it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from agent.answer import Language
from agent.planners.builtin.plans.asked import READ, asked_of
from agent.planners.builtin.plans.kinds import Turn, abstain, said
from tools.evidence import Evidence

_WHOSE = "company"
_OF_DOCUMENT = {
    "total", "subtotal", "tax", "tip", "date", "phone", "fax", "email", "url", "address",
    "invoice number",
}  # fmt: skip
"""Fields that whoever made a document has in it; a price or a weight is an item's."""


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for such a question; None: let the weights plan."""
    asked = asked_of(messages, tools, READ)
    if asked is None or not asked.part.names or asked.part.kind == "yes/no":
        return None
    fields = asked.part.fields - {_WHOSE}
    if len(fields) != 1 or not fields <= _OF_DOCUMENT or asked.part.without:
        return None
    if asked.is_refused:
        return abstain("not_found")  # whose it is, the evidence does not say
    if not asked.seen:
        common = {"picture": asked.picture, "region": None}
        return Turn(tuple((READ, common | {"query": query}) for query in (*fields, _WHOSE)))
    found = [e for report in asked.seen for e in (report.evidence or ())[:1]]
    return _answer(*found, language=asked.language) if len(found) == 2 else abstain("unsure")


def _answer(value: Evidence, whose: Evidence, *, language: Language) -> Turn:
    """The value, which rests on whose it is as well."""
    if "unsure" in (value.status, whose.status):
        return abstain("unsure")
    if "none" in (value.status, whose.status) or value.value is None:
        return abstain("not_found")
    given, cited = f"{{{value.id}.value}}", f"[{value.id} {whose.id}]"
    if language == "zh":
        return said(f"{{{value.id}.label}}是{given} {cited}。", given)
    return said(f"The {{{value.id}.label}} is {given} {cited}.", given)
