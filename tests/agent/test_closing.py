"""`close()` closes: threads end, weights go, and afterwards it says so."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from typing import Any

import pytest

from agent import Settings, VisualAgent
from agent.loop.background import BackgroundLoop
from agent.planners.builtin.chat_model import BuiltinChatModel
from agent.testing import ScriptedPlanner
from tests.agent.test_visual_agent import GREY, agents, brightness, call, draft
from tools import Picture, ToolReport, vision_tool
from tools.base import VisionTool
from tools.toolset import ToolConfig

__all__ = ["agents"]
SCRIPT = [call(brightness()), draft("{e1.value} [e1].", "{e1.value}")]


class Weights:
    """What a tool loads."""


def tool_with(weights: Weights) -> VisionTool:
    @vision_tool
    def weigh(picture: Picture) -> ToolReport:
        """Weigh it."""
        assert weights
        return ToolReport(summary="weighed")

    return weigh


def ours(before: set[threading.Thread]) -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t not in before and t.is_alive()]


def test_threads_end_and_weights_go_though_the_agent_is_still_there() -> None:
    before = set(threading.enumerate())
    weights = Weights()
    gone = weakref.ref(weights)
    planner = ScriptedPlanner(
        responses=[call(("weigh", {"picture": "img_1"})), draft("?", "", "not_found")]
    )
    agent = VisualAgent(Settings(tools=ToolConfig(offer=[])), planner, [tool_with(weights)])
    session = agent.session(GREY)
    assert session.ask("How heavy?").reason == "not_found"
    assert {t.name.partition("-")[0] for t in ours(before)} == {"vqa", "tool"}
    del weights
    planner.bound.clear()  # the script's own notes
    agent.close()
    for thread in ours(before):
        thread.join(10)
    assert ours(before) == []
    gc.collect()
    assert gone() is None
    assert session.ledger is not None, "what was seen is still there"


def test_the_built_in_planner_lets_go_of_its_weights_and_its_thread() -> None:
    before = set(threading.enumerate())
    planner = BuiltinChatModel()
    planner.load()
    decoder = weakref.ref(planner._decoder)  # type: ignore[arg-type]
    assert [t.name for t in ours(before)] != []
    planner.close()
    for thread in ours(before):
        thread.join(10)
    gc.collect()
    assert (decoder(), ours(before)) == (None, [])


def test_a_planner_that_was_handed_in_stays_open() -> None:
    closed: list[bool] = []

    class Closing(ScriptedPlanner):
        def close(self) -> None:
            closed.append(True)

    VisualAgent(Settings(tools=ToolConfig(offer=[])), Closing(responses=[])).close()
    assert closed == []


@pytest.mark.parametrize("was_used", [True, False])
async def test_a_closed_agent_says_so_wherever_it_is_used(agents: Any, was_used: bool) -> None:
    agent = agents(*SCRIPT)
    session = agent.session(GREY)
    if was_used:
        await session.aask("How bright?")
    agent.close()
    agent.close()
    uses = [
        lambda: agent.ask(GREY, "How bright?"),
        lambda: list(agent.stream(GREY, "How bright?")),
        lambda: agent.session(GREY),
        lambda: session.ask("How bright?"),
        lambda: list(session.stream("How bright?")),
        lambda: agent.planner,
    ]
    for use in uses:
        with pytest.raises(RuntimeError, match="this agent is closed; make a new VisualAgent"):
            use()
    with pytest.raises(RuntimeError, match="this agent is closed"):
        await session.aask("How bright?")
    with pytest.raises(RuntimeError, match="this agent is closed"):
        await agent.aask(GREY, "How bright?")


async def test_questions_in_the_middle_end_with_that_error_too() -> None:
    begun, go = threading.Event(), threading.Event()

    @vision_tool
    def stare(picture: Picture) -> ToolReport:
        """Stare at it."""
        begun.set()
        go.wait(20)
        return ToolReport()

    planner = ScriptedPlanner(responses=[call(("stare", {"picture": "img_1"}))])
    agent = VisualAgent(Settings(tools=ToolConfig(offer=[])), planner, [stare])
    session = agent.session(GREY)
    waiting = [asyncio.ensure_future(session.aask("How bright?")) for _ in range(2)]
    assert await asyncio.to_thread(begun.wait, 20)
    await asyncio.to_thread(agent.close)
    ended = await asyncio.gather(*waiting, return_exceptions=True)
    go.set()
    assert [type(error) for error in ended] == [RuntimeError, RuntimeError]


def test_a_closed_loop_takes_nothing_and_starts_nothing() -> None:
    loop = BackgroundLoop()
    loop.close()

    async def nothing() -> None:
        pass

    before = set(threading.enumerate())
    with pytest.raises(RuntimeError, match="closed"):
        loop.submit(nothing())
    assert ours(before) == []
