"""Batches over HTTP: the command line's rows and lines, each question for itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from agent.errors import PlannerUnavailableError
from agent.testing import answering
from server.access.identity import LOCAL, Caller
from server.engine.engine import Engine
from server.routes.batch import LINES, Row, _answered
from server.settings import ServerSettings
from tests.server.conftest import agent_of, data_url, png, serving
from tests.server.test_asking import (
    ME,
    ONE,
    QUESTION,
    WAITING,
    NotingAdmission,
    enough,
    services_of,
    wait_for_ever,
)
from tests.server.test_isolation import keys_of

__all__ = ["enough"]
PICTURE = data_url(png())


def row(**fields: Any) -> dict[str, Any]:
    return {"question": QUESTION, "image": PICTURE} | fields


def lines_of(text: str) -> dict[Any, dict[str, Any]]:
    return {record["id"]: record for record in map(json.loads, text.splitlines())}


async def posted(client: Any, *rows: Any) -> dict[Any, dict[str, Any]]:
    reply = await client.post("/v1/batch", json={"requests": list(rows)})
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == LINES
    return lines_of(reply.text)


async def test_each_question_has_its_line_and_its_conversation(settings) -> None:
    same = [answering("It is 47 percent bright [e1].", "47")]
    async with serving(settings, agent_of(*ONE, *ONE, *same)) as client:
        uploaded = (await client.post("/v1/files", files={"file": ("b.png", png())})).json()
        first = await posted(client, row(id=1))
        second = await posted(client, row(id="b", image=None, pictures=[uploaded["id"]]))
        kept = (await client.get(f"/v1/conversations/{first[1]['conversation']}")).json()
    assert first[1]["answer"] == second["b"]["answer"] == "It is 47 percent bright."
    assert list(first[1])[:2] == ["id", "schema_version"]
    assert kept["turns"][0]["id"] == first[1]["turn"]


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ({"question": ""}, "question"),
        ({"question": 7}, "question"),
        ({"image": "data:image/png;base64,AAAA"}, ""),
        ({"image": "/etc/passwd"}, "data: URL"),
        ({"image": "file_of_somebody_else"}, "file_of"),
        ({"images": [PICTURE]}, "either image"),
        ({"image": None}, "either image"),
        ({"image": None, "images": [PICTURE] * 11}, "10 pictures"),
        ({"preferences": {"names": {"botle": "Zorbex"}}}, "near it are"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_bad_row_says_why_and_spoils_no_other(settings, bad, told) -> None:
    async with serving(settings, agent_of(*ONE)) as client:
        done = await posted(client, row(id="bad") | bad, row(id="good"))
    assert done["good"]["short_answer"] == "47"
    assert done["bad"].keys() == {"id", "schema_version", "error", "error_kind"}
    assert done["bad"]["error_kind"] == "input"
    assert told in done["bad"]["error"]


async def test_lines_are_read_as_the_command_line_reads_them(settings) -> None:
    rows = [
        json.dumps(row()),
        "{",
        "",
        "[]",
        json.dumps(row(id=True)),
        json.dumps(row(id="line 2")),
    ]
    async with serving(settings, agent_of(*ONE)) as client:
        reply = await client.post(
            "/v1/batch", content="\n".join(rows), headers={"Content-Type": LINES}
        )
    records = [json.loads(line) for line in reply.text.splitlines()]
    assert sorted((r["id"], "error" in r) for r in records) == [
        ("line 1", False), ("line 2", True), ("line 2", True), ("line 4", True), ("line 5", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("{}", "application/json"),
        ("[]", "application/json"),
        ('{"requests": []}', "application/json"),
        ('{"requests": 1}', "application/json"),
        ("", LINES),
        ("\n".join(["{}"] * 4), LINES),
        ("a,b", "text/csv"),
    ],
)
async def test_what_is_no_batch_is_refused_as_a_whole(tmp_path, content, kind) -> None:
    settings = ServerSettings(data_dir=tmp_path, warm_up=False, max_batch=3)
    async with serving(settings, agent_of()) as client:
        reply = await client.post("/v1/batch", content=content, headers={"Content-Type": kind})
    assert (reply.status_code, reply.json()["error"]["type"]) == (400, "invalid_request_error")


async def test_each_question_counts(tmp_path) -> None:
    settings = ServerSettings(data_dir=tmp_path, warm_up=False, requests_per_day=2)
    (key,) = keys_of(settings, "shop")
    async with serving(settings, agent_of(*ONE), key) as client:
        done = await posted(client, row(id=1), {"id": 2}, row(id=3, question="  "), row(id=4))
    kinds = {row_id: record.get("error_kind") for row_id, record in done.items()}
    assert kinds == {1: None, 2: "input", 3: "input", 4: "limit"}


async def test_a_planner_that_fails_is_told_without_its_address(settings) -> None:
    gone = PlannerUnavailableError("http://10.0.0.7:8000 does not answer")
    async with serving(settings, agent_of(gone)) as client:
        done = await posted(client, row(id=1))
    assert (done[1]["error_kind"], "10.0" in done[1]["error"]) == ("planner", False)


class Counting(NotingAdmission):
    """Says when two have come."""

    def __init__(self) -> None:
        super().__init__()
        self.two = asyncio.Event()

    @asynccontextmanager
    async def place(self, caller: Caller, conversation: str | None = None) -> AsyncIterator[None]:
        async with super().place(caller, conversation):
            if len(self.noted) == 2:
                self.two.set()
            yield


async def test_few_are_asked_at_once_and_none_when_the_client_has_gone(settings, enough) -> None:
    async with serving(settings, agent_of(*[WAITING] * 5, tools=[wait_for_ever])) as client:
        s, counting = services_of(client), Counting()
        engine = Engine(settings, s.agent, s.store, s.intake, counting)
        services = replace(s, engine=engine)
        rows = [Row(id=n, question=QUESTION, image=data_url(png(n))) for n in range(5)]
        mine = services.store.of(LOCAL)
        records = _answered(rows, services, ME, mine)
        waiting = asyncio.ensure_future(anext(records))
        await counting.two.wait()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await records.aclose()
        enough.set()
        assert counting.noted == ["+local", "+local", "-local", "-local"]
        assert mine.delete_everything()[0] == []
