"""What goes wrong with a planner, so that nobody can plan: read by the person, never by a model.

Input errors and tool errors are in `tools.errors`.
"""

from __future__ import annotations

from typing import Any

_TRACE = "vqa_agent_trace"


class PlannerError(Exception):
    """The planner could not plan; the message says what to do next."""


class PlannerUnavailableError(PlannerError):
    """There is no planner: no weights, no server at that address, no such model, a wrong key."""


class PlannerTimeoutError(PlannerError):
    """The planner did not answer in the time that the settings give it."""


class PlannerOutputError(PlannerError):
    """The planner answered with something that cannot be used: cut off, or not what was asked."""


def keep_trace(error: Exception, trace: dict[str, Any]) -> None:
    """Give an error that ends a run the run's trace along; the first one stays."""
    error.__dict__.setdefault(_TRACE, trace)


def trace_of_failed(error: BaseException) -> dict[str, Any] | None:
    """The trace of the run that an error ended; None where no run had begun."""
    trace: dict[str, Any] | None = error.__dict__.get(_TRACE)
    return trace
