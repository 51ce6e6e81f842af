"""Questions to tables are planned in code, and answered from the cell that they ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from agent import Settings, VisualAgent
from agent.planners.builtin.chat_model import BuiltinChatModel
from agent.planners.builtin.plans.table_questions import table_question
from tests.tools.reading.page_maker import page, table
from tools import Finding, Picture, Region, ToolReport, vision_tool
from tools.base import VisionTool
from tools.reading.fields import answer_query
from tools.reading.lines import Line
from tools.toolset import ToolConfig

WHITE = np.full((400, 800, 3), 255, np.uint8)
INVOICE = table(
    """
    Description | Qty | Unit price | Amount
    Garden gate | 3 | 64.00 | 192.00
    Fence post | 14 | 8.50 | 119.00
    Total | | | 311.00
    """,
    10, 300, 400, 560,
)  # fmt: skip
MENU = page("Tomato soup | £5.50\nFish and chips | £13.90\nRibeye steak | £24.00\nIced tea | £3.20")
HOURS = page("OPENING HOURS\nMon - Fri | 9:00 - 18:00\nSaturday | 10:00 - 14:00\nSunday | closed")
CHINESE = page("菜单\n宫保鸡丁 | 38元\n麻婆豆腐 | 26元\n米饭 | 3元")
CHINESE_HOURS = page("营业时间\n周一至周五 | 8:30-17:30\n周日 | 休息")
LEAGUE = table(
    "Team | W | D | L | Pts\nRovers | 4 | 1 | 1 | 13\nAlbion | 1 | 0 | 5 | 3",
    10,
    200,
    250,
    300,
    350,
)
SOLD = page("Cappuccino | 2 x 3.40 | 6.80\nBagel | 1 x 4.20 | 4.20\nTOTAL | 11.00")


def reader(lines: list[Line]) -> VisionTool:
    """`read_text` on lines that need no engine."""

    @vision_tool(name="read_text")
    def read_text(
        picture: Picture, query: str | None = None, region: Region | None = None
    ) -> ToolReport:
        """Read."""
        asked = query or ""
        found = [
            Finding(picture=picture.ref, label=m.label or asked, text=m.text, value=m.value,
                    value_type=m.value_type, currency=m.currency, score=m.score, status=m.status,
                    group=m.group, box_xyxy=m.box_xyxy)
            for m in answer_query(lines, asked)
        ]  # fmt: skip
        none = Finding(picture=picture.ref, label=asked, value=0, score=0.9, status="none")
        return ToolReport(summary="read_text img_1", findings=tuple(found or [none]))

    return read_text


@pytest.fixture
def ask() -> Iterator[Any]:
    made: list[VisualAgent] = []

    def ask_with(lines: list[Line], question: str) -> Any:
        agent = VisualAgent(
            Settings(tools=ToolConfig(offer=[])), BuiltinChatModel(), [reader(lines)]
        )
        made.append(agent)
        return agent.ask(WHITE, question)

    yield ask_with
    for agent in made:
        agent.close()


@pytest.mark.parametrize(
    ("lines", "question", "text", "short"),
    [
        (INVOICE, "What is the unit price of the garden gate?", "The unit price of the garden gate is 64.00.", "64.00"),
        (INVOICE, "How many fence posts were ordered?", "The quantity of fence posts is 14.", "14"),
        (INVOICE, "What quantity of the fence post was ordered?", "The quantity of the fence post is 14.", "14"),
        (INVOICE, "What is the amount of the fence post?", "The amount of the fence post is 119.00.", "119.00"),
        (INVOICE, "Which item is the most expensive?", "The most expensive is Garden gate, at 64.00.", "Garden gate"),
        (INVOICE, "Which items were ordered?", "Garden gate, Fence post.", "Garden gate, Fence post"),
        (MENU, "What does the ribeye steak cost?", "The price of the ribeye steak is £24.00.", "24.00"),
        (MENU, "What costs 13.90?", "Fish and chips: £13.90.", "Fish and chips"),
        (MENU, "Is there anything for less than 5?", "Iced tea: £3.20.", "yes"),
        (MENU, "Is there anything for less than 3?", "The cheapest is Iced tea, at £3.20.", "no"),
        (MENU, "Which dishes cost more than 10?", "Fish and chips: £13.90; Ribeye steak: £24.00.", "Fish and chips, Ribeye steak"),
        (MENU, "What is the cheapest dish?", "The cheapest is Iced tea, at £3.20.", "Iced tea"),
        (SOLD, "How many bagels?", "The quantity of bagels is 1.", "1"),
        (MENU, "How many dishes are on the menu?", "There are 4 items.", "4"),
        (SOLD, "How many items are on the bill?", "There are 2 items, 3 pieces in all.", "2"),
        (SOLD, "How much does one cappuccino cost?", "The unit price of cappuccino is 3.40.", "3.40"),
        (SOLD, "How much was paid for the cappuccinos altogether?", "The amount of cappuccinos is 6.80.", "6.80"),
        (HOURS, "When do they open on Saturday?", "Opening hours on Saturday: 10:00 - 14:00.", "10:00 - 14:00"),
        (HOURS, "Are they open on Sunday?", "Opening hours on Sunday: closed.", "no"),
        (HOURS, "Are they open on Monday?", "Opening hours on Monday: 9:00 - 18:00.", "yes"),
        (HOURS, "Is it closed on Sundays?", "Opening hours on Sundays: closed.", "yes"),
        (LEAGUE, "How many points does Albion have?", "Points of Albion: 3.", "3"),
        (CHINESE, "麻婆豆腐多少钱？", "麻婆豆腐的价格是26元。", "26"),
        (CHINESE, "最贵的菜是什么？", "最贵的是宫保鸡丁，38元。", "宫保鸡丁"),
        (CHINESE, "有没有10元以下的？", "米饭: 3元。", "是"),
        (CHINESE, "菜单上有几道菜？", "共有3个项目。", "3"),
        (CHINESE, "什么菜38元？", "宫保鸡丁: 38元。", "宫保鸡丁"),
        (CHINESE_HOURS, "周日营业吗？", "周日的营业时间: 休息。", "否"),
        (CHINESE_HOURS, "星期三几点开门？", "星期三的营业时间: 8:30-17:30。", "8:30-17:30"),
    ],
)  # fmt: skip
def test_answers(ask: Any, lines: list[Line], question: str, text: str, short: str) -> None:
    answer = ask(lines, question)
    assert (str(answer), answer.short_answer, answer.abstained) == (text, short, False)
    assert answer.usage.get("output_tokens", 0) == 0


@pytest.mark.parametrize(
    ("lines", "question"),
    [
        (INVOICE, "How many hinges were ordered?"),
        (MENU, "How much is the lasagne?"),
        (MENU, "What costs 9.99?"),
        (HOURS, "Are they open on public holidays?"),
        (CHINESE, "雪碧多少钱？"),
    ],
)
def test_what_the_table_does_not_tell_is_not_told(
    ask: Any, lines: list[Line], question: str
) -> None:
    answer = ask(lines, question)
    assert answer.abstained
    assert answer.reason == "not_found"


@pytest.mark.parametrize(
    "question",
    [
        "How many glasses have something in them?",
        "What is the total?", "How much is the tax?", "How much is it?", "How much change was given?",
        "How many dogs?", "How many grams?", "How many words?", "How many pictures?",
        "How many dogs are there?", "What is the amount due?", "What is the total of the picture?", "How much is still to be paid?",
        "Is the door open?", "Are there more than 3 people?", "Which picture has more dogs?",
        "What is the name of the shop?", "How many people are in the picture?", "一共多少钱？",
        "图中有几只狗？", "收据的总额是多少？", "小费是多少？", "日期是什么？", "What is the date?",
    ],
)  # fmt: skip
def test_other_questions_are_left_to_the_weights(question: str) -> None:
    assert table_question(question) is None
