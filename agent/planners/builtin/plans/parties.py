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
from agent.grounding.wording import language_of
from agent.planners.builtin.plans.kinds import Turn, abstain, reports, said
from agent.planners.builtin.plans.party_questions import query_for
from agent.planners.conversation import pictures_of, present_question
from tools.evidence import Evidence

READ = "read_text"


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for a question about a party; None: let the weights plan."""
    present = present_question(messages)
    if present is None:
        return None
    at, question = present
    pictures = pictures_of(messages[at])
    language = language_of(question)
    query = query_for(question, language)
    offered = any(tool["function"]["name"] == READ for tool in tools)
    seen = [r for r in reports(messages[at + 1 :]) if r.name == READ]
    if query is None or len(pictures) != 1 or not (offered or seen):
        return None
    if any(m.type == "human" for m in messages[at + 1 :]):  # the check refused the answer
        return abstain("unsure")
    if not seen:
        return Turn(((READ, {"picture": pictures[0], "query": query, "region": None}),))
    return _answer(seen[0].evidence or [], language)


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
