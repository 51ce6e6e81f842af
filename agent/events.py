"""What happens during a run, as `stream()` yields it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from agent.answer import Answer


@dataclass(frozen=True)
class Event:
    """One step: a tool call begins or ends, a sentence, a repair, or the answer is there.

    `data`: of `tool_call` the name and arguments; of `tool_result` the fields of the
    `ToolCallRecord` and the text that the planner reads; of `text` one sentence of the answer,
    checked, while the rest is still being written; of `writing` the beginning of the next one,
    not checked (for a status line, not for an answer); of `repair` the problems.
    """

    kind: Literal["tool_call", "tool_result", "writing", "text", "repair", "answer"]
    data: dict[str, Any] = field(default_factory=dict)
    answer: Answer | None = None
