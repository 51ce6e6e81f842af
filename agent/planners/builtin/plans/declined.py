"""Declines what could harm somebody in a picture: who a stranger is, what faith they have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from agent.grounding.scene_questions import may_harm
from agent.planners.builtin.plans.asked import looked
from agent.planners.builtin.plans.kinds import Turn, abstain


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """An abstention; None for every other question."""
    asked = looked(messages, tools)
    is_harmful = asked is not None and may_harm(asked.part.text)
    return abstain("could_not_look") if is_harmful else None
