"""Starts vLLM for the planner: the right flags for the model, ready when it says so, no orphans.

`families` is the table of what each kind of model wants, `command` makes the command line,
`server` runs it. Talking to a server is `agent.planners.server.chat_model`'s.
"""

from __future__ import annotations

from agent.serving.command import Command, build
from agent.serving.errors import ServingError
from agent.serving.server import LanguageModelServer

__all__ = ["Command", "LanguageModelServer", "ServingError", "build"]
