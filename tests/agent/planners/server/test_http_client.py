"""Bodies reach a server from any loop, through whatever stands between."""

from __future__ import annotations

import asyncio
import gc

import aiohttp
import pytest

from agent.planners.server.http_client import Endpoint
from tests.fakes.openai_server import ScriptedServer, reply

AWAY = "http://planner.invalid/v1/chat/completions"


async def post_twice(endpoint: Endpoint) -> list[int]:
    return [(await endpoint.post(b"{}")).status for _ in range(2)]


@pytest.mark.parametrize("name", ["http_proxy", "all_proxy"])
def test_the_proxy_of_the_environment_is_used(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(reply("ok")) as proxy:
        monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        assert asyncio.run(post_twice(Endpoint(AWAY, {}))) == [200, 200]
    assert len(proxy.requests) == 2


def test_an_address_that_needs_no_proxy_is_asked_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(reply("ok")) as server, ScriptedServer(reply("ok")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/v1"))
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        asyncio.run(post_twice(Endpoint(f"{server.url}/chat/completions", {})))
    assert (len(server.requests), len(proxy.requests)) == (2, 0)


def test_connections_end_with_their_loop() -> None:
    with ScriptedServer(reply("ok")) as server:
        endpoint = Endpoint(f"{server.url}/chat/completions", {})
        for _ in range(3):
            assert asyncio.run(post_twice(endpoint)) == [200, 200]
        assert not endpoint._loops
        gc.collect()  # what is left open warns now, and warnings are errors


def test_what_listens_nowhere_is_an_error() -> None:
    with pytest.raises(aiohttp.ClientError):
        asyncio.run(Endpoint("http://127.0.0.1:9/v1", {}).post(b"{}"))


async def test_lines_come_as_they_are_written() -> None:
    with ScriptedServer(reply("Hello, 你好.")) as server:
        endpoint = Endpoint(f"{server.url}/chat/completions", {})
        async with endpoint.stream(b'{"stream": true}') as (status, lines):
            said = [line async for line in lines if line.strip()]
    assert status == 200
    assert all(line.startswith(b"data: ") for line in said)
    assert said[-1].strip() == b"data: [DONE]"
