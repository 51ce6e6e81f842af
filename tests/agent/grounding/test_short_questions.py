"""Questions as they were meant: by the public surface, then the reading alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import Settings, VisualAgent
from agent.grounding.short_questions import understood
from agent.grounding.wording import language_of
from tools.toolset import ToolConfig

RECEIPT = Path(__file__).parents[3] / "examples" / "receipt.png"


@pytest.fixture(scope="module")
def agent() -> Iterator[VisualAgent]:
    with VisualAgent(Settings(tools=ToolConfig(offer=["read_text"]), cache_dir=None)) as agent:
        yield agent


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("total", "39.10"),
        ("Total?", "39.10"),
        ("whats teh totl?", "39.10"),
        ("hw mch is teh totl", "39.10"),
        ("tax please", "4.65"),
        ("the date?", "14/03/2026"),
        ("compnay?", "BLUE HERON COFFEE LTD"),
        ("多少钱", "39.10"),
    ],
)
def test_a_word_or_a_slip_is_answered_like_the_whole_question(
    agent: VisualAgent, question: str, short: str
) -> None:
    answer = agent.ask(RECEIPT, question)

    assert answer.short_answer == short
    assert answer.language == language_of(question)
    assert answer.read_as not in (None, question)


def test_several_fields_are_all_answered(agent: VisualAgent) -> None:
    answer = agent.ask(RECEIPT, "total, tax and date")

    assert all(value in answer.answer for value in ("39.10", "4.65", "14/03/2026"))


def test_a_question_typed_well_is_read_as_it_stands(agent: VisualAgent) -> None:
    assert agent.ask(RECEIPT, "What is the total?").read_as is None


def test_what_is_not_written_is_no_absent_thing(agent: VisualAgent) -> None:
    answer = agent.ask(RECEIPT, "How many iced teas were ordered?")

    assert answer.abstained
    assert "no iced teas were ordered" not in answer.answer


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("total, tax and tip", "What are the total, tax and tip?"),
        ("and the tax?", "What is the tax?"),
        ("subtotal, VAT, cash", "What are the subtotal, VAT and cash?"),
        ("due date", "What is the due date?"),
        ("total of the bill?", "What is the total?"),
        ("总额、税额", "总额、税额是多少？"),
        ("dogs?", "How many dogs are there?"),
        ("Number of animals?", "How many animals are there?"),
        ("What is the number of dogs?", "How many dogs are there?"),
        ("umbrella", "Is there an umbrella?"),
        ("fruit?", "Is there any fruit?"),
        ("狗？", "图里有狗吗？"),
        ("colour?", "What colour is it?"),
        ("When?", "What is the date?"),
    ],
)
def test_names_become_questions(typed: str, meant: str) -> None:
    assert understood(typed, language_of(typed)) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "QR?",
        "日期和到期日是什么？",
        "orange?",
        "Is there a dog?",
        "what",
        "日期",
        "??",
        "",
        "number of chairs on the bill?",
    ],
)
def test_other_questions_stay(typed: str) -> None:
    assert understood(typed, language_of(typed)) == typed


def test_later_in_a_conversation_a_thing_may_mean_anything() -> None:
    assert understood("the dog?", "en", begins=False) == "the dog?"
    assert understood("the tax?", "en", begins=False) == "What is the tax?"
