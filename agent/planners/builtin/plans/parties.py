"""Plans questions about one party of a document: "Who is billed?", "the phone of Rose & Sons".

The built-in weights ask for a phone or an address and do not say whose. A question of
`plans.party_questions` is read for with the party's role or name; of every other
question it says nothing, and the weights plan it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from agent.answer import Language
from agent.planners.builtin.plans.asked import READ, asked_of
from agent.planners.builtin.plans.kinds import Turn, abstain, said
from agent.planners.builtin.plans.party_questions import query_for
from tools.evidence import Evidence


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for a question about a party; None: let the weights plan."""
    asked = asked_of(messages, tools, READ)
    query = query_for(asked.text, asked.language) if asked is not None else None
    if asked is None or query is None:
        return None
    if asked.is_refused:
        return abstain("unsure")
    if not asked.seen:
        return Turn(((READ, {"picture": asked.picture, "query": query, "region": None}),))
    return _answer(asked.seen[0].evidence or [], asked.language)


def _answer(found: Sequence[Evidence], language: Language) -> Turn:
    if not found:
        return abstain("could_not_look")
    first = found[0]
    if first.status != "found" or first.value is None:
        return abstain("not_found" if first.status == "none" else "unsure")
    label, value = f"{{{first.id}.label}}", f"{{{first.id}.value}}"
    if language == "zh":
        return said(f"{label}是{value} [{first.id}]。", value)
    return said(f"The {label} is {value} [{first.id}].", value)
