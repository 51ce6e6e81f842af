"""Sessions that are stored and taken up again, sessions by id, and events on an event loop."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from agent import Settings, VisualAgent
from agent.events import Answered, Planned, Repair, ToolFinished, ToolStarted
from agent.planners.conversation import turns_of
from agent.sessions import Sessions, UnknownSessionError
from agent.testing import ScriptedPlanner, answering, calling
from tests.agent.test_visual_agent import (
    GREY,
    LIGHT,
    brightness,
    find_things,
    measure_brightness,
    things,
)
from tools.errors import InputError
from tools.toolset import ToolConfig

BRIGHT = answering("It is {e1.value} percent bright [e1].", "{e1.value}")


def agent_of(*script: Any) -> VisualAgent:
    planner = ScriptedPlanner(responses=list(script))
    return VisualAgent(
        Settings(tools=ToolConfig(offer=[])), planner, [measure_brightness, find_things]
    )


def test_a_stored_session_goes_on_in_another_agent_as_if_nothing_had_happened() -> None:
    first = [calling(brightness(), things("dog")), BRIGHT]
    then = [
        calling(things("cat", "e2")),
        answering("{list e4} [e4], {count e2-e3} dogs [e2-e3].", "{count e2-e3}"),
    ]
    with agent_of(*first, *then) as agent:
        session = agent.session(GREY, LIGHT)
        session.ask("How bright is it?")
        stored = json.dumps(session.snapshot())
        expected = session.ask("How many dogs, and is there a cat?")
        told = agent.planner.seen[-1]  # type: ignore[attr-defined]
    assert "array" not in stored
    with agent_of(*then) as agent:
        restored = agent.restore(json.loads(stored), GREY, LIGHT)
        answer = restored.ask("How many dogs, and is there a cat?")
        again = agent.planner.seen[-1]  # type: ignore[attr-defined]
    assert restored.id == session.id
    assert (answer.answer, answer.short_answer) == (expected.answer, "2")
    assert [e.id for e in answer.evidence] == [e.id for e in expected.evidence]
    assert turns_of(again) == turns_of(told), (
        "messages, what they are about, and their evidence are the same"
    )


@pytest.mark.parametrize(
    ("spoil", "pictures"),
    [
        (lambda s: s, [LIGHT]),
        (lambda s: s, []),
        (lambda s: s, [GREY, LIGHT]),
        (lambda s: s | {"version": 2}, [GREY]),
        (lambda s: s | {"ledger": {"calls": 1, "evidence": [{"id": "e1"}]}}, [GREY]),
        (lambda s: s | {"ledger": s["ledger"] | {"evidence": []}}, [GREY]),
        (lambda s: s | {"messages": [{"type": "nobody", "data": {}}]}, [GREY]),
        (lambda _s: {}, [GREY]),
    ],
)
def test_what_is_no_snapshot_of_these_pictures_is_refused(spoil: Any, pictures: Any) -> None:
    with agent_of(calling(brightness()), BRIGHT) as agent:
        session = agent.session(GREY)
        session.ask("How bright is it?")
        with pytest.raises(InputError):
            agent.restore(spoil(session.snapshot()), *pictures)


@pytest.fixture
def agent() -> Iterator[VisualAgent]:
    with agent_of() as made:
        yield made


def test_sessions_are_found_by_ids_that_nobody_guesses(agent: VisualAgent) -> None:
    sessions = Sessions(agent)
    one, other = sessions.open(GREY), sessions.open(GREY)
    assert sessions.get(one.id) is one
    assert one.id != other.id
    assert len(one.id) > 16
    sessions.close(one.id)
    with pytest.raises(UnknownSessionError):
        sessions.get(one.id)
    assert sessions.get(other.id) is other


def test_the_least_recently_used_session_is_forgotten_first(agent: VisualAgent) -> None:
    sessions = Sessions(agent, most=2)
    first, second = sessions.open(GREY), sessions.open(GREY)
    sessions.get(first.id)
    third = sessions.open(GREY)
    assert len(sessions) == 2
    assert sessions.get(first.id) is first
    assert sessions.get(third.id) is third
    with pytest.raises(UnknownSessionError):
        sessions.get(second.id)


def test_a_session_that_nobody_uses_is_forgotten(agent: VisualAgent) -> None:
    now = 0.0
    sessions = Sessions(agent, idle_s=60, clock=lambda: now)
    idle, used = sessions.open(GREY), sessions.open(GREY)
    now = 50
    sessions.get(used.id)
    now = 100
    assert len(sessions) == 1
    with pytest.raises(UnknownSessionError):
        sessions.get(idle.id)
    assert sessions.get(used.id) is used


async def test_events_on_an_event_loop_are_those_of_the_iterator() -> None:
    wrong = answering("There are 5 dogs [e1-e2].", "5")
    right = answering("There are {count e1-e2} dogs [e1-e2].", "{count e1-e2}")
    script = [calling(things("dog")), wrong, right]
    with agent_of(*script) as one, agent_of(*script) as other:
        events = [event async for event in one.astream(GREY, "How many dogs are there?")]
        assert list(map(type, events)) == [
            Planned, ToolStarted, ToolFinished, Planned, Repair, Planned, Answered]  # fmt: skip
        others = list(other.stream(GREY, "How many dogs are there?"))
    assert list(map(type, others)) == list(map(type, events))
    looked, found, repair, last = [e for e in events if not isinstance(e, Planned)]
    assert isinstance(looked, ToolStarted)
    assert isinstance(found, ToolFinished)
    assert isinstance(repair, Repair)
    assert isinstance(last, Answered)
    assert looked.call_id == found.call.id
    assert [e.label for e in found.evidence] == ["dog", "dog"]
    assert "5" in repair.problems[0]
    assert last.answer.short_answer == "2"


async def test_who_leaves_the_events_early_ends_the_run() -> None:
    with agent_of(calling(brightness()), BRIGHT) as agent:
        async for event in agent.astream(np.full((8, 8, 3), 9, np.uint8), "How bright is it?"):
            if isinstance(event, ToolStarted):
                break
