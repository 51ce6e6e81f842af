"""The log: one line an event, the request's id from the socket to a tool's thread, no content."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, redirect_stderr
from typing import Any

import httpx
import pytest

from agent.errors import PlannerOutputError
from agent.testing import answering, calling
from server.access.keys import create
from server.logs import log, to_stderr
from server.settings import ServerSettings
from server.store import Database, Store
from tests.server.conftest import agent_of, bright, data_url, png, serving
from tests.server.test_asking import ONE, QUESTION
from tests.server.test_mcp import connected, listening
from tools import Finding, Picture, ToolError, ToolReport, vision_tool
from tools.base import BatchedTool
from tools.execution.origins import origins

MARK = "BANANA"
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The log's lines so far."""
    stream = io.StringIO()
    with ExitStack() as stack:
        with redirect_stderr(stream):
            stack.enter_context(to_stderr("json", "debug"))
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@vision_tool(version="1")
def measure(picture: Picture) -> ToolReport:
    """Measure."""
    logging.getLogger("tools.measure").info("it says %s", MARK)
    found = Finding(
        picture=picture.ref, label="brightness", value=47, value_type="number", score=1.0
    )
    return ToolReport(summary=f"measure {picture.ref.id}", findings=(found,))


MEASURED = [calling(("measure", {"picture": "img_1"})), bright()]


async def ask(client: httpx.AsyncClient, level: int = 120, name: str = "", **fields: Any) -> Any:
    body = {"question": QUESTION, "pictures": [data_url(png(level))]} | fields
    return await client.post("/v1/ask", json=body, headers={"x-request-id": name})


async def test_a_request_and_its_question_have_a_line_each(settings, lines) -> None:
    settings.data_dir.mkdir()
    store = Store(Database(settings.url_of_database))
    key, record = create(store.keys, "shop")
    store.close()
    async with serving(settings, agent_of(*ONE), key) as client:
        await ask(client, name="mine.1")
    question, request = lines()
    assert request.keys() == {
        "time", "level", "event", "request_id", "method", "route", "status", "ms", "owner"}  # fmt: skip
    assert (request["event"], request["route"], request["status"]) == ("request", "/v1/ask", 200)
    assert request["owner"] == record.id
    assert question["request_id"] == request["request_id"] == "mine.1"
    assert question["outcome"] == "answered"
    assert question["tools"] == {"measure_brightness": 1}
    assert (question["planner_turns"], question["abstained"]) == (2, False)
    assert list(question["stages_ms"]) == [
        "waiting", "opening", "planning", "looking", "checking", "storing"]  # fmt: skip
    assert sum(question["stages_ms"].values()) <= question["ms"] <= request["ms"]


@pytest.mark.parametrize("name", ["", "a" * 65, "a b", "a\x00", "ä", "a\n", '"', "a/b", "x" * 5000])
async def test_an_id_that_is_none_is_replaced(settings, lines, name) -> None:
    async with serving(settings, agent_of()) as client:
        reply = await client.get("/healthz", headers=[(b"X-Request-Id", name.encode())])
    (line,) = lines()
    assert reply.headers["x-request-id"] == line["request_id"]
    assert line["request_id"].startswith("req_")


async def test_what_a_tool_logs_in_its_thread_has_the_requests_id(settings, lines) -> None:
    async with serving(settings, agent_of(*MEASURED, *MEASURED, tools=[measure])) as client:
        await ask(client, 10, "one")
        await ask(client, 20, "two")
    told = [line for line in lines() if line.get("logger") == "tools.measure"]
    assert {line["request_id"] for line in told} == {"one", "two"}
    assert {line["event"] for line in told} == {"it says %s"}


async def test_a_batch_of_several_requests_has_all_their_ids(settings, lines) -> None:
    entered, go = threading.Event(), threading.Event()

    def several(calls: list[dict[str, Any]]) -> list[ToolReport]:
        return [measure.run(**call) for call in calls]

    @vision_tool(version="1", name="measure")
    def held(picture: Picture) -> ToolReport:
        """Measure."""
        entered.set()
        go.wait(10)
        return measure.run(picture=picture)

    tool = BatchedTool(**vars(held), run_batch=several)
    agent = agent_of(*[MEASURED[0]] * 3, *[MEASURED[1]] * 3, tools=[tool])
    inbox = agent.runner._worker_of(tool)._batcher._inbox
    async with serving(settings, agent) as client:
        first = asyncio.create_task(ask(client, 10, "one"))
        assert await asyncio.to_thread(entered.wait, 10)
        rest = [asyncio.create_task(ask(client, n, f"more-{n}")) for n in (20, 30)]
        while inbox.qsize() < 2:
            await asyncio.sleep(0)
        go.set()
        await asyncio.gather(first, *rest)
    told = [line for line in lines() if line.get("logger") == "tools.measure"]
    assert told[0]["request_id"] == "one"
    assert all(set(line["request_ids"]) == {"more-20", "more-30"} for line in told[1:])
    assert len(told) == 3


async def test_a_look_over_mcp_has_its_requests_id(settings, lines) -> None:
    async with listening(settings, agent_of(*MEASURED, tools=[measure])) as url:
        async with httpx.AsyncClient() as http:
            kept = await http.post(f"{url}/v1/files", files={"file": ("a.png", png())})
        async with connected(url) as client:
            given = {"question": QUESTION, "pictures": [kept.json()["id"]]}
            assert not (await client.call_tool("ask", given)).is_error
    told = lines()
    (look,) = [line for line in told if line.get("logger") == "tools.measure"]
    (question,) = [line for line in told if line["event"] == "question"]
    requests = {line["request_id"] for line in told if line.get("route") == "/mcp"}
    assert look["request_id"] == question["request_id"]
    assert look["request_id"] in requests


@vision_tool(version="1")
def quote(picture: Picture) -> ToolReport:
    """Quote."""
    log_of_ours, foreign = logging.getLogger("tools.quote"), logging.getLogger("quoting")
    try:
        raise KeyError(MARK)
    except KeyError as error:
        log_of_ours.exception("cannot read %s", error)
        log_of_ours.error(error)
        foreign.exception(f"cannot read {MARK}", extra={"fields": {"text": MARK}})
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(MARK, stacklevel=1)
    raise ValueError(f"the picture says {MARK}")


@vision_tool(version="1")
def refuse(picture: Picture) -> ToolReport:
    """Refuse."""
    raise ToolError(f"the picture says {MARK}")


async def test_nothing_that_was_sent_or_seen_is_in_it_whatever_goes_wrong(
    settings, lines, capsys
) -> None:
    settings.data_dir.mkdir()
    store = Store(Database(settings.url_of_database))
    key, _ = create(store.keys, MARK)
    store.close()
    wrong = answering(f"It says {MARK}.", MARK)
    script = [
        calling(("quote", {"picture": "img_1"}), ("refuse", {"picture": MARK}), (MARK, {MARK: MARK})),
        calling(("refuse", {"picture": "img_1"})),
        wrong, wrong,
        PlannerOutputError(MARK), PlannerOutputError(MARK), RuntimeError(MARK),
    ]  # fmt: skip
    async with serving(settings, agent_of(*script, tools=[quote, refuse]), key) as client:
        for n in range(3):
            await ask(client, n, name="mine", question=f"Does it say {MARK}?")
        files = {"file": (f"{MARK}.png", png(), f"image/{MARK}")}
        await client.post(f"/v1/files?{MARK}={MARK}", files=files)
        await client.post("/v1/files", files={"file": (f"{MARK}.png", MARK.encode())})
        await client.post("/v1/ask", content=f'{{"question": "{MARK}'.encode())
        await client.request(MARK, f"/{MARK}", headers={"user-agent": MARK, "cookie": MARK})
        await ask(client, pictures=[f"https://{MARK}.example/{MARK}.png"])
        await client.get("/v1/files", headers={"authorization": f"Bearer {MARK}"})
        asyncio.get_running_loop().call_exception_handler({"message": MARK})
    assert capsys.readouterr().err == "", "nothing goes past the log"
    told = lines()
    text = json.dumps(told, ensure_ascii=False)
    for word in (MARK, MARK.lower(), key, "127.0.0.1", "localhost"):
        assert word not in text
    assert {line.get("logger") for line in told} >= {
        "tools.quote",
        "quoting",
        "asyncio",
        "py.warnings",
    }
    assert {line["event"] for line in told} >= {
        "request", "question", "unexpected error", "cannot read %s", "logged by a library"}  # fmt: skip
    assert {line["outcome"] for line in told if line["event"] == "question"} >= {
        "abstained",
        "failed",
    }
    reasons = [line["reason"] for line in told if line["event"] == "question"]
    assert reasons[1:3] == ["planner_failed", None]
    tools = [line["tools"] for line in told if line["event"] == "question" and line["tools"]]
    assert tools[0] == {"quote": 1, "refuse": 2, "unknown": 1}


def test_a_terminal_gets_words_and_less_of_them_where_told(capsys) -> None:
    before = logging.getLogger().handlers
    token = origins.set(("one", "two"))
    with to_stderr("text", "warning"):
        log.info("not heard")
        try:
            raise KeyError(MARK)
        except KeyError:
            log.exception("sweep failed", extra={"fields": {"rows": 3, "why": "a b"}})
    origins.reset(token)
    first, *frames = capsys.readouterr().err.splitlines()
    assert first.split("  ", 1)[1] == (
        'error    sweep failed  request_ids=["one", "two"]  rows=3  why="a b"  error="KeyError"'
    )
    assert len(frames) == 1
    assert "test_logs.py" in frames[0]
    assert logging.getLogger().handlers is before


def test_the_settings_say_how_it_is_written(monkeypatch) -> None:
    monkeypatch.setenv("VQA_SERVER_LOG", "text")
    monkeypatch.setenv("VQA_SERVER_LOG_LEVEL", "debug")
    settings = ServerSettings()
    assert (settings.log, settings.log_level) == ("text", "debug")
