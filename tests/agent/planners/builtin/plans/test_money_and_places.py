"""How it was paid, what it is without a part, whose a field is, where a thing is: planned in code."""

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
from tests.tools.reading.page_maker import page
from tools import Finding, Picture, Region, ToolReport, vision_tool
from tools.base import VisionTool
from tools.detect_objects import make_tool
from tools.reading.fields import answer_query
from tools.toolset import ToolConfig
from tools.weights.sidefiles import Bars
from tools.words.labels import CLASSES

PIXELS = np.random.default_rng(0).integers(0, 256, (1200, 800, 3), dtype=np.uint8)
BILL = (
    "Blue Heron Cafe\nSoup | 8.00\nFish | 19.00\nSubtotal | 27.00\nTax 8% | 2.16\n"
    "Gratuity | 5.40\nTotal | 34.56\nMastercard **** 9920 | 34.56"
)
TIP_BELOW = "Soup | 8.00\nFish | 19.00\nSubtotal | 27.00\nTax | 2.16\nTotal | 29.16\nTip | 5.00"
BARE = "Soup | 8.00\nFish | 19.00\nTotal | 27.00"
BILL_ZH = (
    "春风面馆\n拉面 | 28.00\n啤酒 | 12.00\n小费 | 4.00\n合计 | 44.00\n现金 | 50.00\n找零 | 6.00"
)


def reader(rows: str) -> VisionTool:
    """The tool without its engine: it reads these rows."""

    @vision_tool(name="read_text")
    def read_text(
        picture: Picture, query: str | None = None, region: Region | None = None
    ) -> ToolReport:
        """Read the text."""
        matches = answer_query(page(rows), query or "")
        findings = [
            Finding(
                picture=picture.ref, label=query, text=m.text, value=m.value, score=m.score,
                value_type=m.value_type, status=m.status, box_xyxy=m.box_xyxy,
            )
            for m in matches
        ] or [Finding(picture=picture.ref, label=query, value=0, score=0.9, status="none")]  # fmt: skip
        return ToolReport(summary="read_text", findings=tuple(findings))

    return read_text


def asked(question: str, rows: str) -> Answer:
    settings = Settings(tools=ToolConfig(offer=[]))
    with VisualAgent(settings, BuiltinChatModel(), [reader(rows)]) as agent:
        return agent.ask(PIXELS, question)


@pytest.mark.parametrize(
    ("question", "rows", "short"),
    [
        ("Was it paid by card?", BILL, "yes"),
        ("Did they pay cash?", BILL, "no"),
        ("Did they pay with Visa?", BILL, "no"),
        ("What is the tax rate?", BILL, "8%"),
        ("What is the total without the tip?", BILL, "29.16"),
        ("How much was it excluding the tip?", BILL, "29.16"),
        ("What is the total without tax?", BILL, "27.00"),
        ("What is the total without the tip?", TIP_BELOW, "29.16"),
        ("What is the total of Blue Heron Cafe?", BILL, "34.56"),
        ("是刷卡支付的吗？", BILL_ZH, "不是"),
        ("付的是现金吗？", BILL_ZH, "是"),
        ("不含小费的总额是多少？", BILL_ZH, "40.00"),
        ("春风面馆的总额是多少？", BILL_ZH, "44.00"),
    ],
)
def test_it_is_answered(question: str, rows: str, short: str) -> None:
    answer = asked(question, rows)
    assert (answer.short_answer, answer.abstained) == (short, False), str(answer)


@pytest.mark.parametrize(
    ("question", "rows", "reason"),
    [
        ("Was it paid by card?", BARE, "not_found"),
        ("What is the tax rate?", BARE, "not_found"),
        ("What is the total without the tip?", BARE, "not_found"),
        ("What is the total of Bryn Garage?", BILL, "not_found"),
        ("布林修车行的总额是多少？", BILL_ZH, "not_found"),
    ],
)
def test_what_is_not_printed_is_not_told(question: str, rows: str, reason: str) -> None:
    answer = asked(question, rows)
    assert (answer.abstained, answer.reason) == (True, reason), str(answer)


@pytest.fixture(scope="module")
def garden() -> Iterator[VisualAgent]:
    """A dog at the top left, an orange in the middle and one at the bottom right."""
    sees: list[Any] = [
        ("dog", 0.9, (0, 0, 20, 20)), ("orange", 0.9, (70, 50, 90, 70)),
        ("orange", 0.8, (130, 100, 150, 119)),
    ]  # fmt: skip
    settings = Settings(tools=ToolConfig(offer=[]))
    detector = FixedDetector(Path(__file__), sees)
    tool = make_tool(detector, CLASSES, Bars())
    with VisualAgent(settings, BuiltinChatModel(), [tool]) as agent:
        yield agent


@pytest.mark.parametrize(
    ("question", "text", "short"),
    [
        ("Where is the dog?", "The dog is at the top left.", "top left"),
        ("狗在哪里？", "狗在图的左上。", "左上"),
        ("Is there an orange?", "I see 2 oranges.", "yes"),
        ("How many oranges are there?", "I see 2 oranges.", "2"),
        ("有橙子吗？", "图中有2 个橙子。", "是"),
        ("Where are the oranges?",
         "One orange is in the middle. One orange is at the bottom right.", ""),
    ],
)  # fmt: skip
def test_where_a_thing_is(garden: VisualAgent, question: str, text: str, short: str) -> None:
    answer = garden.ask(np.zeros((120, 160, 3), np.uint8), question)
    assert (str(answer), answer.short_answer) == (text, short)
