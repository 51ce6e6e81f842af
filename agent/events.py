"""What happens during a run, as `stream()` and `astream()` yield it: one type for each step.

match event:
    case ToolStarted(): ...
    case Sentence(text=text): ...
    case Answered(answer=answer): ...
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from agent.answer import Answer, ToolCallRecord
from tools.evidence import Evidence


@dataclass(frozen=True)
class Planned:
    """The planner has taken its turn, or failed to."""

    status: Literal["ok", "error"]
    elapsed_ms: float
    input_tokens: int = 0
    """0 where the planner does not count."""
    output_tokens: int = 0


@dataclass(frozen=True)
class ToolStarted:
    """A tool begins to look."""

    call_id: str
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class ToolFinished:
    """A tool has looked, or failed."""

    call: ToolCallRecord
    evidence: tuple[Evidence, ...]
    """What it found; empty where it failed."""
    text: str
    """What the planner reads of it."""


@dataclass(frozen=True)
class Writing:
    """The beginning of a sentence, not checked yet: for a status line, not for an answer."""

    text: str


@dataclass(frozen=True)
class Sentence:
    """A sentence of the answer, checked, while the rest is still being written."""

    text: str


@dataclass(frozen=True)
class Repair:
    """The planner's answer did not pass the check; it is asked for another one."""

    problems: tuple[str, ...]


@dataclass(frozen=True)
class Answered:
    """The end: the answer is there."""

    answer: Answer


Event = Planned | ToolStarted | ToolFinished | Writing | Sentence | Repair | Answered
