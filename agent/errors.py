"""What goes wrong with a planner, so that nobody can plan: read by the person, never by a model.

Input errors and tool errors are in `tools.errors`.
"""

from __future__ import annotations


class PlannerError(Exception):
    """The planner could not plan; the message says what to do next."""


class PlannerUnavailableError(PlannerError):
    """There is no planner: no weights, no server at that address, no such model, a wrong key."""


class PlannerTimeoutError(PlannerError):
    """The planner did not answer in the time that the settings give it."""


class PlannerOutputError(PlannerError):
    """The planner answered with something that cannot be used: cut off, or not what was asked."""
