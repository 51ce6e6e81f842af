"""`vqa-agent mcp`: eyes for another agent, which starts this command and speaks MCP with it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agent.cli.console import ANSWERED, note
from agent.cli.factory import Options, open_agent
from agent.cli.serve import terminated_like_interrupted


def run_mcp(factory: Any, roots: Sequence[Path]) -> int:
    """Serve on standard input and output until the client goes away."""
    from server.stdio import serve_stdio

    if sys.stdin.isatty():
        note("an MCP client starts this command and speaks on its stdin; Ctrl-D ends it")
    try:
        with open_agent(factory, Options()) as agent, terminated_like_interrupted():
            serve_stdio(agent, roots)
    except KeyboardInterrupt:  # as a client may end it: everything is closed
        note("stopped")
        sys.stderr.flush()
        os._exit(ANSWERED)  # Python would wait for the thread that still reads standard input
    return ANSWERED
