"""`vqa-agent serve` whose tool takes its time: `DATA_DIR SECONDS`, and the options of `serve`.

It prints `looking` when the tool begins.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from agent.cli import app
from tests.server.conftest import agent_of, bright, brightness
from tools import Finding, Picture, ToolReport, vision_tool


def main(data_dir: str, seconds: str, *options: str) -> None:
    @vision_tool(version="1")
    def measure_brightness(picture: Picture) -> ToolReport:
        """Measure how bright a picture is."""
        print("looking", flush=True)
        time.sleep(float(seconds))
        finding = Finding(
            picture=picture.ref, label="brightness", value=20, value_type="number", score=1.0
        )
        return ToolReport(summary="measured", findings=(finding,))

    def factory(_options: Any) -> Any:
        return agent_of(brightness(), bright(), tools=[measure_brightness])

    os.environ |= {"VQA_SERVER_DATA_DIR": data_dir, "VQA_SERVER_WARM_UP": "0"}
    app(["serve", "--port", "0", *options], obj=factory)


if __name__ == "__main__":
    main(*sys.argv[1:])
