"""A service that can kill itself (`kill -9`) in the middle: `DATA_DIR DATABASE_URL KILL_AT`.

Its planner looks at each new picture and answers, in any number of conversations at once. It takes
a free port and prints the URL; the tool's call number `KILL_AT` is its last.
"""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from pathlib import Path

import numpy as np
from pydantic import SecretStr

from server.running import serve
from server.settings import ServerSettings
from tests.server.conftest import LookingPlanner, agent_of
from tools import Finding, Picture, ToolReport, vision_tool

_calls = count(1)


def main(data_dir: str, database_url: str, kill_at: str) -> None:
    @vision_tool(version="1")
    def measure_brightness(picture: Picture) -> ToolReport:
        """Measure how bright a picture is."""
        if next(_calls) == int(kill_at):
            os.kill(os.getpid(), signal.SIGKILL)
        percent = round(float(np.mean(picture.pixels)) / 255 * 100)
        finding = Finding(
            picture=picture.ref, label="brightness", value=percent, value_type="number", score=1.0
        )
        return ToolReport(summary="measured", findings=(finding,))

    agent = agent_of(tools=[measure_brightness], planner=LookingPlanner)
    settings = ServerSettings(
        data_dir=Path(data_dir), database_url=SecretStr(database_url), port=0, warm_up=False
    )
    serve(settings, agent, lambda url: print(url, flush=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
