"""What happens during a run, as `stream()` yields it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from agent.answer import Answer


@dataclass(frozen=True)
class Event:
    """One step: a tool call begins, a tool call ends, a repair turn begins, the answer is there.

    `data`: of `tool_call` the name and arguments; of `tool_result` the fields of the
    `ToolCallRecord` and the text that the planner reads; of `repair` the problems.
    """

    kind: Literal["tool_call", "tool_result", "repair", "answer"]
    data: dict[str, Any] = field(default_factory=dict)
    answer: Answer | None = None
