"""Questions about colours, from the words to the answer, with the planner that is built in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from agent import Answer, Settings, VisualAgent
from agent.loop.tool_schemas import openai_schema
from agent.planners.builtin.chat_model import BuiltinChatModel
from agent.planners.constraints import as_planned, fill_in, first_call, narrow_tools
from agent.planners.conversation import question_turn
from tests.fakes.detectors import FixedDetector
from tools.describe_colors import describe_colors
from tools.detect_objects import make_tool
from tools.toolset import ToolConfig
from tools.weights.sidefiles import Bars

BIKE, FURTHER_BIKE = (100, 60, 220, 160), (10, 20, 60, 60)
OTHERS = ["read_text", "classify_image", "describe_colors", "read_codes"]
Asks = Callable[[Any, str], Answer]


def street() -> np.ndarray[Any, Any]:
    """A blue ellipse and a smaller, yellow one in boxes of a striped grey and green ground."""
    image = Image.new("RGB", (320, 200), (110, 112, 110))
    draw = ImageDraw.Draw(image)
    for left in range(0, 320, 40):
        draw.rectangle((left, 0, left + 19, 199), fill=(60, 130, 60))
    draw.ellipse(BIKE, fill=(30, 80, 200))
    draw.ellipse(FURTHER_BIKE, fill=(240, 210, 30))
    return np.asarray(image)


def logo() -> np.ndarray[Any, Any]:
    """A red disc on white."""
    image = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(image).ellipse((90, 40, 210, 160), fill=(210, 30, 40))
    return np.asarray(image)


@pytest.fixture(scope="module")
def planner() -> BuiltinChatModel:
    return BuiltinChatModel()


def asking(weights: Path, planner: BuiltinChatModel, boxes: list[Any]) -> Iterator[Asks]:
    detect = make_tool(FixedDetector(weights, boxes), ["bicycle", "car", "dog"], Bars())
    settings = Settings(tools=ToolConfig(offer=OTHERS), cache_dir=None)
    with VisualAgent(settings, planner, [detect]) as agent:
        yield agent.ask


@pytest.fixture(scope="module")
def ask(weights: Path, planner: BuiltinChatModel) -> Iterator[Asks]:
    yield from asking(weights, planner, [("bicycle", 0.9, BIKE)])


@pytest.fixture(scope="module")
def ask_of_two(weights: Path, planner: BuiltinChatModel) -> Iterator[Asks]:
    boxes = [("bicycle", 0.9, BIKE), ("bicycle", 0.6, FURTHER_BIKE)]
    yield from asking(weights, planner, boxes)


def calls(answer: Answer) -> list[tuple[str, Any]]:
    return [
        (record.name, record.arguments.get("labels") or record.arguments.get("region"))
        for record in answer.tool_calls
    ]


@pytest.mark.parametrize(
    ("question", "colour"),
    [
        ("What colour is the bike?", "blue"),
        ("what color is the bicycle", "blue"),
        ("自行车是什么颜色？", "蓝色"),
        ("单车是什么颜色的?", "蓝色"),
    ],
)
def test_the_colour_of_a_thing_is_looked_for_where_it_is(
    ask: Asks, question: str, colour: str
) -> None:
    answer = ask(street(), question)
    assert calls(answer) == [("detect_objects", ["bicycle"]), ("describe_colors", "e1")]
    assert answer.short_answer == colour


@pytest.mark.parametrize("question", ["What colour is the bike?", "自行车是什么颜色？"])
def test_of_several_it_tells_of_the_surest(ask_of_two: Asks, question: str) -> None:
    answer = ask_of_two(street(), question)
    assert calls(answer)[:2] == [("detect_objects", ["bicycle"]), ("describe_colors", "e1")]
    assert answer.short_answer in {"blue", "蓝色"}
    assert not {"all", "both", "bikes", "都", "所有"} & set(answer.answer.lower().split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question", "colour"),
    [
        ("What colour is the logo?", "red"),
        ("What color is the circle?", "red"),
        ("What colour is the text?", "red"),
        ("What colour is it?", "red"),
        ("What is the background colour?", "white"),
        ("What colour is the background?", "white"),
        ("What are the main colours?", "white"),
        ("标志是什么颜色？", "红色"),
        ("圆是什么颜色？", "红色"),
        ("背景是什么颜色？", "白色"),
        ("图片的主要颜色是什么？", "白色"),
    ],
)
def test_a_drawn_thing_and_its_ground(ask: Asks, question: str, colour: str) -> None:
    answer = ask(logo(), question)
    assert [name for name, _ in calls(answer)] == ["describe_colors"]
    assert answer.short_answer == colour


@pytest.mark.slow
def test_a_logo_that_cannot_be_told_from_its_ground_is_not_named(ask: Asks) -> None:
    answer = ask(street(), "What colour is the logo?")
    assert (answer.abstained, answer.reason) == (True, "unsure")


def conversation(*texts: str) -> list[dict[str, Any]]:
    return [
        question_turn(texts[0], ["img_1"]),
        *({"role": "tool", "content": text} for text in texts[1:]),
    ]


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("What colour is the logo?", "thing"),
        ("图标是什么颜色？", "thing"),
        ("What colour is the background of the logo?", "background"),
        ("底色是什么？", "background"),
        ("What are the main colours?", "all"),
        ("what is the colour of the picture?", "all"),
        ("照片里哪种颜色最多?", "all"),
        ("What colour is the bike in the picture?", None),
        ("图中的车是什么颜色？", None),
    ],
)
def test_the_part_that_is_meant_stands_in_the_question(question: str, part: str | None) -> None:
    tools, said = [openai_schema(describe_colors)], conversation(question)
    (planned,) = narrow_tools(tools, said)
    assert list(planned["function"]["parameters"]["properties"]) == ["picture", "region"]
    assert planned["function"]["parameters"]["required"] == ["picture", "region"]
    written = [("describe_colors", {"picture": "img_1", "region": None}), ("part_of", {"x": 1})]
    filled = fill_in(written, tools, said)
    assert filled == [("describe_colors", written[0][1] | {"part": part}), written[1]]
    assert fill_in(written, [planned], said) == written
    call = {"function": {"name": "describe_colors", "arguments": filled[0][1]}}
    (shown,) = as_planned([{"role": "assistant", "content": None, "tool_calls": [call]}])
    assert shown["tool_calls"][0]["function"]["arguments"] == written[0][1]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (["What colour is the logo?"], "describe_colors"),
        (["圆圈是什么颜色？"], "describe_colors"),
        (["What colour is the logo?", "describe_colors img_1\ne1 red = 1.0"], None),
        (["What does the logo say?"], None),
        (["What colour is the sign on the bus?"], None),
        (["What colour is the bike?"], None),
        (["图里有几个圆？"], None),
    ],
)
def test_what_has_no_label_and_a_colour_is_looked_at(said: list[str], name: str | None) -> None:
    tool = openai_schema(describe_colors)
    assert first_call([tool], conversation(*said)) == name
    assert first_call([], conversation(*said)) is None
