"""The same question at the same time is asked once; everybody gets a turn of his own."""

from __future__ import annotations

import asyncio
import threading
from contextlib import aclosing
from dataclasses import replace

import pytest

from agent.events import Answered, ToolFinished, ToolStarted
from agent.testing import answering
from server.access.identity import LOCAL, Caller, Limits
from server.access.keys import create
from server.engine.engine import Began
from server.engine.opening import Ask
from server.engine.transcripts import Said
from server.services import Services
from tests.server.conftest import LookingPlanner, agent_of, brightness, png, serving
from tests.server.test_asking import ME, ONE, QUESTION, services_of
from tools import Finding, Picture, ToolReport, vision_tool

SOMEBODY_ELSE = Caller("key_other", "other", Limits())


class Gate:
    """Lets a tool go on when a test says so, and notes at what it looked."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        """The widths of pictures."""
        self.opens = threading.Event()

        @vision_tool(version="1")
        def measure_brightness(picture: Picture) -> ToolReport:
            """Measure how bright a picture is."""
            self.seen.append(picture.ref.width)
            assert self.opens.wait(60)
            finding = Finding(
                picture=picture.ref, label="brightness", value=47, value_type="number", score=1.0
            )
            return ToolReport(summary="measured", findings=(finding,))

        self.tool = measure_brightness


@pytest.fixture
def gate():
    made = Gate()
    yield made
    made.opens.set()


async def shown(services: Services, owner: str = LOCAL, level: int = 120):
    return await asyncio.to_thread(services.intake.inline, services.store.of(owner), png(level))


async def until_it_looks(events) -> list:
    seen = []
    async for event in events:
        seen.append(event)
        if isinstance(event, ToolStarted):
            break
    return seen


async def the_rest(events) -> list:
    return [event async for event in events]


async def test_it_is_planned_and_looked_at_once_and_stored_for_each(settings, gate) -> None:
    script = [*ONE, answering("It was {e1.value} percent [e1].", "{e1.value}")]
    async with serving(settings, agent_of(*script, tools=[gate.tool])) as client:
        services = services_of(client)
        ask = Ask(ME, QUESTION, (await shown(services),))
        async with aclosing(services.engine.ask(ask)) as first:
            seen = await until_it_looks(first)
            others = [asyncio.ensure_future(services.engine.answer(ask)) for _ in range(3)]
            async with aclosing(services.engine.ask(ask)) as late:
                assert len(await until_it_looks(late)) == len(seen), "from the beginning"
                gate.opens.set()
                ends = [(await the_rest(events))[-1] for events in (first, late)]
            done = await asyncio.gather(*others)
        assert isinstance(seen[0], Began)
        assert all(isinstance(end, Answered) for end in ends)
        assert (len(gate.seen), len(services.agent.planner.seen)) == (1, 2)
        assert len({d.conversation for d in done} | {seen[0].conversation}) == 4
        conversations = services.store.of(LOCAL).conversations
        for one in done:
            (turn,) = conversations.turns(one.conversation)
            assert turn.id == one.turn
            assert turn.answer == one.answer.to_json() == ends[0].answer.to_json()
            assert turn.snapshot["id"] == one.conversation
        goes_on = await services.engine.answer(Ask(ME, "And?", conversation=done[1].conversation))
        assert goes_on.answer.short_answer == "47", "with the evidence of its own conversation"
        assert len(conversations.turns(done[0].conversation)) == 1


async def test_of_a_history_one_goes_on_and_the_others_branch_off(settings, gate) -> None:
    gate.opens.set()
    again = answering("It was {e1.value} percent [e1].", "{e1.value}")
    async with serving(settings, agent_of(*ONE, again, tools=[gate.tool])) as client:
        services = services_of(client)
        handle = await shown(services)
        first = await services.engine.answer(Ask(ME, QUESTION, (handle,)))
        said = Said(QUESTION, first.answer.answer, (handle,))
        ask = Ask(ME, "And?", history=(said,))
        one, other = await asyncio.gather(*(services.engine.answer(ask) for _ in range(2)))
        mine = services.store.of(LOCAL).conversations
    assert first.conversation in (one.conversation, other.conversation)
    assert one.conversation != other.conversation
    assert one.answer == other.answer
    assert sorted(len(mine.turns(c)) for c in (one.conversation, other.conversation)) == [1, 2]
    assert mine.turn(one.turn).transcript == mine.turn(other.turn).transcript


@pytest.mark.parametrize("who", ["first", "second"])
async def test_one_who_leaves_takes_nothing_from_the_other(settings, gate, who) -> None:
    async with serving(settings, agent_of(*ONE, tools=[gate.tool])) as client:
        services = services_of(client)
        ask = Ask(ME, QUESTION, (await shown(services),))
        one, other = services.engine.ask(ask), services.engine.ask(ask)
        await until_it_looks(one)
        began = (await until_it_looks(other))[0]
        leaves, stays = (one, other) if who == "first" else (other, one)
        await leaves.aclose()
        gate.opens.set()
        rest = await the_rest(stays)
        mine = services.store.of(LOCAL)
        conversations = mine.delete_everything()[0]
    assert [type(event) for event in rest][:1] == [ToolFinished]
    assert isinstance(rest[-1], Answered)
    assert len(conversations) == 1, "nothing is kept for who has left"
    assert (began.conversation in conversations) == (who == "first")


async def test_when_the_last_one_leaves_it_ends_and_the_next_one_begins_anew(
    settings, gate
) -> None:
    settings = settings.model_copy(update={"max_running": 1, "max_waiting": 1})
    async with serving(settings, agent_of(brightness(), *ONE, tools=[gate.tool])) as client:
        services = services_of(client)
        ask = Ask(ME, QUESTION, (await shown(services),))
        one, other = services.engine.ask(ask), services.engine.ask(ask)
        await until_it_looks(one)
        await until_it_looks(other)
        await asyncio.gather(one.aclose(), other.aclose())
        gate.opens.set()
        done = await services.engine.answer(ask)
        assert services.store.of(LOCAL).delete_everything()[0] == [done.conversation]


async def test_what_fails_fails_for_each(settings, gate) -> None:
    gate.opens.set()
    script = [RuntimeError("planner"), *ONE]
    async with serving(settings, agent_of(*script, tools=[gate.tool])) as client:
        services = services_of(client)
        ask = Ask(ME, QUESTION, (await shown(services),))
        asks = [services.engine.answer(ask) for _ in range(3)]
        failed = await asyncio.gather(*asks, return_exceptions=True)
        assert {type(error) for error in failed} == {type(failed[0])}
        assert isinstance(failed[0], Exception)
        assert (await services.engine.answer(ask)).answer.short_answer == "47"


OTHERS = {
    "of somebody else": lambda ask: replace(ask, caller=SOMEBODY_ELSE),
    "another question": lambda ask: replace(ask, question="How bright?"),
    "that is not kept": lambda ask: replace(ask, stores=False),
    "with a history": lambda ask: replace(ask, history=(Said("A?", "B."),)),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
async def test_another_question_is_asked_for_itself(settings, gate, other) -> None:
    gate.opens.set()
    agent = agent_of(tools=[gate.tool], planner=LookingPlanner)
    async with serving(settings, agent) as client:
        services = services_of(client)
        await shown(services, SOMEBODY_ELSE.owner)
        ask = Ask(ME, QUESTION, (await shown(services),))
        asks = [services.engine.answer(one) for one in (ask, other(ask))]
        await asyncio.gather(*asks)
        assert len(services.agent.planner.seen) == 4


async def test_two_keys_that_ask_the_same_at_once_over_http_look_for_themselves(
    settings, gate
) -> None:
    from server.store import Database, Store

    store = Store(Database(settings.url_of_database))
    keys = [create(store.keys, name)[0] for name in ("one", "two")]
    store.close()
    agent = agent_of(tools=[gate.tool], planner=LookingPlanner)
    async with serving(settings, agent) as client:

        async def ask(key: str) -> dict:
            headers = {"authorization": f"Bearer {key}"}
            files = {"pictures": ("a.png", png())}
            reply = await client.post(
                "/v1/ask", data={"question": QUESTION}, files=files, headers=headers
            )
            body: dict = reply.json()
            return body

        gate.opens.set()
        bodies = await asyncio.gather(*map(ask, keys))
    assert len(gate.seen) == 2
    assert [call["cached"] for body in bodies for call in body["tool_calls"]] == [False, False]
