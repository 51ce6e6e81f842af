"""The load benchmark on a scripted service: users, pictures, and what it makes of the answers."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest
from langchain_core.outputs import ChatGeneration, ChatResult

from agent.testing import ScriptedPlanner
from benchmarks import load
from benchmarks.load_clients import CROP, LIGHT, Asked, ask, new_pictures
from server.settings import ServerSettings
from tests.server.conftest import agent_of, bright, brightness, live

FILES = load.pictures_in(load.EXAMPLES)


class Tireless(ScriptedPlanner):
    """Looks, then answers, whoever asks."""

    def _generate(self, messages: list[Any], *_args: Any, **_kwargs: Any) -> ChatResult:
        message = bright() if messages[-1].type == "tool" else brightness()
        return ChatResult(generations=[ChatGeneration(message=message)])


@pytest.mark.slow
def test_users_ask_for_as_long_as_they_are_told(tmp_path: Path) -> None:
    settings = ServerSettings(data_dir=tmp_path, warm_up=False, requests_per_minute=100_000)
    figures = tmp_path / "figures.json"
    words = ["--users", "1,3", "--seconds", "0.5", "--json", str(figures)]
    with live(settings, agent_of(planner=Tireless)) as url:
        assert load.main(["--url", url, *words]) == 0
    rows = json.loads(figures.read_text())["results"]
    assert [(row["pictures"], row["users"]) for row in rows] == [
        ("new", 1), ("new", 3), ("repeated", 1), ("repeated", 3),
    ]  # fmt: skip
    for row in rows:
        assert row["questions"] >= row["users"]
        assert 0 < row["p50_s"] <= row["p95_s"] <= row["p99_s"]
        assert (row["errors"], row["busy"]) == ({}, 0)


def test_new_pictures_are_new_whoever_asks() -> None:
    users = 3
    seen: Counter[str] = Counter()
    for place in range(users):
        for picture in islice(new_pictures(FILES, place, users), 40):
            seen[hashlib.sha256(picture).hexdigest()] += 1
    assert set(seen.values()) == {1}
    assert len(seen) == 120
    assert len(FILES) * CROP * CROP * len(LIGHT) > 1000, "pixels differ, too, for that long"


async def test_come_again_is_obeyed_and_is_no_error() -> None:
    replies = iter([httpx.Response(503, headers={"Retry-After": "0"}), httpx.Response(200)])
    asked = Asked()
    async with _client(lambda _request: next(replies)) as client:
        await ask(client, {}, asked, until=float("inf"))
    assert (asked.busy, len(asked.seconds), asked.errors) == (1, 1, Counter())


async def test_what_fails_is_told_by_its_kind() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("cut off", request=request)

    asked = Asked()
    for reply in (lambda _request: httpx.Response(500), fail):
        async with _client(reply) as client:
            await ask(client, {}, asked, until=float("inf"))
    assert asked.errors == Counter({"status 500": 1, "ReadError": 1})
    assert not asked.seconds


def _client(reply: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(reply), base_url="http://service")
