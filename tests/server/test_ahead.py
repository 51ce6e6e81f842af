"""Looking before anybody asks: where it is configured, while nobody asks, for the owner alone."""

from __future__ import annotations

import asyncio

import pytest

from server.access.identity import LOCAL
from server.engine.opening import Ask
from server.settings import load
from tests.server.conftest import LookingPlanner, agent_of, data_url, png, serving
from tests.server.test_asking import ME, QUESTION, asked, services_of
from tests.server.test_deleting import rows
from tests.server.test_same_question import gate, shown
from tools.errors import InputError

__all__ = ["gate"]


@pytest.fixture
def ahead(settings):
    return settings.model_copy(update={"look_ahead": ("measure_brightness",)})


async def upload(client, width: int = 80) -> str:
    files = {"file": ("a.png", png(size=(width, 60)))}
    file: str = (await client.post("/v1/files", files=files)).json()["id"]
    return file


async def until(holds) -> None:
    for _ in range(3000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it does not happen")


def looking(tool):
    return agent_of(tools=[tool], planner=LookingPlanner)


@pytest.mark.parametrize("way", ["file", "visit"])
async def test_the_first_question_finds_it_done(ahead, gate, way) -> None:
    gate.opens.set()
    async with serving(ahead, looking(gate.tool)) as client:
        services = services_of(client)
        file = await upload(client)
        if way == "visit":
            handle = await shown(services)
            async with services.engine.visit(ME, None, (handle,)):
                pass
        await until(lambda: gate.seen and services.engine.ahead.is_idle)
        (call,) = (await asked(client, pictures=[file]))["tool_calls"]
    assert call["cached"] is True


async def test_unless_it_is_configured_nobody_looks(settings, gate) -> None:
    gate.opens.set()
    async with serving(settings, looking(gate.tool)) as client:
        await upload(client)
        await asyncio.sleep(0.05)
        assert services_of(client).engine.ahead.is_idle
    assert gate.seen == []


async def test_who_asks_comes_first_and_what_waits_is_looked_at_afterwards(ahead, gate) -> None:
    async with serving(ahead, looking(gate.tool)) as client:
        services = services_of(client)
        handle = await shown(services)
        asking = asyncio.ensure_future(services.engine.answer(Ask(ME, QUESTION, (handle,))))
        await until(lambda: gate.seen == [80])
        for width in (81, 82):
            await upload(client, width)
        await asyncio.sleep(0.3)
        assert gate.seen == [80]
        gate.opens.set()
        await asking
        await until(lambda: gate.seen == [80, 81, 82])


@pytest.mark.parametrize("what", ["file", "everything"])
async def test_what_is_deleted_is_not_looked_at(ahead, gate, what) -> None:
    async with serving(ahead, looking(gate.tool)) as client:
        services = services_of(client)
        file = await upload(client)
        await until(lambda: gate.seen == [80])
        await upload(client, 81)
        await client.delete(f"/v1/files/{file}" if what == "file" else "/v1/data")
        gate.opens.set()
        await until(lambda: services.engine.ahead.is_idle)
        (call,) = (await asked(client, pictures=[data_url(png())]))["tool_calls"]
        assert call["cached"] is False
        assert 81 not in gate.seen
    assert what == "file" or rows(ahead)["files"] == 1


async def test_of_too_many_the_first_ones_are_dropped(ahead, gate, monkeypatch) -> None:
    from server.engine import ahead as module

    monkeypatch.setattr(module, "MOST", 2)
    async with serving(ahead, looking(gate.tool)) as client:
        await upload(client, 80)
        await until(lambda: gate.seen == [80])
        for width in (81, 82, 83):
            await upload(client, width)
        gate.opens.set()
        await until(lambda: gate.seen == [80, 82, 83])


async def test_what_cannot_be_looked_at_is_no_error_of_the_uploader_s(ahead, gate, caplog) -> None:
    caplog.set_level("INFO")
    gate.opens.set()
    async with serving(ahead, looking(gate.tool)) as client:
        services = services_of(client)
        cut_off = png()[:60]
        reply = await client.post("/v1/files", files={"file": ("secret name.png", cut_off)})
        assert reply.status_code == 200
        await until(lambda: services.engine.ahead.is_idle)
        await upload(client)
        await until(lambda: gate.seen == [80])
        assert services.store.of(LOCAL).files.page(limit=9)
    said = [record for record in caplog.records if record.message == "look ahead failed"]
    assert len(said) == 1
    assert "secret" not in str(vars(said[0]))


async def test_a_tool_that_is_not_there_is_refused_at_the_start(tmp_path, gate) -> None:
    settings = load({"data_dir": tmp_path, "look_ahead": ("read_minds",)})
    with pytest.raises(InputError, match="read_minds; there are measure_brightness"):
        async with serving(settings, looking(gate.tool)):
            pass
