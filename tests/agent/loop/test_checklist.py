"""A question with several parts is a checklist: each is answered, or named with its reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from agent import Answer, Settings, VisualAgent
from agent.testing import ScriptedPlanner, answering, calling
from tests.fakes.scripted_looks import Seen
from tools import Picture, ToolReport, vision_tool
from tools.base import VisionTool
from tools.errors import ToolError
from tools.toolset import ToolConfig

PIXELS = np.full((60, 80, 3), 120, np.uint8)
STREET = Seen(boxes=[("dog", (0, 0, 9, 9)), ("dog", (20, 0, 29, 9))], fields={"total": "7.00"})
QUESTION = "How many dogs are there, and what does the sign say?"
LOOKS = calling(("detect_objects", {"picture": "img_1", "labels": ["dog"], "region": None}))
READS = calling(("read_text", {"picture": "img_1", "query": None, "region": None}))
DOGS = answering("I see {list e1-e2} [e1-e2].", "{count e1-e2}")


def asked(
    question: str, *responses: Any, seen: Seen = STREET, tools: list[VisionTool] | None = None
) -> tuple[Answer, ScriptedPlanner]:
    planner = ScriptedPlanner(responses=list(responses))
    settings = Settings(tools=ToolConfig(offer=[]))
    with VisualAgent(settings, planner, tools or seen.tools()) as agent:
        return agent.ask(PIXELS, question), planner


def test_a_forgotten_part_is_asked_for() -> None:
    both = answering("I see {list e1-e2} [e1-e2]. It says {e3.text} [e3].", "2; {e3.text}")
    seen = Seen(boxes=STREET.boxes, lines=["NO PARKING"])
    answer, planner = asked(QUESTION, LOOKS, DOGS, READS, both, seen=seen)
    assert "what does the sign say?" in planner.seen[2][-1].text
    assert answer.answer == "I see 2 dogs. It says NO PARKING."
    assert answer.planner["repairs"] == 1


@pytest.mark.parametrize(
    "again",
    [DOGS, answering("There are 5 cats [e1].", "5"), answering("", abstain="could_not_look")],
    ids=["forgets it again", "is wrong", "abstains"],
)
def test_what_is_forgotten_all_the_same_is_named(again: Any) -> None:
    answer, _ = asked(QUESTION, LOOKS, DOGS, again)
    assert answer.answer == (
        "I see 2 dogs. I could not answer this part: “what does the sign say?” "
        "(what I saw does not carry an answer)."
    )
    assert (answer.short_answer, answer.abstained) == ("2", False)


def test_of_two_answers_the_one_with_more_parts_is_said() -> None:
    question = "How many dogs are there? Is there a cat? What does the sign say?"
    looks = calling(
        ("detect_objects", {"picture": "img_1", "labels": ["dog"], "region": None}),
        ("detect_objects", {"picture": "img_1", "labels": ["cat"], "region": None}),
    )
    two = answering("I see {list e1-e2} [e1-e2]. I see {list e3} [e3].", "2; no")
    answer, _ = asked(question, looks, two, DOGS)
    assert answer.answer.startswith("I see 2 dogs. I see no cats. I could not answer this part: “")
    assert answer.short_answer == "2; no"


def test_where_it_looked_in_vain_nothing_is_asked_for_again() -> None:
    answer, planner = asked(QUESTION, LOOKS, READS, DOGS)
    assert answer.planner["repairs"] == 0
    assert len(planner.seen) == 3
    assert answer.answer.endswith("“what does the sign say?” (I found no text).")


def test_a_tool_that_failed_is_the_reason() -> None:
    @vision_tool
    def read_text(picture: Picture, query: str | None = None) -> ToolReport:
        """Read."""
        raise ToolError(f"{picture.ref.id} cannot be read {query or ''}".strip())

    call = calling(("read_text", {"picture": "img_1", "query": None}))
    tools = [*STREET.tools("detect_objects"), read_text]
    answer, _ = asked(QUESTION, LOOKS, call, DOGS, tools=tools)
    assert answer.answer.endswith(
        "“what does the sign say?” (read_text failed: img_1 cannot be read)."
    )


@pytest.mark.parametrize(
    ("question", "answer", "named"),
    [
        ("图里有几只狗？招牌上写了什么？", "图中有{list e1-e2} [e1-e2]。", ["“招牌上写了什么？”"]),
        ("How many dogs are there and where are the cats?", "I see {list e1-e2} [e1-e2].",
         ["“where are the cats?”"]),
        ("How many dogs are there? What is the weather like? What is the total?",
         "I see {list e1-e2} [e1-e2].", ["“What is the weather like?”", "“What is the total?”"]),
        ("How many dogs and cats are there?", "I see {list e1-e2} [e1-e2].", ["“cats”"]),
        ("What does the sign say and how many dogs are there?", "I see {list e1-e2} [e1-e2].",
         ["“What does the sign say”"]),
    ],
)  # fmt: skip
def test_no_part_is_dropped_in_silence(question: str, answer: str, named: list[str]) -> None:
    draft = answering(answer, "{count e1-e2}")
    said, _ = asked(question, LOOKS, draft, draft)
    assert not said.abstained
    for name in named:
        assert name in said.answer
    assert said.answer.count("“") == len(named)


@pytest.mark.parametrize(
    ("short", "is_right"), [("2; no", True), ("2; yes", False), ("yes; no", False)]
)
def test_each_yes_or_no_of_a_short_answer_is_true_of_a_part(short: str, is_right: bool) -> None:
    looks = calling(
        ("detect_objects", {"picture": "img_1", "labels": ["dog"], "region": None}),
        ("detect_objects", {"picture": "img_1", "labels": ["cat"], "region": None}),
    )
    draft = answering("I see {list e1-e2} [e1-e2]. I see {list e3} [e3].", short)
    right = answering("I see {list e1-e2} [e1-e2]. I see {list e3} [e3].", "2; no")
    answer, _ = asked("How many dogs are there? Is there a cat?", looks, draft, right)
    assert answer.planner["repairs"] == (0 if is_right else 1)
