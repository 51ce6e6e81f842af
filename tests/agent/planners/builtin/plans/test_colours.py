"""Questions about where a colour is, of which there is more, and how many, planned in code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from agent import Settings, VisualAgent
from agent.planners.builtin.chat_model import BuiltinChatModel
from tools.toolset import ToolConfig

GREEN, RED, BLUE, YELLOW = (30, 140, 50), (200, 30, 40), (20, 40, 200), (250, 220, 40)
TEAL, WHITE = (0, 128, 128), (255, 255, 255)


def bands(*colours: Any, share: float | None = None) -> Any:
    """Colours side by side; with a `share`, the first of two has that much of the width."""
    ends = [400 * (n + 1) // len(colours) for n in range(len(colours))]
    if share is not None:
        ends[0] = int(400 * share)
    pixels = np.zeros((300, 400, 3), np.uint8)
    for colour, start, end in zip(colours, [0, *ends], ends, strict=False):
        pixels[:, start:end] = colour
    return pixels


def drawn(*shapes: tuple[str, Any], ground: Any = WHITE) -> Any:
    """Shapes side by side: circle, square, triangle."""
    image = Image.new("RGB", (150 * len(shapes), 200), ground)
    draw = ImageDraw.Draw(image)
    for n, (shape, colour) in enumerate(shapes):
        x = 150 * n + 25
        if shape == "triangle":
            draw.polygon([(x + 50, 50), (x, 150), (x + 100, 150)], fill=colour)
        else:
            {"circle": draw.ellipse, "square": draw.rectangle}[shape](
                (x, 50, x + 100, 150), fill=colour
            )
    return np.asarray(image)


HALVES = bands(YELLOW, BLUE)
STACKED = np.ascontiguousarray(bands(RED, GREEN).transpose(1, 0, 2))
FLAG = bands(GREEN, WHITE, RED)
SHAPES = drawn(("circle", RED), ("square", BLUE), ("triangle", YELLOW))
NOISE = np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def ask() -> Iterator[Any]:
    settings = Settings(tools=ToolConfig(offer=["describe_colors", "read_text"]), cache_dir=None)
    with VisualAgent(settings, BuiltinChatModel()) as agent:
        yield agent.ask


@pytest.mark.parametrize(
    ("pixels", "question", "text", "short"),
    [
        (HALVES, "What colour is on the left?", "It is yellow.", "yellow"),
        (HALVES, "Which color is the right half?", "It is blue.", "blue"),
        (STACKED, "What colour is at the top?", "It is red.", "red"),
        (STACKED, "下面是什么颜色？", "是绿色。", "绿色"),
        (FLAG, "What colour is in the middle?", "It is white.", "white"),
        (drawn(("circle", RED), ("square", BLUE)), "左边是什么颜色？", "是红色。", "红色"),
        (HALVES, "Is there more yellow or more blue?", "They are about equal: yellow 50%, blue 50%.", "equal"),
        (bands(YELLOW, BLUE, share=0.495), "Is there more yellow or blue?",
         "They are about equal: yellow 49%, blue 51%.", "equal"),
        (bands(YELLOW, BLUE, share=0.3), "Is there more yellow or more blue?",
         "There is more blue: yellow 30%, blue 70%.", "blue"),
        (bands(YELLOW, BLUE, share=0.3), "Is there less yellow or less blue?",
         "There is less yellow: yellow 30%, blue 70%.", "yellow"),
        (bands(YELLOW, BLUE, share=0.3), "黄色多还是蓝色多？", "更多的是蓝色:黄色 30%, 蓝色 70%。", "蓝色"),
        (HALVES, "How many colours are there?", "I count 2: blue and yellow.", "2"),
        (HALVES, "有几种颜色？", "数量:2:蓝色和黄色。", "2"),
        (SHAPES, "How many different colours are there?",
         "I count 4: blue, red, yellow and white (background).", "4"),
        (SHAPES, "What colour is the square?", "It is blue.", "blue"),
        (SHAPES, "三角形是什么颜色？", "是黄色。", "黄色"),
        (SHAPES, "What colour is the disc on the left?", "It is red.", "red"),
        (drawn(("circle", TEAL)), "What colour is the circle?", "It is teal.", "teal"),
        (drawn(("circle", TEAL)), "圆是什么颜色？", "是蓝绿色。", "蓝绿色"),
        (drawn(("circle", RED), ("circle", RED)), "What colour is the circle on the left?", "It is red.", "red"),
    ],
)  # fmt: skip
def test_answers(ask: Any, pixels: Any, question: str, text: str, short: str) -> None:
    answer = ask(pixels, question)
    assert (str(answer), answer.short_answer, answer.abstained) == (text, short, False)
    assert [call.name for call in answer.tool_calls] == ["describe_colors"]


@pytest.mark.parametrize(
    ("pixels", "question"),
    [
        (NOISE, "What colour is on the left?"),
        (NOISE, "How many colours are there?"),
        (bands(RED, WHITE, RED), "What colour is on the left?"),
        (HALVES, "What colour is in the middle?"),
        (HALVES, "Is there more red or more green?"),
        (SHAPES, "What colour is the oval on the right?"),
        (drawn(("square", RED), ("square", BLUE)), "What colour is the circle?"),
    ],
)
def test_what_is_not_clear_is_not_told(ask: Any, pixels: Any, question: str) -> None:
    answer = ask(pixels, question)
    assert (answer.abstained, answer.reason) == (True, "unsure")


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("Is there any blue in it?", "yes"),
        ("Is there any red in the picture?", "no"),
        ("Do you see yellow?", "yes"),
        ("有红色吗？", "否"),
    ],
)
def test_whether_there_is_any_of_a_colour_is_measured(ask: Any, question: str, short: str) -> None:
    answer = ask(HALVES, question)
    assert [call.name for call in answer.tool_calls] == ["describe_colors"]
    assert answer.short_answer == short
