"""Questions about codes are planned in code, and answered from the codes of the kind asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from agent import Settings, VisualAgent
from agent.grounding.question_parts import parts_of
from agent.grounding.wording import language_of
from agent.planners.builtin.chat_model import BuiltinChatModel
from agent.planners.builtin.codes import form_of
from tools import Finding, Picture, ToolReport, vision_tool
from tools.base import VisionTool
from tools.toolset import ToolConfig

WHITE = np.full((60, 80, 3), 255, np.uint8)
QR, EAN = ("QR Code", "SERIAL 88"), ("EAN-13", "5901234123457")


def reader(*codes: tuple[str, str]) -> VisionTool:
    @vision_tool(name="read_codes")
    def read_codes(picture: Picture) -> ToolReport:
        """Read the codes."""
        found = [
            Finding(picture=picture.ref, label=label, text=text, score=1.0,
                    box_xyxy=(10.0 * n, 0, 10.0 * n + 9, 9))
            for n, (label, text) in enumerate(codes)
        ]  # fmt: skip
        none = [Finding(picture=picture.ref, label="code", value=0, score=0.9, status="none")]
        return ToolReport(summary="read_codes img_1", findings=tuple(found or none))

    return read_codes


@pytest.fixture
def ask() -> Iterator[Any]:
    made: list[VisualAgent] = []

    def ask_with(question: str, *codes: tuple[str, str]) -> Any:
        agent = VisualAgent(
            Settings(tools=ToolConfig(offer=[])), BuiltinChatModel(), [reader(*codes)]
        )
        made.append(agent)
        return agent.ask(WHITE, question)

    yield ask_with
    for agent in made:
        agent.close()


@pytest.mark.parametrize(
    ("question", "codes", "text", "short"),
    [
        ("What does the QR code say?", [QR, EAN], "The code says: SERIAL 88.", "SERIAL 88"),
        ("What is the bar code number?", [QR, EAN], "The code says: 5901234123457.", "5901234123457"),
        ("QR?", [QR, EAN], "The code says: SERIAL 88.", "SERIAL 88"),
        ("What is the EAN?", [QR, EAN], "The code says: 5901234123457.", "5901234123457"),
        ("What do the codes say?", [QR, EAN], "The code says: SERIAL 88, 5901234123457.",
         "SERIAL 88, 5901234123457"),
        ("How many codes are there?", [QR, EAN], "I count 2.", "2"),
        ("How many QR codes are there?", [QR, EAN], "I count 1.", "1"),
        ("How many bar codes are there?", [], "I looked and found no code.", "0"),
        ("Is there a bar code?", [QR, EAN], "I see 1 EAN-13.", "yes"),
        ("Is there a QR code?", [], "I looked and found no code.", "no"),
        ("What kind of codes are there?", [QR, EAN], "It is QR Code, EAN-13.", "QR Code, EAN-13"),
        ("条形码是多少？", [QR, EAN], "码的内容是:5901234123457。", "5901234123457"),
        ("有二维码吗？", [QR, EAN], "图中有1 个二维码。", "是"),
        ("有几个码？", [QR, EAN], "数量:2。", "2"),
    ],
)  # fmt: skip
def test_answers(ask: Any, question: str, codes: Any, text: str, short: str) -> None:
    answer = ask(question, *codes)
    assert (str(answer), answer.short_answer, answer.abstained) == (text, short, False)
    assert answer.usage.get("output_tokens", 0) == 0


@pytest.mark.parametrize(
    "question", ["Is there a bar code?", "What does the bar code say?", "How many bar codes?"]
)
def test_a_code_of_another_kind_is_none(ask: Any, question: str) -> None:
    answer = ask(question, QR)
    assert (answer.abstained, answer.reason) == (True, "not_found")
    assert "QR Code" in answer.answer


@pytest.mark.parametrize(
    "question",
    [
        "What is the post code?", "Do both QR codes say the same?", "Is the QR code a link?",
        "What is the dress code?", "What does the sign say?", "What is the total?",
        "How many people are there?", "邮政编码是多少？",
    ],
)  # fmt: skip
def test_other_questions_are_not_about_codes(question: str) -> None:
    assert form_of(parts_of(question, language_of(question))[0]) is None
