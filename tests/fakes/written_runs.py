"""Runs of real agents with scripted planners, written down by the command line, and exported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.messages import AIMessage
from PIL import Image
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from agent import Settings, VisualAgent
from agent.cli import app
from agent.testing import ScriptedPlanner
from tools import Finding, Picture, ToolError, ToolReport, vision_tool
from tools.toolset import ToolConfig

KEY = "sk-never-to-be-seen"
FOLDER = "a-private-folder"


@vision_tool(version="1")
def measure_brightness(picture: Picture) -> ToolReport:
    """Measure how bright a picture is, from 0 (black) to 100 (white)."""
    percent = round(float(np.mean(picture.pixels)) / 255 * 100)
    found = Finding(
        picture=picture.ref, label="brightness", value=percent, value_type="number", score=1.0
    )
    return ToolReport(summary=f"measure_brightness {picture.ref.id}", findings=(found,))


@vision_tool(version="1")
def find_dogs(picture: Picture, how: str) -> ToolReport:
    """Find dogs.

    Args:
        how: In which way.
    """
    if how == "broken":
        raise FileNotFoundError(f"/home/{FOLDER}/dogs.pt")
    if how == "blind":
        raise ToolError("too dark for dogs; measure the brightness first")
    if how == "dimly":
        found = Finding(
            picture=picture.ref,
            label="dog",
            value=1,
            value_type="number",
            score=0.3,
            status="unsure",
        )
    else:
        box = (0.0, 0.0, 9.0, 9.0)
        found = Finding(picture=picture.ref, label="dog", group="dog", box_xyxy=box, score=0.9)
    return ToolReport(summary=f"find_dogs {picture.ref.id}", findings=(found,))


def call(name: str = "measure_brightness", number: int = 1, **arguments: Any) -> AIMessage:
    given = {"picture": "img_1", **arguments}
    return AIMessage("", tool_calls=[{"name": name, "args": given, "id": f"chatcmpl-{number}"}])


def draft(answer: str, short: str = "", abstain: str = "no") -> AIMessage:
    written = {"abstain": abstain, "short_answer": short, "answer": answer}
    # Odd spaces: what the planner wrote is kept byte for byte.
    return AIMessage(json.dumps(written, ensure_ascii=False, separators=(" ,", ":  ")))


GOOD = draft("It is {e1.value} percent bright [e1].", "{e1.value}")
NOT_THERE = draft("", "", "not_found")
QUESTION = "How bright is it?"


class Runs:
    """Makes agents with scripted planners and writes their runs down through the command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "traces"
        self.picture = folder / FOLDER / "a-private-name.png"
        self.planners: list[ScriptedPlanner] = []
        self.folder.mkdir()
        self.picture.parent.mkdir()
        pixels = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
        Image.fromarray(pixels).save(self.picture)

    def make(self, *script: AIMessage) -> VisualAgent:
        self.planners.append(ScriptedPlanner(responses=list(script)))
        settings = Settings(tools=ToolConfig(offer=[]), planner_api_key=SecretStr(KEY))
        return VisualAgent(settings, self.planners[-1], [measure_brightness, find_dogs])

    def ask(self, name: str, *script: AIMessage, question: str = QUESTION) -> Path:
        path = self.folder / f"{name}.json"
        words = ["ask", str(self.picture), question, "--trace", str(path)]
        done = CliRunner().invoke(app, words, obj=lambda _options: self.make(*script))
        assert done.exit_code in (0, 3), done.output
        return path


def export(*words: Any) -> Result:
    return CliRunner().invoke(app, ["traces", "export", *(str(word) for word in words)])


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
