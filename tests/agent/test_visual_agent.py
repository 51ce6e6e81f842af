"""The library's surface, with a scripted planner and small tools of the test's own."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from langchain_core.messages import AIMessage

from agent import Answer, Settings, VisualAgent
from agent.errors import PlannerError, PlannerOutputError, trace_of_failed
from agent.events import Answered, Planned, ToolFinished, ToolStarted
from agent.testing import ScriptedPlanner
from agent.testing import answering as draft
from agent.testing import calling as call
from tools import Finding, Picture, Region, ToolError, ToolReport, vision_tool
from tools.errors import InputError, PictureError
from tools.toolset import ToolConfig

GREY = np.full((60, 80, 3), 120, np.uint8)
LIGHT = np.full((60, 80, 3), 240, np.uint8)


@vision_tool(version="1")
def measure_brightness(picture: Picture) -> ToolReport:
    """Measure how bright a picture is, from 0 (black) to 100 (white)."""
    percent = round(float(np.mean(picture.pixels)) / 255 * 100)
    found = Finding(
        picture=picture.ref, label="brightness", value=percent, value_type="number", score=1.0
    )
    return ToolReport(summary=f"measure_brightness {picture.ref.id}", findings=(found,))


@vision_tool(version="1")
def find_things(
    picture: Picture, thing: Literal["dog", "cat", "fog"], region: Region | None = None
) -> ToolReport:
    """Find things.

    Args:
        thing: What to look for.
    """
    if thing == "fog":
        raise ToolError("fog hides everything; ask for a dog")
    common = {"picture": picture.ref, "label": thing, "group": thing}
    if thing == "cat":
        findings = [Finding(**common, value=0, status="none", score=0.8)]
    else:
        boxes = [(0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0)]
        findings = [Finding(**common, box_xyxy=box, score=0.9) for box in boxes]
    place = region.box_xyxy if region else "everywhere"
    return ToolReport(summary=f"find_things {picture.ref.id} {place}", findings=tuple(findings))


def brightness(picture: str = "img_1") -> tuple[str, dict[str, Any]]:
    return "measure_brightness", {"picture": picture}


def things(
    thing: str, region: str | None = None, picture: str = "img_1"
) -> tuple[str, dict[str, Any]]:
    return "find_things", {"picture": picture, "thing": thing, "region": region}


@pytest.fixture
def agents() -> Iterator[Any]:
    made: list[VisualAgent] = []

    def make(*script: Any, **settings: Any) -> VisualAgent:
        planner = ScriptedPlanner(responses=list(script))
        agent = VisualAgent(
            Settings(tools=ToolConfig(offer=[]), **settings),
            planner,
            [measure_brightness, find_things],
        )
        made.append(agent)
        return agent

    yield make
    for agent in made:
        agent.close()


async def test_a_session_looks_without_a_planner_and_the_next_question_knows(agents: Any) -> None:
    agent = agents(draft("There are {count e1 e2} dogs [e1 e2].", "{count e1 e2}"))
    session = agent.session(GREY)
    name, arguments = things("dog")
    look = await session.alook(name, arguments)
    assert [e.id for e in look.evidence] == ["e1", "e2"]
    assert (look.call.status, look.call.arguments) == ("ok", arguments)
    assert look.text.startswith("find_things img_1 everywhere\ne1-e2")
    near = await session.alook(*things("dog", region="e2"))
    assert near.text.startswith("find_things img_1 (20.0, 0.0, 30.0, 10.0)")
    for wrong in (things("fog"), things("cow"), ("read_minds", {}), brightness("img_2")):
        failed = await session.alook(*wrong)
        assert (failed.call.status, failed.evidence) == ("error", ())
        assert failed.call.error
    answer = await session.aask("How many dogs are there?")
    assert str(answer) == "There are 2 dogs."


def test_one_tool(agents: Any) -> None:
    agent = agents(call(brightness()), draft("It is {e1.value} percent bright [e1].", "{e1.value}"))
    answer = agent.ask(GREY, "How bright is it?")
    assert str(answer) == "It is 47 percent bright."
    assert (answer.short_answer, answer.abstained, answer.reason) == ("47", False, None)
    assert [c.status for c in answer.claims] == ["supported"]
    assert answer.evidence[0].id == "e1"
    assert [(r.name, r.status, r.cached) for r in answer.tool_calls] == [
        ("measure_brightness", "ok", False)
    ]
    assert answer.confidence == 1.0
    assert answer.planner["calls"] == 2


def test_parallel_calls_enter_the_ledger_as_planned(agents: Any) -> None:
    agent = agents(
        call(brightness("img_2"), things("dog"), brightness("img_1")),
        draft("{most e1 e4} is brighter [e1 e4].", "{most e1 e4}"),
    )
    answer = agent.ask(GREY, LIGHT, "Which is brighter?")
    assert [(e.id, e.tool, e.picture.id) for e in sorted(answer.evidence, key=lambda e: e.id)] == [
        ("e1", "measure_brightness", "img_2"),
        ("e2", "find_things", "img_1"),
        ("e3", "find_things", "img_1"),
        ("e4", "measure_brightness", "img_1"),
    ]
    assert str(answer) == "Picture 2 is brighter."


def test_a_region_is_an_evidence_id(agents: Any) -> None:
    agent = agents(
        call(things("dog")),
        call(things("cat", "e2")),
        draft("I see {list e3} [e3].", "{exists e3}"),
    )
    answer = agent.ask(GREY, "Is there a cat on the second dog?")
    assert str(answer) == "I see no cats."
    texts = [m["content"] for m in answer.trace["messages"] if m["role"] == "tool"]
    assert "(20.0, 0.0, 30.0, 10.0)" in texts[1]


def test_an_unsupported_claim_gets_one_repair_turn_that_names_it(agents: Any) -> None:
    agent = agents(
        call(things("dog")),
        draft("There are 5 dogs [e1-e2].", "5"),
        draft("There are {count e1-e2} dogs [e1-e2].", "{count e1-e2}"),
    )
    answer = agent.ask(GREY, "How many dogs?")
    assert answer.short_answer == "2"
    assert answer.planner["repairs"] == 1
    repair = [m["content"] for m in answer.trace["messages"] if m["role"] == "user"][1]
    assert "5 dogs" in repair
    assert "neither cited nor derived" in repair


def test_after_the_repair_turn_it_abstains_and_shows_what_was_seen(agents: Any) -> None:
    wrong = draft("There are 5 dogs [e1-e2].", "5")
    answer = agents(call(things("dog")), wrong, wrong).ask(GREY, "How many dogs?")
    assert answer.abstained
    assert answer.reason == "unsupported"
    assert answer.short_answer == ""
    assert "2 dogs" in answer.answer
    assert "5" not in answer.answer
    assert [c.status for c in answer.claims] == ["unsupported"]


@pytest.mark.parametrize(
    ("script", "reason", "words"),
    [
        ([call(things("cat")), draft("No.", "", "not_found")], "not_found", "no cats"),
        (
            [call(things("fog")), draft("?", "", "could_not_look")],
            "could_not_look",
            "fog hides everything",
        ),
        ([draft("?", "", "not_found")], "could_not_look", "no tool"),
        ([draft("?", "", "could_not_look")], "could_not_look", "no tool"),
    ],
)
def test_looked_and_none_differs_from_could_not_look(
    agents: Any, script: list[AIMessage], reason: str, words: str
) -> None:
    answer = agents(*script).ask(GREY, "Is there something?")
    assert (answer.abstained, answer.reason) == (True, reason)
    assert words in answer.answer


def test_none_found_is_an_answer(agents: Any) -> None:
    answer = agents(call(things("cat")), draft("图中:{list e1} [e1]。", "{exists e1}")).ask(
        GREY, "图里有猫吗?"
    )
    assert (answer.answer, answer.short_answer, answer.language) == ("图中:没有猫。", "否", "zh")
    assert answer.confidence == 0.8


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (("find_things", {"picture": "img_9", "thing": "dog", "region": None}), "img_1"),
        (("find_things", {"picture": "/etc/passwd", "thing": "dog", "region": None}), "img_1"),
        (("find_things", {"picture": "img_1", "thing": "horse", "region": None}), "dog"),
        (("find_things", {"picture": "img_1", "thing": "dog", "region": "e7"}), "e7"),
        (("find_things", {"picture": "img_1"}), "thing"),
        (("find_thongs", {"picture": "img_1"}), "find_things"),
    ],
)
def test_a_wrong_call_goes_back_to_the_planner_with_what_to_do(
    agents: Any, bad: Any, says: str
) -> None:
    agent = agents(call(bad), call(brightness()), draft("{e1.value} [e1].", "{e1.value}"))
    answer = agent.ask(GREY, "How bright?")
    assert answer.short_answer == "47"
    assert [r.status for r in answer.tool_calls] == ["error", "ok"]
    message = next(m["content"] for m in answer.trace["messages"] if m["role"] == "tool")
    assert message.startswith("error: ")
    assert says in message


def test_a_stubborn_model_ends_in_an_answer_not_in_an_error(agents: Any) -> None:
    stubborn = [call(brightness()) for _ in range(50)]
    answer = agents(*stubborn, max_model_calls=4).ask(GREY, "How bright?")
    assert (answer.abstained, answer.reason) == (True, "planner_failed")
    assert "4 calls" in answer.answer
    assert answer.planner["calls"] <= 4


def test_a_planner_that_was_handed_in_says_who_it_is(agents: Any) -> None:
    script = (call(brightness()), draft("{e1.value} [e1].", "{e1.value}"))
    facts = agents(*script).ask(GREY, "How bright?").planner
    assert (facts["kind"], facts["model"], facts["url"]) == ("custom", "ScriptedPlanner", None)
    named = agents(*script, planner_url="http://127.0.0.1:9/v1").ask(GREY, "How bright?").planner
    assert (named["kind"], named["url"]) == ("custom", None), "not what the settings name"


@pytest.mark.parametrize("error", [PlannerError("no such model"), ValueError("it broke")])
def test_a_run_that_fails_carries_its_trace(agents: Any, error: Exception) -> None:
    with pytest.raises(type(error)) as raised:
        agents(call(brightness()), error).ask(GREY, "How bright?")
    trace = trace_of_failed(raised.value)
    assert trace is not None
    assert [m["role"] for m in trace["messages"]] == ["user", "assistant", "tool"]
    assert "How bright?" in trace["messages"][0]["content"]
    assert "You answer questions" in trace["system"]


def test_an_error_before_the_run_has_no_trace(agents: Any) -> None:
    with pytest.raises(InputError) as raised:
        agents().ask(GREY, "  ")
    assert trace_of_failed(raised.value) is None


@pytest.mark.parametrize(
    "text", ["", "The total is 5.", '{"answer": "5"}', "null", '{"abstain": "no"']
)
def test_an_unreadable_answer_is_repaired_or_abstained(agents: Any, text: str) -> None:
    good = draft("{e1.value} [e1].", "{e1.value}")
    repaired = agents(call(brightness()), AIMessage(text), good).ask(GREY, "How bright?")
    assert repaired.short_answer == "47"
    given_up = agents(call(brightness()), AIMessage(text), AIMessage(text)).ask(GREY, "How bright?")
    assert given_up.reason == "unsupported"


def test_a_planner_that_never_ends_is_repaired_or_abstained(agents: Any) -> None:
    endless, good = PlannerOutputError("no end"), draft("{e1.value} [e1].", "{e1.value}")
    repaired = agents(call(brightness()), endless, good).ask(GREY, "How bright?")
    assert repaired.short_answer == "47"
    given_up = agents(call(brightness()), endless, endless).ask(GREY, "How bright?")
    assert given_up.reason == "planner_failed"
    assert "no end" in given_up.answer


def test_a_session_remembers_and_the_second_look_is_cached(agents: Any) -> None:
    agent = agents(
        call(brightness()),
        draft("{e1.value} [e1].", "{e1.value}"),
        call(brightness()),
        draft("Still {e2.value} [e2].", "{same e1 e2}"),
    )
    session = agent.session(GREY)
    session.ask("How bright?")
    answer = session.ask("Still?")
    assert answer.short_answer == "yes"
    assert [(r.cached) for r in answer.tool_calls] == [True]
    assert len(agent.planner.seen[-1]) > len(agent.planner.seen[1])


def test_messages_hold_no_pixels_paths_or_names(agents: Any, tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "secret-name.png"
    Image.fromarray(GREY).save(path)
    answer = agents(call(brightness()), draft("{e1.value} [e1].", "{e1.value}")).ask(
        path, "How bright?"
    )
    assert "secret-name" not in json.dumps(answer.trace["messages"])


def test_stream_tells_each_step(agents: Any) -> None:
    agent = agents(call(brightness()), draft("{e1.value} [e1].", "{e1.value}"))
    events = list(agent.stream(GREY, "How bright?"))
    assert [type(e) for e in events] == [Planned, ToolStarted, ToolFinished, Planned, Answered]
    assert events[-1].answer.short_answer == "47"


async def test_aask_from_several_tasks(agents: Any) -> None:
    agent = agents(*[m for _ in range(8) for m in (draft("?", "", "could_not_look"),)])
    answers = await asyncio.gather(*(agent.aask(GREY, f"Question {n}?") for n in range(8)))
    assert {a.reason for a in answers} == {"could_not_look"}


def test_ask_from_several_threads(agents: Any) -> None:
    agent = agents(*[draft("?", "", "could_not_look") for _ in range(8)])
    answers: list[Answer] = []
    threads = [
        threading.Thread(target=lambda: answers.append(agent.ask(GREY, "Question?")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("nowhere.png", "What is it?"), PictureError),
        ((b"not a picture", "What is it?"), PictureError),
        ((GREY, "  "), InputError),
        ((GREY, "x" * 5000), InputError),
        (("What is it?",), InputError),
        ((GREY,), InputError),
    ],
)
def test_bad_input_says_so_before_anything_is_asked(
    agents: Any, arguments: Any, error: type[Exception]
) -> None:
    with pytest.raises(error) as raised:
        agents().ask(*arguments)
    assert str(raised.value)


def test_json_is_the_documented_schema(agents: Any) -> None:
    agent = agents(call(things("dog")), draft("{list e1-e2} [e1-e2].", "{count e1-e2}"))
    data = agent.ask(GREY, "Dogs?").to_json()
    assert set(data) == {
        "schema_version", "answer", "short_answer", "read_as", "language", "abstained", "reason",
        "confidence", "estimated", "claims", "notes", "evidence", "tool_calls", "timings_ms",
        "planner", "usage",
    }  # fmt: skip
    assert data["schema_version"] == 1
    assert set(data["claims"][0]) == {"text", "evidence", "status"}
    assert set(data["evidence"][0]) == {
        "id", "tool", "call_id", "picture", "page", "box_xyxy", "label", "text", "value",
        "value_type", "currency", "score", "status", "kind",
    }  # fmt: skip
    assert set(data["tool_calls"][0]) == {
        "id",
        "name",
        "arguments",
        "status",
        "elapsed_ms",
        "cached",
    }


def test_the_worked_examples_of_contributing_work() -> None:
    """The tool, and the test of it with the planner that is shipped."""
    text = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text()
    namespace: dict[str, Any] = {"__name__": "example"}
    for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        source = "from __future__ import annotations\n" + code
        exec(compile(source, "CONTRIBUTING.md", "exec"), namespace)
    assert namespace["planner"].bound, "the second example asked"
