"""Who hangs up, and a service that is told to stop: on a real port, in every way to ask."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from server.access.identity import LOCAL
from server.access.keys import create
from server.services import Services
from server.store import Database, Store
from tests.server.conftest import LookingPlanner, agent_of, data_url, live_server, png, until
from tests.server.test_asking import QUESTION
from tests.server.test_deleting import rows
from tests.server.test_same_question import gate

__all__ = ["gate"]
MCP_HEADERS = {
    "accept": "application/json, text/event-stream",
    "mcp-protocol-version": "2025-06-18",
}


@dataclass(frozen=True)
class Way:
    """A way to ask: the path, and the body of a question about a picture."""

    path: str
    body: Callable[[str], dict[str, Any]]
    headers: dict[str, str]


def ask_body(url: str) -> dict[str, Any]:
    return {"question": QUESTION, "pictures": [url]}


def chat_body(url: str, stream: bool = False) -> dict[str, Any]:
    content = [
        {"type": "text", "text": QUESTION},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    messages = [{"role": "user", "content": content}]
    return {"model": "vqa-agent", "messages": messages, "stream": stream}


def response_body(url: str, stream: bool = False) -> dict[str, Any]:
    content = [
        {"type": "input_text", "text": QUESTION},
        {"type": "input_image", "image_url": url},
    ]
    items = [{"role": "user", "content": content}]
    return {"model": "vqa-agent", "input": items, "stream": stream}


def mcp_body(url: str) -> dict[str, Any]:
    arguments = {"question": QUESTION, "pictures": [url]}
    call = {"name": "ask", "arguments": arguments}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}


WAYS = {
    "ask": Way("/v1/ask", ask_body, {}),
    "ask, events": Way("/v1/ask", ask_body, {"accept": "text/event-stream"}),
    "chat": Way("/v1/chat/completions", chat_body, {}),
    "chat, events": Way("/v1/chat/completions", lambda url: chat_body(url, stream=True), {}),
    "responses": Way("/v1/responses", response_body, {}),
    "responses, events": Way("/v1/responses", lambda url: response_body(url, stream=True), {}),
    "mcp": Way("/mcp", mcp_body, MCP_HEADERS),
}


def named(url: str, way: Way, picture: bytes) -> str:
    """A picture as that way names it."""
    if way.path != "/mcp":
        return data_url(picture)
    reply = httpx.post(f"{url}/v1/files", files={"file": ("a.png", picture)}, timeout=60)
    file: str = reply.json()["id"]
    return file


@pytest.fixture
def send():
    """A connection on which a question was sent: `send(url, way, picture)`."""
    with ExitStack() as stack:
        yield lambda *question: stack.enter_context(_sent(*question))


def _sent(url: str, way: Way, picture: bytes = png()) -> socket.socket:
    host, port = url.removeprefix("http://").split(":")
    body = json.dumps(way.body(named(url, way, picture))).encode()
    headers = {"host": host, "content-type": "application/json", "content-length": str(len(body))}
    lines = [
        f"POST {way.path} HTTP/1.1",
        *(f"{k}: {v}" for k, v in (headers | way.headers).items()),
    ]
    connection = socket.create_connection((host, int(port)))
    connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    return connection


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_who_hangs_up_ends_the_work_and_nothing_stays(settings, gate, send, way) -> None:
    """One looks, one waits for the tool, one for a place; all hang up."""
    settings = settings.model_copy(update={"max_running": 2})
    agent = agent_of(tools=[gate.tool], planner=LookingPlanner)
    with live_server(settings, agent) as (url, server):
        connections = [send(url, way)]
        until(lambda: gate.seen == [80])
        services: Services = server.app.state.services
        engine = services.engine
        for width in (81, 82):
            connections.append(send(url, WAYS["ask"], png(size=(width, 60))))
            until(lambda: len(engine.under_way) == len(connections))
        until(lambda: len(agent.planner.seen) == 2)
        until(lambda: (engine.admission.running, engine.admission.waiting) == (2, 1))
        for connection in connections:
            connection.close()
        until(lambda: len(engine.under_way) == 0)
        assert (engine.admission.running, engine.admission.waiting) == (0, 0)
        gate.opens.set()
        found = httpx.post(f"{url}/v1/ask", json=ask_body(data_url(png(9))), timeout=60)
        assert found.status_code == 200
        assert gate.seen == [80, 80], "what waited for the tool was dropped"
        conversations, _ = services.store.of(LOCAL).delete_everything()
        assert conversations == [found.json()["conversation"]]
    assert rows(settings) == {}


def test_told_to_stop_it_lets_questions_end_and_takes_no_new_ones(settings, gate, send) -> None:
    agent = agent_of(tools=[gate.tool], planner=LookingPlanner)
    with live_server(settings, agent) as (url, server):
        going_on = send(url, WAYS["ask, events"])
        until(lambda: gate.seen == [80])
        server.should_exit = True
        until(lambda: server.app.state.services.engine.is_stopping)
        refused = httpx.post(f"{url}/v1/ask", json=ask_body(data_url(png(9))), timeout=60)
        ready = httpx.get(f"{url}/readyz", timeout=60)
        gate.opens.set()
        told = b"".join(iter(lambda: going_on.recv(65536), b"")).decode()
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "stopping")
    assert int(refused.headers["retry-after"]) > 0
    assert (ready.status_code, ready.json()["troubles"]) == (503, {"service": "is being stopped"})
    assert "event: answered" in told
    assert rows(settings)["turns"] == 1


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_what_does_not_end_in_time_ends_with_an_error(settings, gate, send, way) -> None:
    settings = settings.model_copy(update={"drain_s": 0})
    agent = agent_of(tools=[gate.tool], planner=LookingPlanner)
    with live_server(settings, agent) as (url, server):
        going_on = send(url, way)
        until(lambda: gate.seen == [80])
        server.should_exit = True
        told = b"".join(iter(lambda: going_on.recv(65536), b"")).decode()
        gate.opens.set()
    assert "the service is being stopped" in told
    if way.path != "/mcp" and "200 OK" not in told:
        assert "503 Service Unavailable" in told
        assert "retry-after" in told.lower()
    assert "turns" not in rows(settings)


def test_a_question_under_way_is_answered_though_its_key_is_revoked(settings, gate, send) -> None:
    """It was let in; the next one is not."""
    store = Store(Database(settings.url_of_database))
    key, record = create(store.keys, "one")
    agent = agent_of(tools=[gate.tool], planner=LookingPlanner)
    headers = {"authorization": f"Bearer {key}"}
    with live_server(settings, agent) as (url, _server):
        going_on = send(url, Way("/v1/ask", ask_body, WAYS["ask, events"].headers | headers))
        until(lambda: gate.seen == [80])
        store.keys.revoke(record.id)
        refused = httpx.get(f"{url}/v1/files", headers=headers, timeout=60)
        gate.opens.set()
        told = b""
        while b"event: answered" not in told:
            part = going_on.recv(65536)
            assert part, told
            told += part
    store.close()
    assert refused.status_code == 401
