"""What the check costs grows with what an answer cites, not with its square."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from agent.answer import Draft
from agent.grounding.check import check
from agent.grounding.ledger import Ledger
from agent.grounding.wording import language_of
from tests.agent.evidence_makers import finding, ledger_of


def lines(count: int, group: str | None) -> Ledger:
    """What reading a page of so many lines enters."""
    found = [
        finding(
            text=f"ITEM{i} {i % 28 + 1:02d}/{i % 12 + 1:02d}/{1900 + i} {i}.50",
            value=f"{i}.50", value_type="amount", group=group, box_xyxy=(0, i, 10, i + 1),
        )
        for i in range(count)
    ]  # fmt: skip
    return ledger_of(found, tool="read_text")


def each_by_itself(count: int) -> str:
    return " ".join(f'It says "ITEM{i}" and {i}.50 [e{i + 1}].' for i in range(count))


def all_at_once(count: int) -> str:
    said = ", ".join(f'"ITEM{i}" for {i}.50' for i in range(count))
    return f"It says {said} [e1-e{count}]."


def all_counted(count: int) -> str:
    return f"There are {{count e1-e{count}}} lines, {{sum e1-e{count}}} in all [e1-e{count}]."


def dates_in_other_words(count: int) -> str:
    said = ", ".join(f"{1900 + i}-{i % 12 + 1:02d}-{i % 28 + 1:02d}" for i in range(count))
    return f"It says {said} [e1-e{count}]."


def checked(answer: str, ledger: Ledger) -> None:
    draft = Draft(abstain="no", short_answer="{e1.text}", answer=answer)
    question = "What does it say?"
    check(draft, ledger, question=question, language=language_of(question))


def work(answer: str, ledger: Ledger) -> int:
    """Instructions of Python's that checking the answer takes."""
    done = 0

    def count(frame: Any, event: str, _argument: Any) -> Any:
        nonlocal done
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        done += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        checked(answer, ledger)
    finally:
        sys.settrace(before)
    return done


@pytest.mark.parametrize("group", [None, "line"])
@pytest.mark.parametrize("answer", [each_by_itself, all_at_once, all_counted, dates_in_other_words])
def test_four_times_as_many_lines_are_about_four_times_the_work(answer: Any, group: Any) -> None:
    number = 5 if answer is dates_in_other_words else 50
    counts = (number, 4 * number)
    for n in counts:
        checked(answer(n), lines(n, group))  # what is compiled or loaded once
    few, many = (work(answer(n), lines(n, group)) for n in counts)
    assert many < 4.5 * few
