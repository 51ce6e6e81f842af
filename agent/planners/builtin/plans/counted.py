"""Plans "How many dogs are there?", "Is there a dog?", "Which animals are there?": one look.

Only the plain forms (`plans.plain_looks`) of names that the detector knows; of every other question
it says nothing, and the weights plan it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from agent.answer import Language
from agent.grounding.question_parts import Kind
from agent.planners.builtin.plans.asked import looked
from agent.planners.builtin.plans.kinds import DETECT, Turn, abstain, said
from agent.planners.builtin.plans.plain_looks import is_at_a_thing, plain_form
from tools.evidence import Evidence
from tools.words.labels import CLASSES, GROUPS
from tools.words.named_things import named_things

_FORMS = ("count", "presence", "list")
_OPERATIONS: dict[Kind, str] = {"count": "count", "yes/no": "exists"}


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """The look, then the number or yes or no; None for every other question."""
    asked = looked(messages, tools)
    if asked is None or plain_form(asked.part, asked.language) not in _FORMS:
        return None
    named = named_things(asked.part.text, (*CLASSES, *GROUPS))
    known = asked.looks.choices(DETECT, "labels") or named
    is_seen = named and asked.can(DETECT) and set(named) <= set(known)
    if not is_seen or is_at_a_thing(asked.part, asked.language):
        return None
    if asked.is_refused:
        return abstain("unsure")
    look = asked.looks.turn([(DETECT, {"labels": named, "region": None})])
    seen = asked.looks.seen(DETECT, labels=named)
    return look or _answer(seen, asked.part.kind, asked.language)


def _answer(seen: list[Evidence], kind: Kind, language: Language) -> Turn:
    if not seen or any(e.status == "unsure" for e in seen):
        return abstain("unsure" if seen else "could_not_look")
    ids = " ".join(e.id for e in seen)
    several = len({e.group for e in seen}) > 1
    operation = "list" if several else _OPERATIONS.get(kind, "list")
    return said(_sentence(seen, ids, language), f"{{{operation} {ids}}}")


def _sentence(seen: list[Evidence], cited: str, language: Language) -> str:
    """What was found, and what was not."""
    if language == "en":
        return f"I see {{list {cited}}} [{cited}]."
    found = " ".join(e.id for e in seen if e.status == "found")
    none = " ".join(e.id for e in seen if e.status == "none")
    told = [f"{{list {ids}}}" for ids in (found, none) if ids]
    return f"图中{'有' if found else ''}{','.join(told)} [{cited}]。"
