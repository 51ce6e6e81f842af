"""What holds for each of the service's streams: a sign of life, one line an event, a clean end."""

from __future__ import annotations

import json
import threading
from functools import partial
from typing import Any

import httpx
import pytest

from agent.testing import ScriptedPlanner, answering, calling
from server.settings import ServerSettings
from tests.server.conftest import agent_of, bright, brightness, data_url, live, png, serving
from tests.server.test_asking import QUESTION, WAITING, enough, wait_for_ever  # noqa: F401
from tools import Picture, ToolReport, vision_tool

PICTURE = data_url(png())
CHAT = [{"type": "text", "text": QUESTION}, {"type": "image_url", "image_url": {"url": PICTURE}}]
INPUT = [
    {"type": "input_text", "text": QUESTION},
    {"type": "input_image", "image_url": PICTURE},
]
STREAMS = {
    "/v1/ask": {"question": QUESTION, "pictures": [PICTURE]},
    "/v1/chat/completions": {
        "model": "vqa-agent", "stream": True, "messages": [{"role": "user", "content": CHAT}],
    },
    "/v1/responses": {
        "model": "vqa-agent", "stream": True, "input": [{"role": "user", "content": INPUT}],
    },
}  # fmt: skip
LAST = {
    "/v1/ask": "event: answered",
    "/v1/chat/completions": "data: [DONE]",
    "/v1/responses": "event: response.completed",
}
ABSTAINS = answering("", "", "not_found")


class SlowPlanner(ScriptedPlanner):
    """Thinks until it is told to go on."""

    may_go_on: Any

    def _generate(self, *args: Any, **kwargs: Any) -> Any:
        self.may_go_on.wait(60)
        return super()._generate(*args, **kwargs)


def lines_of(url: str, path: str, on_beat: Any) -> list[str]:
    """The lines of a stream without empty ones; `on_beat` is called at each heartbeat."""
    found = []
    headers = {"accept": "text/event-stream"}
    with httpx.stream("POST", url + path, json=STREAMS[path], headers=headers, timeout=60) as reply:
        assert reply.status_code == 200
        for line in filter(None, reply.iter_lines()):
            found.append(line)
            if line.startswith(":"):
                on_beat(found)
    return found


@pytest.mark.parametrize("path", STREAMS)
def test_a_stream_gives_a_sign_of_life_while_a_tool_looks(tmp_path, enough, path) -> None:  # noqa: F811
    settings = ServerSettings(data_dir=tmp_path, warm_up=False, heartbeat_s=0.02)

    def on_beat(lines: list[str]) -> None:
        if any("wait_for_ever" in line for line in lines[:-3]) and len(set(lines[-3:])) == 1:
            enough.set()

    with live(settings, agent_of(WAITING, ABSTAINS, tools=[wait_for_ever])) as url:
        lines = lines_of(url, path, on_beat)
    assert enough.is_set()
    assert any(line.startswith(LAST[path]) for line in lines)


@pytest.mark.parametrize("path", STREAMS)
def test_a_stream_begins_while_the_planner_still_thinks(tmp_path, path) -> None:
    settings = ServerSettings(data_dir=tmp_path, warm_up=False, heartbeat_s=0.02)
    go_on = threading.Event()
    planner = partial(SlowPlanner, may_go_on=go_on)
    agent = agent_of(brightness(), bright(), planner=planner)
    with live(settings, agent) as url:
        lines = lines_of(url, path, lambda _lines: go_on.set())
    assert any("47" in line for line in lines)
    assert any(line.startswith(LAST[path]) for line in lines)


@vision_tool(version="1")
def read_text(picture: Picture) -> ToolReport:
    """Read a text that would end lines."""
    del picture
    return ToolReport(summary="read a\u2028b\u2029c\x85d")


async def test_no_text_breaks_an_event_in_two(settings) -> None:
    script = [calling(("read_text", {"picture": "img_1"})), ABSTAINS]
    async with serving(settings, agent_of(*script, tools=[read_text])) as client:
        reply = await client.post("/v1/responses", json=STREAMS["/v1/responses"])
    for line in filter(None, reply.text.splitlines()):
        kind, _, data = line.partition(": ")
        assert kind in ("event", "data")
        if kind == "data":
            json.loads(data)
