"""`/metrics`: what it counts, who reads it, and that it stays small and says nothing of content."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from agent.answer import ToolCallRecord
from agent.events import Planned, ToolFinished
from agent.testing import answering, calling
from server.access.keys import create
from server.errors import DeadlineError
from server.observing.questions import Queue, Watch
from server.settings import ServerSettings, load
from server.store import Database, Store
from tests.agent.test_visual_agent import find_things, measure_brightness
from tests.server.conftest import agent_of, bright, data_url, png, serving
from tests.server.test_asking import ONE, QUESTION, services_of
from tools import Picture, ToolError, ToolReport, vision_tool
from tools.errors import InputError

ROOT = Path(__file__).parents[2]
MARK = "BANANA"
"""Stands for all that a caller sends or a picture holds."""
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    families = text_string_to_metric_families(text)
    return {(s.name, frozenset(s.labels.items())): s.value for f in families for s in f.samples}


def value(found: Samples, name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


async def metrics_of(client: httpx.AsyncClient) -> Samples:
    reply = await client.get("/metrics")
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/plain; version=")
    return samples(reply.text)


async def ask(client: httpx.AsyncClient, level: int = 120, **fields: Any) -> httpx.Response:
    body = {"question": QUESTION, "pictures": [data_url(png(level))]}
    return await client.post("/v1/ask", json=body | fields)


async def test_what_happened_is_counted(settings) -> None:
    fog = calling(("find_things", {"picture": "img_1", "thing": "fog"}))
    wrong = answering("It is 12 percent bright [e1].", "12")
    refused = answering("", abstain="could_not_look")
    script = [*ONE, *ONE, fog, refused, ONE[0], wrong, bright(), RuntimeError(MARK)]
    async with serving(settings, agent_of(*script)) as client:
        for level in (120, 120, 10, 20, 30):
            await ask(client, level)
        await ask(client, question=" ")
        found = await metrics_of(client)

    def count(name: str, **labels: str) -> float:
        return value(found, f"vqa_{name}", **labels)

    asked = {"method": "POST", "route": "/v1/ask"}
    assert count("http_request_duration_seconds_count", **asked, status="200") == 4
    assert count("http_request_duration_seconds_count", **asked, status="500") == 1
    for outcome, times in (("answered", 3), ("abstained", 1), ("failed", 1), ("refused", 1)):
        assert count("question_duration_seconds_count", outcome=outcome) == times
    for stage, times in (
        ("waiting", 6), ("opening", 6), ("planning", 5), ("looking", 4), ("checking", 4), ("storing", 4),
    ):  # fmt: skip
        assert count("question_stage_duration_seconds_count", stage=stage) == times, stage
    look = {"tool": "measure_brightness"}
    assert count("tool_call_duration_seconds_count", **look, status="ok") == 2
    assert count("tool_call_duration_seconds_count", **look, status="cached") == 1
    assert count("tool_call_duration_seconds_count", tool="find_things", status="error") == 1
    assert count("tool_batch_size_sum", **look) == count("tool_run_duration_seconds_count", **look)
    assert count("planner_turn_duration_seconds_count", status="ok") == 9
    assert count("planner_turn_duration_seconds_count", status="error") == 1
    assert count("abstentions_total", reason="could_not_look") == 1
    assert count("abstentions_total", reason="unsupported") == 0
    assert count("repairs_total") == 1
    assert count("pictures_total", media_type="image/png") == 6
    assert count("picture_bytes_total", media_type="image/png") > 5 * 60
    assert count("questions_running") == count("questions_waiting") == 0
    assert found["process_resident_memory_bytes", frozenset()] > 1e6


async def test_stages_are_parts_of_the_question(settings) -> None:
    async with serving(settings, agent_of(*ONE)) as client:
        await ask(client)
        found = await metrics_of(client)
    whole = value(found, "vqa_question_duration_seconds_sum", outcome="answered")
    stages = [
        v for (name, _), v in found.items() if name == "vqa_question_stage_duration_seconds_sum"
    ]
    assert len(stages) == 6
    assert 0 < sum(stages) <= whole


MS = st.floats(0, 1e5, allow_nan=False)


@given(st.lists(st.tuples(MS, st.lists(MS))), st.booleans(), st.booleans())
def test_stages_add_up_whatever_happens(turns, enters, ends) -> None:
    queue = Queue()
    watch = Watch(queue, frozenset({"look"}))
    assert (queue.waiting, queue.running) == (1, 0)
    if enters:
        watch.ended("waiting")
        assert (queue.waiting, queue.running) == (0, 1)
    for planned, calls in turns:
        watch.saw(Planned("ok", planned))
        for elapsed in calls:
            call = ToolCallRecord(
                id="c", name=MARK, arguments={}, status="ok", elapsed_ms=elapsed, cached=False
            )
            watch.saw(ToolFinished(call, (), MARK))
    watch.error = None if ends else DeadlineError(MARK)
    watch.leave()
    assert (queue.waiting, queue.running) == (0, 0)
    longest = sum(max(calls, default=0.0) for _, calls in turns)
    assert watch.stages_ms.get("planning", 0.0) == pytest.approx(sum(ms for ms, _ in turns))
    assert watch.stages_ms.get("looking", 0.0) == pytest.approx(longest)
    assert watch.outcome == ("answered" if ends else "timeout")
    assert MARK not in json.dumps(watch.line())


async def test_what_waits_runs_and_streams_is_seen_while_it_does(tmp_path) -> None:
    settings = ServerSettings(data_dir=tmp_path, warm_up=False, max_running=1)
    seen: list[str] = []
    clients: list[httpx.AsyncClient] = []
    others: list[asyncio.Task[httpx.Response]] = []

    @vision_tool(version="1")
    def measure(picture: Picture) -> ToolReport:
        """Measure."""
        metrics = services_of(clients[0]).observer.metrics
        for _ in range(100_000):  # until the other one waits
            if b"vqa_questions_waiting 1.0" in metrics.text():
                break
        seen.append(metrics.text().decode())
        raise ToolError("seen enough")

    planned = calling(("measure", {"picture": "img_1"}))
    refused = answering("", abstain="could_not_look")
    async with serving(settings, agent_of(planned, refused, refused, tools=[measure])) as client:
        clients.append(client)
        body = {"question": QUESTION, "pictures": [data_url(png())]}
        first = asyncio.create_task(
            client.post("/v1/ask", json=body, headers={"accept": "text/event-stream"})
        )
        while services_of(client).observer.metrics.streams._value.get() == 0:
            await asyncio.sleep(0)
        others.append(asyncio.create_task(ask(client, 9)))
        for reply in (await first, await others[0]):
            assert reply.status_code == 200
        after = await metrics_of(client)
    during = samples(seen[0])
    for name in ("vqa_questions_waiting", "vqa_questions_running", "vqa_http_streams_open"):
        assert value(during, name) == 1, name
        assert value(after, name) == 0, name


async def test_who_finds_no_place_or_goes_away_is_counted_as_that(tmp_path) -> None:
    settings = ServerSettings(data_dir=tmp_path, warm_up=False, max_running=1, max_waiting=0)
    gone = asyncio.Event()
    loop = asyncio.get_running_loop()

    @vision_tool(version="1")
    def measure(picture: Picture) -> ToolReport:
        """Measure."""
        loop.call_soon_threadsafe(gone.set)
        return ToolReport(summary=f"measure {picture.ref.id}", findings=())

    class Slow(type(agent_of().planner)):  # type: ignore[misc]
        async def _agenerate(self, *args: Any, **kwargs: Any) -> Any:
            if self.seen:
                await asyncio.Event().wait()
            return self._generate(*args, **kwargs)

    planned = calling(("measure", {"picture": "img_1"}))
    async with serving(settings, agent_of(planned, tools=[measure], planner=Slow)) as client:
        first = asyncio.create_task(ask(client))
        await gone.wait()
        assert (await ask(client, 9)).status_code == 503
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        found = await metrics_of(client)
    for outcome in ("busy", "cancelled"):
        assert value(found, "vqa_question_duration_seconds_count", outcome=outcome) == 1
    assert value(found, "vqa_questions_running") == value(found, "vqa_questions_waiting") == 0


async def test_two_apps_in_a_process_count_apart(settings, tmp_path) -> None:
    other = ServerSettings(data_dir=tmp_path / "other", warm_up=False)
    agent = agent_of(*ONE)
    async with serving(settings, agent) as one, serving(other, agent_of()) as two:
        await ask(one)
        assert value(await metrics_of(one), "vqa_pictures_total", media_type="image/png") == 1
        assert not any(name == "vqa_pictures_total" for name, _ in await metrics_of(two))
        assert len(agent.runner.observers) == 1
    assert agent.runner.observers == []


async def test_strangers_cannot_make_it_grow_or_tell(settings) -> None:
    made_up = calling((f"{MARK}_tool", {"picture": "img_1"}))
    refused = answering("", abstain="could_not_look")
    settings.data_dir.mkdir()
    store = Store(Database(settings.url_of_database))
    key, record = create(store.keys, MARK)
    store.close()
    agent = agent_of(*[made_up, refused] * 3)
    async with serving(settings, agent, key) as client:
        metrics = services_of(client).observer.metrics

        async def noise(n: int) -> None:
            await ask(client, n, question=f"{MARK} {n}?")
            await client.request(f"{MARK}{n}", "/v1/ask")
            await client.get(f"/{MARK}/{n}?{MARK}={n}")
            await client.get(f"/v1/files/file_{n}", headers={"user-agent": f"{MARK}{n}"})
            upload = {"file": (f"{MARK}{n}.png", png(n), f"image/{MARK}{n}")}
            assert (await client.post("/v1/files", files=upload)).status_code == 200

        await noise(1)
        before = metrics.text().decode()
        await noise(2)
        await noise(3)
        after = metrics.text().decode()
    assert samples(before).keys() == samples(after).keys()
    assert ("vqa_http_request_duration_seconds_count", frozenset(
        {"method": "OTHER", "route": "/v1/ask", "status": "405"}.items())) in samples(after)  # fmt: skip
    for word in (MARK, MARK.lower(), key, record.id):
        assert word not in after


async def test_customers_keys_do_not_open_it(tmp_path) -> None:
    settings = ServerSettings(data_dir=tmp_path, warm_up=False)
    metrics_key = "m" * 16
    watched = ServerSettings(data_dir=tmp_path, warm_up=False, metrics_key=metrics_key)  # type: ignore[arg-type]

    async def status(settings: ServerSettings, key: str | None) -> int:
        async with serving(settings, agent_of(), key) as client:
            return (await client.get("/metrics")).status_code

    assert await status(settings, None) == 200
    assert await status(watched, None) == 401
    assert await status(watched, metrics_key) == 200
    store = Store(Database(settings.url_of_database))
    key, _ = create(store.keys, "shop")
    store.close()
    for brought in (None, key, "", "x"):
        assert await status(settings, brought) == 401
    for brought, expected in (
        (None, 401),
        (key, 401),
        (metrics_key + "m", 401),
        (metrics_key, 200),
    ):
        assert await status(watched, brought) == expected
    async with serving(watched, agent_of(), metrics_key) as client:
        assert (await client.get("/v1/files")).status_code == 401, "it opens nothing else"
    with pytest.raises(InputError, match="metrics_key"):
        load({"metrics_key": ""})


async def test_the_page_lists_what_there_is(settings) -> None:
    fog = calling(("find_things", {"picture": "img_1", "thing": "fog"}))
    refused = answering("", abstain="could_not_look")
    tools = (measure_brightness, find_things)
    async with serving(settings, agent_of(*ONE, fog, refused, tools=tools)) as client:
        await ask(client)
        await ask(client)
        text = (await client.get("/metrics")).text
    real = {}
    for family in text_string_to_metric_families(text):
        if not family.name.startswith("vqa_") or family.name.endswith("_created"):
            continue
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {label for s in family.samples for label in s.labels} - {"le"}
        real[name] = labels
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    listed = {}
    for names, labels in re.findall(r"^\| ((?:`vqa_\w+`(?:, )?)+) \| (.*?) \|", page, re.MULTILINE):
        for name in re.findall(r"`(\w+)`", names):
            listed[name] = set(re.findall(r"`(\w+)`", labels))
    assert listed == real
