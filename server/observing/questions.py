"""One question from its coming to its end: how long each stage took, and what came of it.

    async with observer.question() as watch:
        ...                      # waiting for a place
        watch.ended("waiting")
        ...
        watch.saw(event)         # each event of the agent, before it is passed on

Names, counts and times only: neither question nor answer nor evidence is kept here.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from agent.answer import Answer
from agent.events import Answered, Event, Planned, Repair, ToolFinished
from server.errors import BusyError, DeadlineError, as_api_error

Stage = Literal["waiting", "opening", "planning", "looking", "checking", "storing"]
Outcome = Literal[
    "answered", "abstained", "refused", "busy", "timeout", "cancelled", "failed"
]  # fmt: skip
UNKNOWN = "unknown"
"""Instead of a tool's name that a planner made up: it may be anything."""


@dataclass
class Queue:
    """How many questions (and looks without one) wait for a place, and how many have one."""

    waiting: int = 0
    running: int = 0


@dataclass(frozen=True)
class Call:
    """A call of a tool that ended."""

    tool: str
    status: Literal["ok", "cached", "error"]
    elapsed_ms: float
    ended_ns: int


@dataclass(frozen=True)
class Turn:
    """A turn of the planner that ended."""

    planned: Planned
    ended_ns: int


@dataclass
class Watch:
    """Hears of one question.

    Args:
        queue: in which it is counted until `leave`.
        tools: the names of those that there are.
    """

    queue: Queue
    tools: frozenset[str] = frozenset()
    began_ns: int = field(default_factory=time.time_ns)
    stages_ms: dict[Stage, float] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    repairs: int = 0
    reason: str | None = None
    usage: dict[str, int] = field(default_factory=dict)
    model: str | None = None
    """The planner's, as an answer names it."""
    error: BaseException | None = None
    """What ended it before its answer was passed on."""
    _abstained: bool | None = None
    _is_in: bool = False
    _begun: float = field(default_factory=time.perf_counter)
    _since: float = field(default_factory=time.perf_counter)
    _looking_ms: float = 0.0
    """Of this turn's calls the one that took longest: they run side by side."""

    def __post_init__(self) -> None:
        self.queue.waiting += 1

    def ended(self, stage: Stage) -> None:
        """A stage is over, which began when the one before it was."""
        now = time.perf_counter()
        self._add(stage, (now - self._since) * 1000)
        self._since = now
        if stage == "waiting":
            self.queue.waiting -= 1
            self.queue.running += 1
            self._is_in = True

    def saw(self, event: Event) -> None:
        """An event of the agent."""
        match event:
            case Planned():
                self.turns.append(Turn(event, time.time_ns()))
                self._add("planning", event.elapsed_ms)
                self._looking_ms = 0.0
            case ToolFinished():
                self._called(event)
            case Repair():
                self.repairs += 1
            case Answered():
                self._answered(event.answer)
            case _:
                pass

    def leave(self) -> None:
        """The question is over."""
        if self._is_in:
            self.queue.running -= 1
        else:
            self.queue.waiting -= 1

    @property
    def is_answered(self) -> bool:
        """Whether the agent's answer was seen."""
        return self._abstained is not None

    @property
    def outcome(self) -> Outcome:
        """What came of it."""
        match self.error:
            case None:
                return "abstained" if self._abstained else "answered"
            case BusyError():
                return "busy"
            case DeadlineError():
                return "timeout"
            case asyncio.CancelledError() | GeneratorExit():
                return "cancelled"
            case Exception() if (known := as_api_error(self.error)) and known.status < 500:
                return "refused"
            case _:
                return "failed"

    @property
    def elapsed_s(self) -> float:
        """Seconds from its coming until now."""
        return time.perf_counter() - self._begun

    def line(self) -> dict[str, Any]:
        """For the log."""
        fields: dict[str, Any] = {
            "outcome": self.outcome,
            "abstained": self._abstained,
            "reason": self.reason,
            "tools": dict(Counter(call.tool for call in self.calls)),
            "planner_turns": len(self.turns),
            "repairs": self.repairs,
            "ms": round(self.elapsed_s * 1000, 1),
            "stages_ms": {stage: round(ms, 1) for stage, ms in self.stages_ms.items()},
        }
        if self.error is not None:
            fields["error"] = type(self.error).__name__
        return fields

    def _called(self, event: ToolFinished) -> None:
        call = event.call
        name = call.name if call.name in self.tools else UNKNOWN
        status = "cached" if call.cached else call.status
        self.calls.append(Call(name, status, call.elapsed_ms, time.time_ns()))
        longest = max(self._looking_ms, call.elapsed_ms)
        self._add("looking", longest - self._looking_ms)
        self._looking_ms = longest

    def _answered(self, answer: Answer) -> None:
        self._abstained, self.reason = answer.abstained, answer.reason
        self.usage, self.model = dict(answer.usage), answer.planner.get("model")
        known = sum(self.stages_ms.get(stage, 0.0) for stage in ("planning", "looking"))
        self._add("checking", max(answer.timings_ms["total"] - known, 0.0))
        self._since = time.perf_counter()

    def _add(self, stage: Stage, elapsed_ms: float) -> None:
        self.stages_ms[stage] = self.stages_ms.get(stage, 0.0) + elapsed_ms
