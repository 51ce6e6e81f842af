"""Questions about things and groups of things, by the real built-in planner.

Only what the detector sees is given; planning, tools, check and wording are as shipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent import Settings, VisualAgent
from agent.answer import Answer
from agent.planners.builtin.chat_model import BuiltinChatModel
from tests.fakes.detectors import FixedDetector
from tools.detect_objects import make_tool
from tools.toolset import ToolConfig
from tools.weights.sidefiles import Bars
from tools.words.labels import CLASSES

PIXELS = np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)
STREET: list[Any] = [
    ("dog", 0.9, (0, 0, 50, 50)), ("dog", 0.8, (60, 0, 110, 50)), ("cat", 0.7, (0, 60, 50, 110)),
    ("car", 0.85, (60, 60, 110, 110)), ("person", 0.6, (5, 5, 20, 60)),
    ("chair", 0.6, (100, 5, 120, 60)), ("couch", 0.65, (100, 65, 125, 90)),
    ("sheep", 0.5, (61, 1, 110, 50)),
]  # fmt: skip


@pytest.fixture(scope="module")
def planner() -> BuiltinChatModel:
    return BuiltinChatModel()


def asking(planner: BuiltinChatModel, sees: list[Any]) -> VisualAgent:
    detector = FixedDetector(Path(__file__), sees)
    settings = Settings(
        tools=ToolConfig(offer=["read_text", "classify_image", "describe_colors", "read_codes"])
    )
    tool = make_tool(detector, list(CLASSES), Bars())
    return VisualAgent(settings, planner=planner, tools=[tool])


@pytest.fixture(scope="module")
def street(planner: BuiltinChatModel) -> Iterator[VisualAgent]:
    with asking(planner, STREET) as agent:
        yield agent


@pytest.fixture(scope="module")
def nothing(planner: BuiltinChatModel) -> Iterator[VisualAgent]:
    with asking(planner, []) as agent:
        yield agent


def said(answer: Answer) -> tuple[str, str]:
    assert not answer.abstained, answer.answer
    assert {claim.status for claim in answer.claims} == {"supported"}
    return answer.short_answer, answer.answer


ANIMALS = "I see 3 animals (2 dogs and 1 cat)."
ANIMALS_ZH = "图中有3 只动物(2 只狗和1 只猫)。"


@pytest.mark.parametrize(
    ("question", "short", "text"),
    [
        ("How many animals are there?", "3", ANIMALS),
        ("Are there any vehicles?", "yes", "I see 1 vehicle (1 car)."),
        ("Is anyone in the picture?", "yes", "I see 1 person."),
        ("图里有动物吗？", "是", ANIMALS_ZH),
        ("图里有几只动物？", "3", ANIMALS_ZH),
        ("有人吗？", "是", "图中有1 个人。"),
        ("How many pieces of furniture are there?", "2",
         "I see 2 pieces of furniture (1 couch and 1 chair)."),
        ("有几件家具？", "2", "图中有2 件家具(1 张沙发和1 把椅子)。"),
        ("Which animals are there?", "3 animals (2 dogs and 1 cat)", ANIMALS),
        ("How many dogs are there?", "2", "I see 2 dogs."),
        ("Are there more animals or vehicles?", "animal",
         "I see 3 animals (2 dogs and 1 cat) and 1 vehicle (1 car)."),
        ("How many fruits are there?", "0", "I see no fruit."),
        ("Is there no dog here?", "no", "I see 2 dogs."),
        ("Isn't there a dog?", "yes", "I see 2 dogs."),
        ("没有狗吗？", "否", "图中有2 只狗。"),
    ],
)  # fmt: skip
def test_what_is_there(street: VisualAgent, question: str, short: str, text: str) -> None:
    answer = street.ask(PIXELS, question)
    assert said(answer) == (short, text)


@pytest.mark.parametrize(
    ("question", "short", "text"),
    [
        ("How many animals are there?", "0", "I see no animals."),
        ("Are there any vehicles?", "no", "I see no vehicles."),
        ("Is anyone in the picture?", "no", "I see no people."),
        ("图里有动物吗？", "否", "图中没有动物。"),
        ("Is there any furniture?", "no", "I see no furniture."),
        ("Is there no dog here?", "yes", "I see no dogs."),
        ("Isn't there a dog?", "no", "I see no dogs."),
        ("没有狗吗？", "是", "图中没有狗。"),
    ],
)
def test_what_is_not_there(nothing: VisualAgent, question: str, short: str, text: str) -> None:
    answer = nothing.ask(PIXELS, question)
    assert said(answer) == (short, text)


def test_the_evidence_of_a_group_is_its_members(street: VisualAgent) -> None:
    answer = street.ask(PIXELS, "How many animals are there?")
    assert [(e.label, e.value, e.group) for e in answer.evidence] == [
        ("animal", "dog", "animal"), ("animal", "dog", "animal"), ("animal", "cat", "animal"),
    ]  # fmt: skip
    assert answer.claims[0].evidence == ["e1", "e2", "e3"]
    assert answer.confidence == pytest.approx(0.7)


def test_what_fruit_this_is_does_not_become_a_count(street: VisualAgent) -> None:
    answer = street.ask(PIXELS, "What fruit is this?")
    assert answer.tool_calls[-1].name == "classify_image"
    assert not answer.short_answer.isdigit()
