"""A service that kills itself (`kill -9`) in the middle of a question: `DATA_DIR KILL_AT DONE`.

Its planner looks and answers, over and over, `DONE` turns of it are over already. It takes a free
port and prints the URL; the tool's call number `KILL_AT` is its last.
"""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from pathlib import Path

import numpy as np

from agent import Settings, VisualAgent
from agent.testing import ScriptedPlanner, answering, calling
from server.running import serve
from server.settings import ServerSettings
from tools import Finding, Picture, ToolReport, vision_tool
from tools.toolset import ToolConfig

_calls = count(1)


def main(data_dir: str, kill_at: str, done: str) -> None:
    @vision_tool(version="1")
    def measure(picture: Picture) -> ToolReport:
        """Measure how bright a picture is."""
        if next(_calls) == int(kill_at):
            os.kill(os.getpid(), signal.SIGKILL)
        percent = round(float(np.mean(picture.pixels)) / 255 * 100)
        finding = Finding(
            picture=picture.ref, label="brightness", value=percent, value_type="number", score=1.0
        )
        return ToolReport(summary="measured", findings=(finding,))

    script = [
        turn
        for number in range(1, 9)
        for turn in (
            calling(("measure", {"picture": f"img_{number}"})),
            answering(f"It is {{e{number}.value}} percent [e{number}].", f"{{e{number}.value}}"),
        )
    ]
    planner = ScriptedPlanner(responses=script[2 * int(done) :])
    agent = VisualAgent(Settings(tools=ToolConfig(offer=[])), planner, [measure])
    settings = ServerSettings(data_dir=Path(data_dir), port=0, warm_up=False)
    serve(settings, agent, lambda url: print(url, flush=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
