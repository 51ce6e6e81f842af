"""A question that asks for several things is planned part by part, and answered in all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import HumanMessage

from agent import Settings, VisualAgent
from agent.events import Sentence
from agent.grounding.question_parts import parts_of
from agent.grounding.wording import language_of
from agent.planners.builtin.chat_model import BuiltinChatModel
from agent.planners.builtin.plans.parts import conversations
from agent.planners.conversation import question_message, question_of
from tools import Finding, Picture, Region, ToolReport, vision_tool
from tools.reading.labels import field_of
from tools.toolset import ToolConfig

WHITE = np.full((60, 80, 3), 255, np.uint8)
PRINTED = {"total": "56.74", "tax": "3.41", "change": "3.26"}


@vision_tool(version="1")
def read_text(
    picture: Picture, query: str | None = None, region: Region | None = None
) -> ToolReport:
    """Read the text in a picture.

    Args:
        query: What to look for.
    """
    field = field_of(query or "")
    name = field.name if field else query or ""
    value = PRINTED.get(name)
    found = (
        Finding(picture=picture.ref, label=query, value=value, value_type="amount", score=0.9,
                text=f"{name.upper()} {value}")
        if value
        else Finding(picture=picture.ref, label=query, value=0, score=0.9, status="none")
    )  # fmt: skip
    return ToolReport(summary=f'read_text {picture.ref.id} "{query}"', findings=(found,))


@vision_tool(version="1")
def detect_objects(picture: Picture, labels: list[str], region: Region | None = None) -> ToolReport:
    """Find objects.

    Args:
        labels: What to look for.
    """
    found = []
    for label in labels:
        common: dict[str, Any] = {"picture": picture.ref, "label": label, "group": label}
        if label == "person":
            boxes = [(0.0, 0.0, 9.0, 9.0), (20.0, 0.0, 29.0, 9.0)]
            found += [Finding(**common, box_xyxy=box, score=0.9) for box in boxes]
        else:
            found.append(Finding(**common, value=0, score=0.9, status="none"))
    summary = f"detect_objects {picture.ref.id} {', '.join(labels)}"
    return ToolReport(summary=summary, findings=tuple(found))


@pytest.fixture(scope="module")
def agent() -> Iterator[VisualAgent]:
    settings = Settings(tools=ToolConfig(offer=[]))
    with VisualAgent(settings, BuiltinChatModel(), [read_text, detect_objects]) as made:
        yield made


@pytest.mark.parametrize(
    ("question", "said", "missing"),
    [
        ("What are the total, tax and change?", ["56.74", "3.41", "3.26"], []),
        ("What are the total, the tax and the tip?", ["56.74", "3.41"], ["tip"]),
        ("What is the total and what is the tax?", ["56.74", "3.41"], []),
        ("How many people are there? Is there a dog?", ["2 people", "no dogs"], []),
        ("总额和税额分别是多少？", ["56.74", "3.41"], []),
        ("图中有几个人？有狗吗？", ["2 个人", "没有狗"], []),
        ("How many people and dogs are there?", ["2 people", "no dogs"], []),
        ("Are there people, a dog and a cat?", ["2 people", "no dogs", "no cats"], []),
        ("图中有几个人，有没有狗？", ["2 个人", "没有狗"], []),
        ("Are there people, and what is the tax?", ["2 people", "3.41"], []),
        ("Is there a dog and what colour is it?", ["no dogs"], []),
        (
            "What is the total? Is there a dog? What is the tip?",
            ["56.74", "no dogs"],
            ["What is the tip?"],
        ),
    ],
)
def test_all_parts_are_answered_or_named(
    agent: VisualAgent, question: str, said: list[str], missing: list[str]
) -> None:
    answer = agent.ask(WHITE, question)
    assert not answer.abstained, answer.answer
    for words in [*said, *(f"“{part}”" for part in missing)]:
        assert words in answer.answer
    assert ("“" in answer.answer) is bool(missing)


def test_the_whole_is_streamed_once_all_parts_are_there(agent: VisualAgent) -> None:
    events = list(agent.stream(WHITE, "What are the total and the tax?"))
    said = [event.text for event in events if isinstance(event, Sentence)]
    assert len(said) == 2
    assert "56.74" in said[0]
    assert "3.41" in said[1]


def test_a_look_that_two_parts_share_is_taken_once(agent: VisualAgent) -> None:
    answer = agent.ask(WHITE, "Is there a dog? How many dogs are there? Is there a cat?")
    assert [call.arguments["labels"] for call in answer.tool_calls] == [["dog"], ["cat"]]
    assert answer.answer == "I see no dogs. I see no cats."
    assert answer.planner["repairs"] == 0


def test_of_things_side_by_side_yes_means_each(agent: VisualAgent) -> None:
    assert agent.ask(WHITE, "Is there a person and a dog?").short_answer == "no"
    assert agent.ask(WHITE, "Are there dogs and cats?").short_answer == "no"
    assert agent.ask(WHITE, "How many people and dogs are there?").short_answer == "2; 0"


def test_where_no_part_can_be_answered_it_abstains(agent: VisualAgent) -> None:
    answer = agent.ask(WHITE, "What are the tip and the discount?")
    assert (answer.abstained, answer.reason) == (True, "not_found")


def test_one_thing_is_one_conversation() -> None:
    assert conversations([HumanMessage("Pictures: img_1\nQuestion: What is the total?")]) == []
    assert conversations([HumanMessage("Check failed: no")]) == []


_WORDS = st.lists(
    st.sampled_from(
        ["What", "is", "are", "the", "total", "tax", "tip", ",", "and", "how many", "dogs", "?",
         "what", "is there", "。", "总额", "、", "和", "税额", "是多少", "？", ";", "date", "!"]
    ),
    max_size=12,
)  # fmt: skip


@given(_WORDS)
def test_a_part_has_no_parts(words: list[str]) -> None:
    for question in (" ".join(words), "".join(words)):
        for part in parts_of(question, language_of(question)):
            assert len(parts_of(part.text, language_of(part.text))) == 1


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("total, tax and date", ["What is the total?", "What is the tax?", "What is the date?"]),
        ("How many people are there, and is there a dog?",
         ["How many people are there?", "Is there a dog?"]),
        ("总额和税额是多少?", ["总额是多少?", "税额是多少?"]),
    ],
)  # fmt: skip
def test_each_part_is_asked_as_a_whole_question(question: str, asked: list[str]) -> None:
    found = conversations([question_message(question, ["img_1"])])
    assert [question_of(part[-1]) for part in found] == asked
