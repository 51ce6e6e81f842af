"""An estimate is offered once to a planner that gave no answer, whichever planner it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent import Answer, Settings, VisualAgent
from agent.planners.conversation import is_offer
from agent.testing import ScriptedPlanner, answering, calling
from tests.fakes.detectors import FixedDetector
from tests.fakes.encoders import ScriptedAnswerer
from tools.answer_by_fusion import make_tool
from tools.detect_objects import make_tool as detecting
from tools.toolset import ToolConfig
from tools.weights.sidefiles import Bars

PIXELS = np.full((60, 80, 3), 120, np.uint8)
RAIN, DOG = "Is it raining?", "How many dogs are there?"
ABSTAINS = answering("", abstain="could_not_look")
ESTIMATES = calling(("answer_by_fusion", {"picture": "img_1", "question": RAIN, "region": None}))
PROBABLY = answering("Probably yes [e1].", "yes")


def asked(
    question: str, *responses: Any, pictures: int = 1, offers: bool = True, **settings: Any
) -> tuple[Answer, ScriptedPlanner]:
    planner = ScriptedPlanner(responses=list(responses))
    detector = detecting(FixedDetector(Path(__file__), []), ["dog"], Bars(missed=0.05))
    tools = [detector, make_tool(ScriptedAnswerer({RAIN: [("yes", 0.9)]}))] if offers else []
    chosen = Settings(tools=ToolConfig(offer=["describe_colors"]), **settings)
    with VisualAgent(chosen, planner=planner, tools=tools) as agent:
        return agent.ask(*(PIXELS + np.uint8(n) for n in range(pictures)), question), planner


def offers_in(planner: ScriptedPlanner) -> int:
    return sum(is_offer(message) for message in planner.seen[-1])


def test_a_planner_that_abstains_is_offered_an_estimate() -> None:
    answer, planner = asked(RAIN, ABSTAINS, ESTIMATES, PROBABLY)
    assert (answer.answer, answer.short_answer) == ("Probably yes.", "yes")
    assert offers_in(planner) == 1
    assert "answer_by_fusion" in planner.seen[1][-1].text


def test_a_planner_may_decline_it() -> None:
    answer, planner = asked(RAIN, ABSTAINS, answering("", abstain="unsure"))
    assert (answer.reason, answer.tool_calls) == ("unsure", [])
    assert offers_in(planner) == 1


def test_a_refused_answer_is_repaired_first() -> None:
    refused = answering("It rains.", "yes")
    answer, planner = asked(RAIN, refused, refused, ESTIMATES, PROBABLY)
    assert answer.short_answer == "yes"
    assert [is_offer(message) for message in planner.seen[-1] if message.type == "human"] == [
        False, False, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "question",
    ["What is the total?", "What is the capital of France?", "Who signed it?", "What does it say?"],
)
def test_none_is_offered_for_what_is_not_seen(question: str) -> None:
    answer, _ = asked(question, ABSTAINS)
    assert answer.reason == "could_not_look"


@pytest.mark.parametrize("how", [{"offers": False}, {"max_model_calls": 2}, {"max_tool_calls": 0}])
def test_none_is_offered_where_it_cannot_be_taken(how: dict[str, Any]) -> None:
    answer, _ = asked(RAIN, ABSTAINS, **how)
    assert answer.reason == "could_not_look"


def test_none_is_offered_after_an_estimate() -> None:
    answer, planner = asked(RAIN, ESTIMATES, answering("", abstain="unsure"))
    assert answer.reason == "unsure"
    assert offers_in(planner) == 0


def test_none_is_offered_of_what_is_not_there() -> None:
    looks = calling(("detect_objects", {"picture": "img_1", "labels": ["dog"], "region": None}))
    answer, planner = asked("What is the dog doing?", looks, answering("", abstain="not_found"))
    assert (answer.reason, offers_in(planner)) == ("not_found", 0)


def test_none_is_offered_over_several_pictures() -> None:
    answer, _ = asked(RAIN, ABSTAINS, pictures=2)
    assert answer.reason == "could_not_look"
