"""For whom a planner is asked: what it remembers of one owner's questions, no other's may use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_OWNER: ContextVar[str] = ContextVar("vqa_agent_owner", default="")


def asking_owner() -> str:
    """Whose question the present turn belongs to; empty: nobody's in particular."""
    return _OWNER.get()


@contextmanager
def asked_by(owner: str) -> Iterator[None]:
    """Within it, planners are asked for that owner."""
    token = _OWNER.set(owner)
    try:
        yield
    finally:
        _OWNER.reset(token)
