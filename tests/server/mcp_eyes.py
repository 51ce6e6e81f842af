"""`vqa-agent mcp` with a scripted agent: its arguments are the command's."""

from __future__ import annotations

import sys

from agent.cli import app
from tests.server.conftest import agent_of
from tests.server.test_asking import ONE

if __name__ == "__main__":
    app(["mcp", *sys.argv[1:]], obj=lambda _options: agent_of(*ONE))
