"""Conversations with the built-in planner: each question leans on those before it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from agent import Session, Settings, VisualAgent
from agent.planners.builtin.chat_model import BuiltinChatModel
from tests.fakes.scripted_looks import Seen
from tools.toolset import ToolConfig

PIXELS = np.full((60, 80, 3), 120, np.uint8)
PARK = Seen(
    boxes=[("dog", (0, 0, 9, 9)), ("dog", (20, 0, 29, 9)), ("cat", (40, 0, 49, 9))],
    colours={"cat": [("grey", 0.8, None)], "dog": [("brown", 0.9, None)]},
    fields={"total": "39.10", "payment method": "Cash"},
)


@pytest.fixture
def session() -> Iterator[Session]:
    settings = Settings(tools=ToolConfig(offer=[]))
    with VisualAgent(settings, BuiltinChatModel(), PARK.tools()) as agent:
        yield agent.session(PIXELS)


def said(session: Session, *questions: str) -> list[str]:
    return [session.ask(question).answer for question in questions]


def test_a_conversation(session: Session) -> None:
    questions = [
        "How many dogs are there?",
        "and the cat?",
        "what colour is it?",
        "is that more than 5?",
    ]
    assert said(session, *questions) == [
        "I see 2 dogs.", "I see 1 cat.", "It is grey.", "No, I see 1 cat.",
    ]  # fmt: skip
    session.add(PIXELS + np.uint8(1))
    answer = session.ask("is there one in the new picture?")
    assert answer.answer == "I see 1 cat (picture 2)."
    assert {call.arguments["picture"] for call in answer.tool_calls} == {"img_2"}


def test_a_chinese_conversation(session: Session) -> None:
    questions = ["图里有几只狗？", "那猫呢？", "它是什么颜色？", "超过5个吗？"]
    assert said(session, *questions) == [
        "图中有2 只狗。", "图中有1 只猫。", "是灰色。", "不是，图中有1 只猫。",
    ]  # fmt: skip
    session.add(PIXELS + np.uint8(1))
    answer = session.ask("新的那张里有吗？")
    assert answer.answer == "图中有1 只猫(图 2)。"
    assert {call.arguments["picture"] for call in answer.tool_calls} == {"img_2"}


def test_numbers_are_compared_without_a_new_look(session: Session) -> None:
    session.ask("How many dogs are there?")
    more = session.ask("is that more than one?")
    assert (more.short_answer, [call.cached for call in more.tool_calls]) == ("yes", [True])
    assert more.read_as == "Are there more than 1 dog?"
    assert session.ask("What is the total?").short_answer == "39.10"
    assert session.ask("is that more than 50?").answer == "No, the total is 39.10."


def test_who_asks_why_reads_what_it_rests_on(session: Session) -> None:
    first = session.ask("How many dogs are there?")
    assert first.notes == []
    sure = session.ask("Are you sure?")
    assert sure.answer == ("I see 2 dogs. That rests on detect_objects: dog (0.90) and dog (0.90).")
    assert (sure.short_answer, sure.read_as) == ("2", "How many dogs are there?")
    assert session.ask("为什么？").answer == sure.answer
    assert (
        said(session, "那猫呢？", "你确定吗？")[1]
        == "图中有1 只猫。依据是 detect_objects:猫(0.90)。"
    )


def test_a_first_question_leans_on_nothing(session: Session) -> None:
    answer = session.ask("why?")
    assert (answer.abstained, answer.read_as) == (True, None)
