"""vqa-agent: questions about pictures, answered from evidence only.

`from agent import VisualAgent` is the library; `agent.run` is the loop and the first file to
read. Importing this package does no work: names load when they are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.answer import Answer, Claim
    from agent.events import Event
    from agent.session import Session
    from agent.settings import Settings
    from agent.visual_agent import VisualAgent

__all__ = ["Answer", "Claim", "Event", "Session", "Settings", "VisualAgent"]
_HOMES = {
    "Answer": "agent.answer",
    "Claim": "agent.answer",
    "Event": "agent.events",
    "Session": "agent.session",
    "Settings": "agent.settings",
    "VisualAgent": "agent.visual_agent",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'agent' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
