"""Lets whoever asked hear a planner's answer while it is being written.

A planner that can calls the listener of its context with each new piece of text; one that cannot
stays silent. What is heard is unchecked: `agent.loop.streaming` decides what of it may be said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str], None]

_LISTENER: ContextVar[Listener | None] = ContextVar("vqa_agent_listener", default=None)


def listener() -> Listener | None:
    """Who wants to hear the present turn, if anybody does."""
    return _LISTENER.get()


@contextmanager
def heard_by(hear: Listener | None) -> Iterator[None]:
    """Within it, planners tell `hear` what they write; None: nobody."""
    token = _LISTENER.set(hear)
    try:
        yield
    finally:
        _LISTENER.reset(token)
