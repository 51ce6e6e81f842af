"""LangChain's tracers see each question as one run: the planner's and the tools' calls below it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from langchain_core.runnables import RunnableLambda
from langchain_core.tracers import BaseTracer, Run
from langchain_core.tracers.context import collect_runs

from agent import Settings, VisualAgent
from agent.errors import PlannerError
from agent.planners.fallback import FallbackChatModel
from agent.testing import ScriptedPlanner, answering, calling
from tests.agent.test_visual_agent import GREY, measure_brightness
from tools.toolset import ToolConfig

LOOK = calling(("measure_brightness", {"picture": "img_1"}))
SAY = answering("It is {e1.value} percent bright [e1].", "{e1.value}")
QUESTION = "How bright is it?"


class Collected(BaseTracer):
    """Keeps the roots of all finished runs."""

    def __init__(self) -> None:
        super().__init__()
        self.roots: list[Run] = []

    def _persist_run(self, run: Run) -> None:
        self.roots.append(run)


def agent_of(planner: Any) -> VisualAgent:
    return VisualAgent(Settings(tools=ToolConfig(offer=[])), planner, tools=[measure_brightness])


def shape(run: Run) -> list[tuple[str, str]]:
    """The runs below a run: type and name, in the order in which they began."""
    below = sorted(run.child_runs, key=lambda child: child.start_time)
    return [
        ("planner" if child.run_type in ("llm", "chat_model") else child.run_type, child.name)
        for child in below
    ]


USUAL = [
    ("planner", "ScriptedPlanner"),
    ("tool", "measure_brightness"),
    ("planner", "ScriptedPlanner"),
]


def test_a_tracer_of_the_planner_gets_one_tree_for_a_question() -> None:
    tracer = Collected()
    with agent_of(ScriptedPlanner(responses=[LOOK, SAY], callbacks=[tracer])) as agent:
        agent.ask(GREY, QUESTION)
    (root,) = tracer.roots
    assert (root.name, root.run_type, root.error) == ("vqa-agent", "chain", None)
    assert root.inputs == {"question": QUESTION, "pictures": ["img_1"]}
    assert (root.outputs or {})["short_answer"] == "47"
    assert shape(root) == USUAL
    tool = next(run for run in root.child_runs if run.run_type == "tool")
    assert tool.inputs == {"picture": "img_1"}
    assert "'value': 47" in str(tool.outputs)


def test_a_tracer_around_the_question_gets_it_too() -> None:
    with agent_of(ScriptedPlanner(responses=[LOOK, SAY])) as agent, collect_runs() as collected:
        agent.ask(GREY, QUESTION)
    (root,) = collected.traced_runs
    assert shape(root) == USUAL


def test_a_question_of_a_runnable_is_a_part_of_its_run() -> None:
    tracer = Collected()
    with agent_of(ScriptedPlanner(responses=[LOOK, SAY])) as agent:
        asking = RunnableLambda(lambda question: agent.ask(GREY, question).answer, name="asking")
        asking.invoke(QUESTION, {"callbacks": [tracer]})
    (root,) = tracer.roots
    assert root.name == "asking"
    assert shape(root) == [("chain", "vqa-agent")]
    assert shape(root.child_runs[0]) == USUAL


def test_what_a_fallback_asks_is_in_the_same_tree() -> None:
    first = ScriptedPlanner(responses=[LOOK, PlannerError("gone")])
    second = ScriptedPlanner(responses=[SAY])
    planner = FallbackChatModel(make_primary=lambda: first, make_fallback=lambda: second)
    with agent_of(planner) as agent, collect_runs() as collected:
        assert agent.ask(GREY, QUESTION).short_answer == "47"
    (root,) = collected.traced_runs
    assert [name for _, name in shape(root)].count("ScriptedPlanner") == 3


def test_a_tool_that_fails_and_a_planner_that_fails_are_told_as_errors() -> None:
    tracer = Collected()
    wrong = calling(("measure_brightness", {"picture": "img_7"}))
    responses = [wrong, PlannerError("no planner any more")]
    planner = ScriptedPlanner(responses=responses, callbacks=[tracer])
    with agent_of(planner) as agent, pytest.raises(PlannerError):
        agent.ask(GREY, QUESTION)
    (root,) = tracer.roots
    assert "no planner any more" in str(root.error)
    assert ["img_7" in str(run.error) for run in root.child_runs] == [False, True, False]


async def test_questions_at_the_same_time_are_trees_of_their_own() -> None:
    tracer = Collected()
    say = answering("I cannot tell.", abstain="could_not_look")
    with agent_of(ScriptedPlanner(responses=[say] * 3, callbacks=[tracer])) as agent:
        await asyncio.gather(*(agent.aask(GREY, f"{QUESTION} {n}") for n in range(3)))
    assert sorted(root.inputs["question"][-1] for root in tracer.roots) == ["0", "1", "2"]
    assert [shape(root) for root in tracer.roots] == [USUAL[:1]] * 3
