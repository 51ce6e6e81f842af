"""Whether words are written is read, not looked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from agent import Settings, VisualAgent
from agent.planners.builtin.chat_model import BuiltinChatModel
from agent.planners.builtin.plans.written import words_asked_for
from tools import Finding, Picture, Region, ToolReport, vision_tool
from tools.base import VisionTool
from tools.toolset import ToolConfig

WHITE = np.full((60, 80, 3), 255, np.uint8)


def reader(text: str | None, status: Any = "found") -> VisionTool:
    @vision_tool(name="read_text")
    def read_text(
        picture: Picture, query: str | None = None, region: Region | None = None
    ) -> ToolReport:
        """Read the text."""
        common: dict[str, Any] = {"picture": picture.ref, "label": query, "score": 0.9}
        found = (
            Finding(**common, value=0, status="none")
            if text is None
            else Finding(**common, text=text, status=status)
        )
        return ToolReport(summary="read_text img_1", findings=(found,))

    return read_text


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Does the sign mention dogs?", "dogs"),
        ("Does it say anything about cats?", "cats"),
        ('Does the sign say "keep off"?', "keep off"),
        ('Is the word "bicycles" on the sign?', "bicycles"),
        ('Is "SALE" written anywhere?', "SALE"),
        ("上面提到狗了吗？", "狗"),
        ("上面写着“入口”吗？", "入口"),
        ("What does the sign say?", None),
        ("Does it say anything?", None),
        ("Do both codes say the same?", None),
        ("Is there a dog?", None),
        ("上面写着什么？", None),
        ("上面写着什么吗？", None),
    ],
)
def test_what_is_asked_for(question: str, words: str | None) -> None:
    assert words_asked_for(question) == words


@pytest.mark.parametrize(
    ("question", "text", "said", "short"),
    [
        ("Is there any text in the picture?", "SALE", "It says: SALE.", "yes"),
        ("Is anything written on the sign?", "SALE", "It says: SALE.", "yes"),
        ("Can you see any writing?", None, "I looked and found no text.", "no"),
        ("图中有文字吗？", "SALE", "上面写着:SALE。", "是"),
    ],
)
def test_whether_there_is_any_text(question: str, text: str | None, said: str, short: str) -> None:
    @vision_tool(name="read_text")
    def read_text(
        picture: Picture, query: str | None = None, region: Region | None = None
    ) -> ToolReport:
        """Read the text."""
        assert query is None
        common: dict[str, Any] = {"picture": picture.ref, "label": "text", "score": 0.9}
        if text is None:
            found = Finding(**common, value=0, status="none")
        else:
            found = Finding(**common, text=text, value=len(text), value_type="characters")
        return ToolReport(summary="read_text img_1", findings=(found,))

    with VisualAgent(
        Settings(tools=ToolConfig(offer=[])), BuiltinChatModel(), [read_text]
    ) as agent:
        answer = agent.ask(WHITE, question)
    assert (str(answer), answer.short_answer) == (said, short)


@pytest.mark.parametrize(
    ("question", "tool", "text", "short"),
    [
        ("Does the sign mention dogs?", reader("NO DOGS"), "It says: NO DOGS.", "yes"),
        ("Does the sign mention dogs?", reader(None), "I looked and found no dogs.", "no"),
        ("上面提到狗吗？", reader("禁止带狗"), "上面写着:禁止带狗。", "是"),
        ("上面提到狗吗？", reader(None), "我看了,没有找到狗。", "否"),
    ],
)
def test_answers(question: str, tool: VisionTool, text: str, short: str) -> None:
    with VisualAgent(Settings(tools=ToolConfig(offer=[])), BuiltinChatModel(), [tool]) as agent:
        answer = agent.ask(WHITE, question)
    assert (str(answer), answer.short_answer, answer.abstained) == (text, short, False)


def test_what_is_not_clear_is_unsure() -> None:
    tool = reader("N0 D0GS", "unsure")
    with VisualAgent(Settings(tools=ToolConfig(offer=[])), BuiltinChatModel(), [tool]) as agent:
        answer = agent.ask(WHITE, "Does the sign mention dogs?")
    assert (answer.abstained, answer.reason) == (True, "unsure")
