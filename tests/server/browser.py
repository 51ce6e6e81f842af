"""A real Chromium on a real service whose planner is scripted and whose pictures are drawn here."""

from __future__ import annotations

import io
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from PIL import Image, ImageDraw, ImageFont

from agent import Settings, VisualAgent
from agent.planners.token_callback import token_callback
from agent.testing import ScriptedPlanner, answering, calling
from server.app import create_app
from server.running import bound
from server.settings import ServerSettings
from tools import Finding, Picture, ToolReport, vision_tool
from tools.toolset import ToolConfig

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
LINES = {"total": (60, 300, 420, 340), "date": (60, 110, 360, 146)}
"""Where the receipt says what, xyxy."""


def receipt(size: tuple[int, int] = (480, 400), mark: str = "") -> bytes:
    image = Image.new("RGB", size, "#fbfaf6")
    draw = ImageDraw.Draw(image)
    for text, y in (("CORNER CAFE " + mark, 50), ("Date: 14/03/2026", 114), ("Coffee      3.50", 180),
                    ("Cake        4.20", 230), ("TOTAL  EUR  7.70", 306)):  # fmt: skip
        draw.text((66, y), text, "#222", ImageFont.load_default(26))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


class Eyes:
    """Tools that see what a receipt says; they and the planner wait where they are told to."""

    def __init__(self) -> None:
        self.may_look = threading.Event()
        self.may_look.set()
        self.may_write = threading.Event()
        self.may_write.set()

    def tools(self) -> list[Any]:
        eyes = self

        @vision_tool(version="1")
        def read_text(picture: Picture, query: str) -> ToolReport:
            """Read a line."""
            eyes.may_look.wait(60)
            said = {"total": ("TOTAL EUR 7.70", "7.70"), "date": ("Date: 14/03/2026", "14/03/2026")}
            if query not in said:
                nothing = Finding(
                    picture=picture.ref, label=query, value=0, status="none", score=0.9
                )
                return ToolReport(summary="read", findings=(nothing,))
            text, value = said[query]
            found = Finding(
                picture=picture.ref, box_xyxy=LINES[query], label=query, text=text, value=value,
                score=0.97,
            )  # fmt: skip
            return ToolReport(summary="read", findings=(found,))

        @vision_tool(version="1")
        def answer_by_fusion(picture: Picture, question: str) -> ToolReport:
            """Estimate."""
            found = Finding(
                picture=picture.ref, label=question, value="yes", score=0.81, kind="estimate"
            )
            return ToolReport(summary="estimated", findings=(found,))

        return [read_text, answer_by_fusion]


class WritingPlanner(ScriptedPlanner):
    """Writes its first sentence, waits until it may go on, and writes the rest."""

    may_write: Any

    def _generate(self, *args: Any, **kwargs: Any) -> Any:
        result = super()._generate(*args, **kwargs)
        text = str(result.generations[0].message.content)
        if text and (say := token_callback()) is not None:
            half = text.find("The date") + 5
            say(text[:half])
            self.may_write.wait(60)
            say(text[half:])
        return result


TOTAL_AND_DATE = [
    calling(
        ("read_text", {"picture": "img_1", "query": "total"}),
        ("read_text", {"picture": "img_1", "query": "date"}),
    ),
    answering("The total is {e1.value} [e1]. The date is {e2.value} [e2].", "{e1.value}"),
]
IN_CHINESE = [
    TOTAL_AND_DATE[0],
    answering("总额是{e1.value} [e1]。日期是{e2.value} [e2]。", "{e1.value}"),
]
AGAIN = [answering("The total is {e1.value} [e1].", "{e1.value}")]
NOT_THERE = [
    calling(("read_text", {"picture": "img_1", "query": "tip"})),
    answering("", "", "not_found"),
]
PROBABLY = [
    calling(("answer_by_fusion", {"picture": "img_1", "question": "Is it a cafe?"})),
    answering("Probably yes [e1].", "{e1.value}"),
]


@contextmanager
def running(settings: ServerSettings, script: list[Any], eyes: Eyes) -> Iterator[str]:
    """The URL of a service that answers so."""
    planner = WritingPlanner(responses=script, may_write=eyes.may_write)
    agent = VisualAgent(Settings(tools=ToolConfig(offer=[])), planner, eyes.tools())
    with agent, bound("127.0.0.1", settings.port) as listening:
        config = uvicorn.Config(create_app(settings, agent), log_config=None, lifespan="on")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            eyes.may_look.set()
            eyes.may_write.set()
            server.should_exit = True
            thread.join()


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless browser; the test is skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        options = [
            "--no-sandbox",
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
        ]
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()
