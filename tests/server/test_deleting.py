"""What is deleted while it is being talked about: the question ends, and nothing of it stays."""

from __future__ import annotations

import asyncio
import sqlite3
import threading

import pytest

from agent.events import Answered
from agent.testing import answering
from server.engine.engine import Began
from server.engine.opening import Ask
from server.errors import DeletedError, NotFoundError
from server.store.conversations import Conversations
from server.store.records import ResponseRecord
from tests.server.conftest import (
    LookingPlanner,
    agent_of,
    data_url,
    png,
    serving,
)
from tests.server.test_asking import ME, ONE, QUESTION, asked, services_of
from tests.server.test_same_question import Gate, gate, shown, the_rest, until_it_looks

__all__ = ["gate"]
AGAIN = answering("It was {e1.value} percent [e1].", "{e1.value}")


def rows(settings) -> dict[str, int]:
    """What is in the database, keys and the schema's version left out."""
    connection = sqlite3.connect(settings.data_dir / "server.db")
    tables = ("files", "conversations", "turns", "conversation_pictures", "looks", "responses")
    found = {t: connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}
    connection.close()
    return {table: count for table, count in found.items() if count}


async def looking(gate: Gate) -> None:
    while not gate.seen:
        await asyncio.sleep(0.005)


async def test_all_my_data_goes_with_the_question_that_is_under_way(
    settings, gate, tmp_path
) -> None:
    agent = agent_of(tools=[gate.tool], planner=LookingPlanner, cache_dir=tmp_path / "cache")
    async with serving(settings, agent) as client:
        asking = asyncio.ensure_future(
            client.post("/v1/ask", json={"question": QUESTION, "pictures": [data_url(png())]})
        )
        await looking(gate)
        assert (await client.delete("/v1/data")).status_code == 200
        gate.opens.set()
        ended = await asking
        assert (ended.status_code, ended.json()["error"]["code"]) == (410, "deleted")
        assert rows(settings) == {}
        assert not list((settings.data_dir / "pictures").glob("??/*"))
        (call,) = (await asked(client, pictures=[data_url(png())]))["tool_calls"]
        assert call["cached"] is False, "what it was looking at was not kept either"


@pytest.mark.parametrize("way", ["chat/completions", "responses", "ask"])
async def test_whatever_way_it_was_asked(settings, gate, way) -> None:
    text = {"type": "text", "text": QUESTION}
    picture = {"type": "image_url", "image_url": {"url": data_url(png())}}
    message = {"role": "user", "content": [text, picture]}
    given = {"type": "input_image", "image_url": data_url(png())}
    item = {"role": "user", "content": [{"type": "input_text", "text": QUESTION}, given]}
    body = {
        "ask": {"question": QUESTION, "pictures": [data_url(png())]},
        "responses": {"model": "vqa-agent", "input": [item]},
        "chat/completions": {"model": "vqa-agent", "messages": [message]},
    }[way]
    async with serving(settings, agent_of(*ONE, tools=[gate.tool])) as client:
        asking = asyncio.ensure_future(client.post(f"/v1/{way}", json=body))
        await looking(gate)
        await client.delete("/v1/data")
        gate.opens.set()
        assert (await asking).status_code == 410
    assert rows(settings) == {}


async def test_a_conversation_goes_with_its_question_and_others_go_on(settings, gate) -> None:
    gate.opens.set()
    async with serving(settings, agent_of(tools=[gate.tool], planner=LookingPlanner)) as client:
        first, other = [await asked(client, pictures=[data_url(png(n))]) for n in (1, 2)]
        gate.opens.clear()
        gate.seen.clear()
        here, there = (
            asyncio.ensure_future(
                client.post(
                    "/v1/ask",
                    json={
                        "question": QUESTION,
                        "conversation": body["conversation"],
                        "pictures": [data_url(png(9))],
                    },
                )
            )
            for body in (first, other)
        )
        await looking(gate)
        path = f"/v1/conversations/{first['conversation']}"
        assert (await client.delete(path)).json()["deleted"]
        assert (await here).status_code == 410
        gate.opens.set()
        assert (await there).status_code == 200
        assert (await client.get(path)).status_code == 404
    assert (rows(settings)["conversations"], rows(settings)["turns"]) == (1, 2)


async def test_a_conversation_that_is_only_just_beginning_can_be_deleted(settings, gate) -> None:
    """Its id is known from the first event on; who asks the same has one of his own."""
    async with serving(settings, agent_of(*ONE, tools=[gate.tool])) as client:
        services = services_of(client)
        ask = Ask(ME, QUESTION, (await shown(services),))
        deleted, kept = services.engine.ask(ask), services.engine.ask(ask)
        began = (await until_it_looks(deleted))[0]
        await until_it_looks(kept)
        assert isinstance(began, Began)
        path = f"/v1/conversations/{began.conversation}"
        assert (await client.delete(path)).json()["deleted"]
        with pytest.raises(DeletedError):
            await the_rest(deleted)
        gate.opens.set()
        assert isinstance((await the_rest(kept))[-1], Answered)
        assert (await client.delete(path)).status_code == 404
    assert rows(settings)["conversations"] == 1


@pytest.fixture
def storing(monkeypatch):
    """Turns are stored when the second event is set; the first one says that one is about to be."""
    begins, goes_on, append = threading.Event(), threading.Event(), Conversations.append

    def slowly(*args, **kwargs) -> None:
        begins.set()
        goes_on.wait(60)
        append(*args, **kwargs)

    monkeypatch.setattr(Conversations, "append", slowly)
    yield begins, goes_on
    goes_on.set()


async def test_what_is_being_stored_is_deleted_when_it_is_stored(settings, gate, storing) -> None:
    """The deletion comes at the worst moment: the turn is on its way to the disk."""
    gate.opens.set()
    begins, goes_on = storing
    async with serving(settings, agent_of(*ONE, tools=[gate.tool])) as client:
        body = {"question": QUESTION, "pictures": [data_url(png())]}
        asking = asyncio.ensure_future(client.post("/v1/ask", json=body))
        await asyncio.to_thread(begins.wait, 60)
        deleting = asyncio.ensure_future(client.delete("/v1/data"))
        for _ in range(200):  # as soon as the deletion has begun
            refused = await client.post("/v1/ask", json={"question": "And?", "conversation": "c"})
            if refused.status_code not in (404, 410):  # 410: it began just before, and was ended
                break
        assert refused.status_code == 409
        assert not deleting.done()
        goes_on.set()
        assert (await deleting).status_code == 200
        assert (await asking).status_code == 410
    assert rows(settings) == {}


async def test_what_is_being_stored_for_two_is_deleted_of_one(settings, gate, storing) -> None:
    gate.opens.set()
    begins, goes_on = storing
    async with serving(settings, agent_of(*ONE, tools=[gate.tool])) as client:
        services = services_of(client)
        ask = Ask(ME, QUESTION, (await shown(services),))
        deleted, kept = services.engine.ask(ask), services.engine.ask(ask)
        began, _ = [(await until_it_looks(events))[0] for events in (deleted, kept)]
        assert isinstance(began, Began)
        await asyncio.to_thread(begins.wait, 60)
        path = f"/v1/conversations/{began.conversation}"
        deleting = asyncio.ensure_future(client.delete(path))
        with pytest.raises(DeletedError):
            await the_rest(deleted)
        await asyncio.wait({deleting}, timeout=0.2)
        assert not deleting.done(), "it waits until that is on the disk"
        goes_on.set()
        assert (await deleting).status_code == 200
        assert isinstance((await the_rest(kept))[-1], Answered)
    assert rows(settings)["turns"] == 1


async def test_who_looks_without_a_question_ends_too(settings, gate) -> None:
    async with serving(settings, agent_of(tools=[gate.tool])) as client:
        services = services_of(client)
        handle = await shown(services)

        async def look() -> None:
            async with services.engine.visit(ME, None, (handle,)) as session:
                await session.alook("measure_brightness", {"picture": "img_1"})

        visiting = asyncio.ensure_future(look())
        await looking(gate)
        assert (await client.delete("/v1/data")).status_code == 200
        gate.opens.set()
        with pytest.raises(DeletedError):
            await visiting
        async with services.engine.visit(ME, None, (await shown(services),)) as session:
            finished = await session.alook("measure_brightness", {"picture": "img_1"})
            assert not finished.call.cached


async def test_who_waits_to_go_on_from_what_is_deleted_ends_too(settings, gate) -> None:
    """A history names no conversation; it is found by what was said."""
    settings = settings.model_copy(update={"max_running": 1})
    gate.opens.set()
    async with serving(settings, agent_of(tools=[gate.tool], planner=LookingPlanner)) as client:
        services = services_of(client)
        first = await services.engine.answer(Ask(ME, QUESTION, (await shown(services),)))
        gate.opens.clear()
        other = asyncio.ensure_future(asked(client, pictures=[data_url(png(9))]))
        while len(gate.seen) < 2:
            await asyncio.sleep(0.005)
        going_on = asyncio.ensure_future(services.engine.answer(Ask(ME, "And?", after=first.turn)))
        while not services.engine.admission.waiting:
            await asyncio.sleep(0.005)
        assert (await client.delete(f"/v1/conversations/{first.conversation}")).json()["deleted"]
        gate.opens.set()
        with pytest.raises(DeletedError):
            await going_on
        await other
    assert rows(settings)["conversations"] == 1


async def test_a_response_whose_conversation_is_gone_is_not_stored(store) -> None:
    record = ResponseRecord("resp_1", "conv_1", "turn_1", {}, 1.0, 1e12)
    with pytest.raises(NotFoundError):
        store.of("me").responses.put(record)


async def test_a_question_keeps_the_picture_whose_file_is_deleted(settings, gate) -> None:
    """As a conversation does, though its first turn is not there yet."""
    async with serving(settings, agent_of(tools=[gate.tool], planner=LookingPlanner)) as client:
        services = services_of(client)
        files = {"file": ("a.png", png())}
        file = (await client.post("/v1/files", files=files)).json()["id"]
        asking = asyncio.ensure_future(asked(client, pictures=[file]))
        await looking(gate)
        assert (await client.delete(f"/v1/files/{file}")).json()["deleted"]
        gate.opens.set()
        body = await asking
        pictures = list((settings.data_dir / "pictures").glob("??/*"))
        assert len(pictures) == 1
        path = f"/v1/conversations/{body['conversation']}"
        assert (await client.get(f"{path}/pictures/img_1")).status_code == 200
        await client.delete(path)
        assert not pictures[0].exists()
        assert services.intake.release() == 0
