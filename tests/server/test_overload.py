"""What becomes of looks that wait: a full queue is 503, and no look is made for nobody."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from server.settings import ServerSettings
from tests.agent.test_visual_agent import measure_brightness
from tests.server.conftest import agent_of, bright, brightness, data_url, live, png, serving
from tools import Picture, ToolReport, vision_tool
from tools.errors import OverloadedError

QUESTION = "How bright is it?"


def body(level: int = 120) -> dict[str, object]:
    return {"question": QUESTION, "pictures": [data_url(png(level))]}


async def test_where_a_tool_has_too_much_waiting_one_may_come_again(
    settings: ServerSettings,
) -> None:
    full = OverloadedError("tool-measure_brightness has 256 looks waiting")
    async with serving(settings, agent_of(full, brightness(), bright())) as client:
        refused = await client.post("/v1/ask", json=body())
        assert (await client.post("/v1/ask", json=body())).status_code == 200
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0
    assert refused.json()["error"]["code"] == "busy"
    assert "256" not in refused.text, "nothing of the inside"


async def test_a_look_that_waits_goes_with_its_client(tmp_path: Path) -> None:
    looked: list[int] = []
    entered, go = threading.Event(), threading.Event()

    @vision_tool(version="1", name="measure_brightness")
    def measure(picture: Picture) -> ToolReport:
        """Measure how bright a picture is."""
        entered.set()
        go.wait(20)
        looked.append(int(picture.pixels[0, 0, 0]))
        return measure_brightness.run(picture)

    settings = ServerSettings(data_dir=tmp_path, warm_up=False, max_running=2)
    agent = agent_of(*[brightness()] * 3, bright(), bright(), tools=[measure])
    stream = {"Accept": "text/event-stream"}
    with live(settings, agent) as url:
        async with httpx.AsyncClient(base_url=url, timeout=30) as client:
            first = asyncio.ensure_future(client.post("/v1/ask", json=body(1)))
            assert await asyncio.to_thread(entered.wait, 20)
            async with client.stream("POST", "/v1/ask", json=body(2), headers=stream) as left:
                await _started(left.aiter_lines())
            # Of two places one is free when the service has seen the second client leave.
            async with client.stream("POST", "/v1/ask", json=body(3), headers=stream) as third:
                lines = third.aiter_lines()
                await _started(lines)
                go.set()
                rest = [line async for line in lines]
            assert (await first).status_code == 200
    assert "event: answered" in rest
    assert looked == [1, 3]


async def _started(lines: AsyncIterator[str]) -> None:
    async for line in lines:
        if line == "event: tool_started":
            return
