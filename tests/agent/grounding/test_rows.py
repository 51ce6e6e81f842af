"""What may be said of the rows of a table, and of opening hours."""

from __future__ import annotations

import pytest

from agent.answer import Draft
from agent.grounding.check import Grounded, check
from agent.grounding.wording import language_of
from tests.agent.evidence_makers import finding, ledger_of
from tools.evidence import Finding


def rows(**prices: str) -> list[Finding]:
    return [
        finding(label=name, group="item", value=price, value_type="amount", text=f"{name} {price}")
        for name, price in prices.items()
    ]


def judged(question: str, answer: str, short: str, findings: list[Finding]) -> Grounded:
    draft = Draft(abstain="no", answer=answer, short_answer=short)
    ledger = ledger_of(findings, tool="read_text")
    return check(draft, ledger, question=question, language=language_of(question))


MENU = rows(Soup="5.50", Salad="7.20", Steak="24.00")
CHEAPEST = "What is the cheapest dish?"


@pytest.mark.parametrize(
    ("question", "answer", "text"),
    [
        (CHEAPEST, "The cheapest is {least e1 e2 e3} [e1-e3].", "The cheapest is Soup."),
        ("What is the most expensive dish?", "The most expensive is {most e1 e2 e3} [e1-e3].",
         "The most expensive is Steak."),
        ("How many dishes are there?", "There are {count e1-e3} items [e1-e3].", "There are 3 items."),
        ("How much is the soup?", "{e1.label}: {e1.value} [e1].", "Soup: 5.50."),
    ],
)  # fmt: skip
def test_rows_are_compared_by_price_and_counted(question: str, answer: str, text: str) -> None:
    grounded = judged(question, answer, "", MENU)
    assert (grounded.text, [c.problem for c in grounded.claims]) == (text, [None])


@pytest.mark.parametrize(
    "answer",
    [
        "The cheapest is {least e2 e3} [e2 e3].",
        "The most expensive is {least e1 e2 e3} [e1-e3].",
        "There are {count e1 e2} items [e1 e2].",
        "There are 2 dishes [e1 e2].",
        "The cheapest is Salad [e2].",
    ],
)
def test_a_part_of_the_rows_is_not_all_of_them(answer: str) -> None:
    assert judged(CHEAPEST, answer, "", MENU).problems


OPEN = [
    finding(label="Monday", value="9:00 - 18:00", value_type="time", text="Mon - Fri 9:00 - 18:00")
]
CLOSED = [finding(label="Sunday", value="closed", value_type="time", text="Sunday closed")]


@pytest.mark.parametrize(
    ("question", "hours", "short", "is_right"),
    [
        ("Are they open on Monday?", OPEN, "yes", True),
        ("Are they open on Monday?", OPEN, "no", False),
        ("Are they open on Sunday?", CLOSED, "no", True),
        ("Are they open on Sunday?", CLOSED, "yes", False),
        ("Are they closed on Sunday?", CLOSED, "yes", True),
        ("周一营业吗？", OPEN, "是", True),
        ("周日营业吗？", CLOSED, "是", False),
    ],
)
def test_open_or_closed(question: str, hours: list[Finding], short: str, is_right: bool) -> None:
    grounded = judged(question, "{e1.label}: {e1.value} [e1].", short, hours)
    assert bool(grounded.problems) is not is_right
    assert grounded.short_answer == short


@pytest.mark.parametrize("question", ["Are they open on Sunday?", "Are they open at 10 on Monday?"])
def test_hours_of_another_day_or_time_are_no_yes(question: str) -> None:
    assert judged(question, "{e1.label}: {e1.value} [e1].", "yes", OPEN).short_answer == ""
