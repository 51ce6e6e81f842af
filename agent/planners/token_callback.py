"""The token callback: whoever asks a planner gets the text of its answer while it is written.

A planner that streams calls the callback of its context with each new piece of text; one that does
not never calls it. The text is unchecked: `agent.loop.streaming` decides what of it may be said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

TokenCallback = Callable[[str], None]

_CALLBACK: ContextVar[TokenCallback | None] = ContextVar("vqa_agent_token_callback", default=None)


def token_callback() -> TokenCallback | None:
    """The callback of the present turn, if there is one."""
    return _CALLBACK.get()


@contextmanager
def with_token_callback(callback: TokenCallback | None) -> Iterator[None]:
    """Within it, planners give the callback what they write; None: nothing is streamed."""
    token = _CALLBACK.set(callback)
    try:
        yield
    finally:
        _CALLBACK.reset(token)
