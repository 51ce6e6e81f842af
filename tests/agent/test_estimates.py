"""Estimates through the library's surface: asked for, said as what they are, shown in the JSON."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from agent import Answer, Settings, VisualAgent
from agent.testing import ScriptedPlanner
from agent.testing import answering as draft
from agent.testing import calling as call
from tests.agent.test_visual_agent import find_things
from tests.fakes.encoders import ColourSpace, ScriptedAnswerer
from tools.answer_by_fusion import make_tool as answering_tool
from tools.match_text import make_tool as matching_tool
from tools.toolset import ToolConfig

RED = np.zeros((60, 80, 3), np.uint8)
RED[:, :, 0] = 255
TABLE = {
    "Is it raining?": [("yes", 0.62), ("no", 0.3)],
    "在下雨吗？": [("no", 0.71)],
    "这是什么品牌？": [("nike", 0.8)],
    "What is the man doing?": [("surfing", 0.31), ("swimming", 0.22)],
    "How many dogs are there?": [("3", 0.8)],
    "Is there a cat?": [("yes", 0.9)],
}
FUSION = "answer_by_fusion"


def asking(question: str, **region: Any) -> tuple[str, dict[str, Any]]:
    return FUSION, {"picture": "img_1", "question": question, "region": None} | region


def ask(question: str, *responses: Any) -> tuple[Answer, ScriptedPlanner]:
    planner = ScriptedPlanner(responses=list(responses))
    tools = [find_things, matching_tool(ColourSpace()), answering_tool(ScriptedAnswerer(TABLE))]
    settings = Settings(tools=ToolConfig(offer=[]))
    with VisualAgent(settings, planner=planner, tools=tools) as agent:
        return agent.ask(RED, question), planner


def test_an_estimate_is_an_answer_that_says_so() -> None:
    said = draft("Probably {e1.value} [e1].", "{e1.value}")
    answer, planner = ask("Is it raining?", call(asking("Is it raining?")), said)
    assert (answer.answer, answer.short_answer) == ("Probably yes.", "yes")
    assert (answer.estimated, answer.confidence, answer.abstained) == (True, 0.62, False)
    told = str(planner.seen[1][-1].content)
    assert 'e1 "Is it raining?" = "yes" estimate\n' in told
    assert 'e2 "Is it raining?" = "no" estimate unsure' in told
    data = answer.to_json()
    assert data["estimated"] is True
    assert [(e["kind"], e["status"], e["value"]) for e in data["evidence"]] == [
        ("estimate", "found", "yes"),
        ("estimate", "unsure", "no"),
    ]


def test_who_says_it_for_sure_is_asked_to_say_that_it_is_an_estimate() -> None:
    answer, planner = ask(
        "Is it raining?",
        call(asking("Is it raining?")),
        draft("It is raining [e1].", "yes"),
        draft("It is probably raining [e1].", "yes"),
    )
    assert answer.answer == "It is probably raining."
    assert "Probably {eN.value}" in str(planner.seen[2][-1].content)


def test_who_goes_on_saying_it_for_sure_says_nothing() -> None:
    sure = draft("It is raining [e1].", "yes")
    answer, _ = ask("Is it raining?", call(asking("Is it raining?")), sure, sure)
    assert (answer.abstained, answer.reason, answer.estimated) == (True, "unsupported", False)
    assert answer.answer.endswith("What I saw: probably yes.")


@pytest.mark.parametrize("abstain", ["no", "unsure"])
def test_below_the_bar_it_abstains_and_shows_its_best_guess(abstain: Any) -> None:
    said = draft("The man is probably {e1.value} [e1].", "{e1.value}", abstain)
    question = "What is the man doing?"
    answer, _ = ask(question, call(asking(question)), said)
    assert (answer.abstained, answer.reason, answer.short_answer) == (True, "unsure", "")
    assert "surfing (0.31)" in answer.answer
    assert [e.value for e in answer.evidence] == ["surfing", "swimming"]


def test_candidates_are_matched() -> None:
    arguments = {"picture": "img_1", "candidates": ["a red wall", "a blue wall"], "region": None}
    answer, _ = ask(
        "Is this a red wall or a blue one?",
        call(("match_text", arguments)),
        draft("It looks like {e1.label}, not {e2.label} [e1 e2].", "{e1.label}"),
    )
    assert answer.answer == "It looks like a red wall, not a blue wall."
    assert answer.short_answer == "red wall"


@pytest.mark.parametrize(
    ("question", "said", "short"),
    [("在下雨吗？", "大概不是。", "不是"), ("这是什么品牌？", "大概“nike”。", "“nike”")],
)
def test_in_chinese(question: str, said: str, short: str) -> None:
    written = draft("大概{e1.value} [e1]。", "{e1.value}")
    answer, _ = ask(question, call(asking(question)), written)
    assert (answer.answer, answer.short_answer) == (said, short)


LOOK = ("find_things", {"picture": "img_1", "thing": "dog", "region": None})
CAT = ("find_things", {"picture": "img_1", "thing": "cat", "region": None})


def test_what_was_seen_is_the_answer_and_the_conflict_is_shown() -> None:
    question = "How many dogs are there?"
    answer, _ = ask(
        question,
        call(LOOK, asking(question)),
        draft("Probably {e3.value} [e3].", "{e3.value}"),
        draft("There are {count e1-e2} dogs [e1-e2].", "{count e1-e2}"),
    )
    assert answer.answer == "There are 2 dogs. An estimate says 3."
    assert answer.notes == ["An estimate says 3."]
    assert (answer.short_answer, answer.estimated) == ("2", False)
    assert answer.planner["repairs"] == 1


def test_nothing_is_noted_where_they_agree() -> None:
    answer, _ = ask(
        "Is there a cat?",
        call(CAT, asking("What is the man doing?")),
        draft("There is no cat [e1].", "no"),
    )
    assert answer.notes == []


def test_an_earlier_look_contradicts_a_later_estimate() -> None:
    planner = ScriptedPlanner(
        responses=[
            call(CAT),
            draft("There is no cat [e1].", "no"),
            call(asking("Is there a cat?")),
            draft("Probably yes [e2].", "yes"),
            draft("There is no cat [e1].", "no"),
        ]
    )
    tools = [find_things, answering_tool(ScriptedAnswerer(TABLE))]
    with VisualAgent(Settings(tools=ToolConfig(offer=[])), planner=planner, tools=tools) as agent:
        session = agent.session(RED)
        session.ask("Is there a cat?")
        answer = session.ask("Are you sure? Is there a cat?")
    assert answer.answer == "There is no cat. An estimate says yes."


def test_a_part_of_the_picture_is_estimated_where_it_lies() -> None:
    answer, _ = ask(
        "Is it raining?",
        call(LOOK),
        call(asking("Is it raining?", region="e1")),
        draft("Probably {e3.value} [e3].", "{e3.value}"),
    )
    assert answer.evidence[0].box_xyxy == (0.0, 0.0, 10.0, 10.0)
