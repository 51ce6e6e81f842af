"""What cannot hang: ids of calls that repeat, planners and tools that never answer."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatResult

from agent import Answer, Settings, VisualAgent
from agent.grounding.ledger import Ledger
from agent.loop.deadline import Deadline
from agent.loop.planning import Budget
from agent.loop.state import Question
from agent.testing import ScriptedPlanner
from tests.agent.test_visual_agent import (
    GREY,
    brightness,
    draft,
    find_things,
    measure_brightness,
    things,
)
from tools import Picture, PictureStore, ToolError, ToolReport, vision_tool
from tools.execution.cache import ResultCache
from tools.execution.local import LocalRunner
from tools.toolset import ToolConfig

STUCK_S = 20
"""Seconds after which a test that should have ended is given up."""


class Never(ScriptedPlanner):
    """Says what is scripted, and then nothing any more."""

    async def _agenerate(self, messages: list[BaseMessage], *args: Any, **kw: Any) -> ChatResult:
        if len(self.seen) < len(self.responses):
            return self._generate(messages)
        self.seen.append(list(messages))
        await asyncio.get_running_loop().create_future()
        raise AssertionError("nobody resolves that")


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Lets tools that hang go, at the latest when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def agent_of(planner: Any, *more: Any, **settings: Any) -> VisualAgent:
    config = Settings(tools=ToolConfig(offer=[]), **settings)
    return VisualAgent(config, planner, [measure_brightness, find_things, *more])


async def asked(agent: VisualAgent, question: str) -> Answer:
    with agent:
        return await asyncio.wait_for(agent.aask(GREY, question), STUCK_S)


def calls_named(call_id: str | None, *calls: tuple[str, dict[str, Any]]) -> AIMessage:
    return AIMessage(
        "", tool_calls=[{"name": name, "args": args, "id": call_id} for name, args in calls]
    )


@pytest.mark.parametrize("call_id", ["same", "", None])
async def test_calls_of_one_turn_with_one_id_do_not_wait_for_each_other(call_id: Any) -> None:
    turn = calls_named(call_id, brightness(), things("dog"), brightness())
    said = draft("It is {e1.value} percent bright [e1].", "{e1.value}")
    answer = await asked(agent_of(ScriptedPlanner(responses=[turn, said])), "How bright is it?")
    assert answer.short_answer == "47"
    ids = [record.id for record in answer.tool_calls]
    assert len(set(ids)) == 3
    assert {e.call_id for e in answer.evidence} == set(ids)


async def test_an_id_that_comes_again_in_a_later_turn_merges_no_groups() -> None:
    planner = ScriptedPlanner(
        responses=[
            calls_named("call_0", things("dog")),
            calls_named("call_0", things("dog")),
            draft("There are {count e3-e4} dogs [e3-e4].", "{count e3-e4}"),
        ]
    )
    answer = await asked(agent_of(planner), "How many dogs are there?")
    assert (answer.short_answer, answer.answer) == ("2", "There are 2 dogs.")


async def test_ids_of_calls_are_new_to_the_session_and_such_as_every_template_takes() -> None:
    turns = [calls_named("x", brightness()), draft("{e1.value} [e1].", "{e1.value}")]
    again = [calls_named("x", brightness()), draft("{e2.value} [e2].", "{e2.value}")]
    with agent_of(ScriptedPlanner(responses=[*turns, *again])) as agent:
        session = agent.session(GREY)
        answers = [await session.aask("How bright?") for _ in range(2)]
    ids = [record.id for answer in answers for record in answer.tool_calls]
    assert len(set(ids)) == 2
    # Mistral's chat template takes nine letters and digits, and nothing else.
    assert all(len(i) == 9 and i.isalnum() for i in ids)


async def test_calls_in_the_content_are_renamed_with_the_calls() -> None:
    """As Anthropic's models write them: text and calls are blocks of one list."""
    blocks = [
        {"type": "text", "text": "let me look"},
        {"type": "tool_use", "id": "toolu_1", "name": "measure_brightness", "input": {}},
    ]
    name, args = brightness()
    turn = AIMessage(blocks, tool_calls=[{"name": name, "args": args, "id": "toolu_1"}])
    planner = ScriptedPlanner(responses=[turn, draft("{e1.value} [e1].", "{e1.value}")])
    await asked(agent_of(planner), "How bright?")
    sent = next(m for m in planner.seen[-1] if isinstance(m, AIMessage))
    assert isinstance(sent.content, list)
    assert sent.content[1]["id"] == sent.tool_calls[0]["id"] != "toolu_1"
    assert sent.content[0] == blocks[0]


async def test_a_planner_that_never_answers_ends_in_an_abstention_that_says_so() -> None:
    planner = Never(responses=[calls_named("a", things("dog"))])
    answer = await asked(agent_of(planner, deadline_s=2), "How many dogs are there?")
    assert (answer.abstained, answer.reason, answer.short_answer) == (True, "out_of_time", "")
    assert "time" in answer.answer
    assert "2 dogs" in answer.answer, "what was seen is said"
    assert [e.id for e in answer.evidence] == ["e1", "e2"]
    roles = [message["role"] for message in answer.trace["messages"]]
    assert roles == ["user", "assistant", "tool"], "the trace shows how far it came"


async def test_it_says_so_in_chinese_too() -> None:
    answer = await asked(agent_of(Never(responses=[]), deadline_s=0.05), "图里有几只狗？")
    assert answer.reason == "out_of_time"
    assert "时间" in answer.answer


async def test_a_tool_that_never_ends_leaves_time_for_an_answer_from_the_others(
    release: threading.Event,
) -> None:
    @vision_tool
    def stare(picture: Picture) -> ToolReport:
        """Stare at it."""
        release.wait()
        return ToolReport()

    turn = calls_named("a", brightness(), ("stare", {"picture": "img_1"}))
    planner = ScriptedPlanner(
        responses=[turn, draft("It is {e1.value} percent bright [e1].", "{e1.value}")]
    )
    answer = await asked(
        agent_of(planner, stare, tool_timeout_s=1, deadline_s=600), "How bright is it?"
    )
    assert answer.short_answer == "47"
    assert [record.status for record in answer.tool_calls] == ["ok", "error"]


async def test_a_question_that_is_given_up_lets_the_next_one_begin(
    release: threading.Event,
) -> None:
    begun = threading.Event()

    @vision_tool
    def stare(picture: Picture) -> ToolReport:
        """Stare at it."""
        begun.set()
        release.wait()
        return ToolReport()

    planner = ScriptedPlanner(
        responses=[
            calls_named("a", ("stare", {"picture": "img_1"})),
            calls_named("a", brightness()),
            draft("{e1.value} [e1].", "{e1.value}"),
        ]
    )
    with agent_of(planner, stare) as agent:
        session = agent.session(GREY)
        first, second = (asyncio.ensure_future(session.aask(q)) for q in ("Stare!", "How bright?"))
        assert await asyncio.to_thread(begun.wait, STUCK_S)
        first.cancel()
        assert (await asyncio.wait_for(second, STUCK_S)).short_answer == "47"


async def test_after_the_deadline_the_session_goes_on_where_it_was() -> None:
    script = [calls_named("a", brightness()), draft("{e1.value} [e1].", "{e1.value}")]
    planner = Never(responses=script)
    with agent_of(planner, deadline_s=2) as agent:
        session = agent.session(GREY)
        assert not (await session.aask("How bright?")).abstained
        assert (await session.aask("Still?")).reason == "out_of_time"
        planner.responses += [AIMessage("")] * 2 + [draft("{e1.value} [e1].", "{e1.value}")]
        answer = await session.aask("And now?")
    assert answer.short_answer == "47"
    called = {c["id"] for m in planner.seen[-1] if isinstance(m, AIMessage) for c in m.tool_calls}
    reported = {getattr(m, "tool_call_id", None) for m in planner.seen[-1]} - {None}
    assert called == reported, "no call is left without its report"


def test_tools_have_three_quarters_of_the_time() -> None:
    now = 0.0
    deadline = Deadline(120, clock=lambda: now)
    assert (deadline.left, deadline.left_for_tools) == (120, 90)
    now = 80
    assert (deadline.left, deadline.left_for_tools) == (40, 10)
    now = 100
    assert (deadline.left, deadline.left_for_tools) == (20, 0)
    now = 1000
    assert (deadline.left, deadline.left_for_tools) == (0, 0)
    assert Deadline(math.inf).left_for_tools == math.inf


@pytest.mark.parametrize(("now", "allowed"), [(0, True), (89, True), (91, False)])
def test_when_the_time_for_tools_is_over_the_planner_has_to_answer(
    now: float, allowed: bool
) -> None:
    deadline = Deadline(120, clock=iter([0, now]).__next__)
    question = Question(
        "How bright?", "en", PictureStore(), Ledger(), LocalRunner([], ResultCache()), deadline
    )
    assert Budget(6, 12).allows_tools(question) is allowed


async def test_a_tool_gets_no_more_time_than_the_question_has_for_tools() -> None:
    runner = LocalRunner([measure_brightness], ResultCache(), timeout_s=600)
    picture = PictureStore().add(GREY)
    runner.know(picture)
    look: dict[str, Any] = {"picture": picture.ref, "region": None}
    with pytest.raises(ToolError, match="no time is left"):
        await runner.call("measure_brightness", {}, **look, within_s=0)
    await runner.call("measure_brightness", {}, **look)
    _, cached = await runner.call("measure_brightness", {}, **look, within_s=0)
    assert cached, "what is known takes no time"
    runner.close()
