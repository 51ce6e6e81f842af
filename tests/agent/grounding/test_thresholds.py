"""Numbers that a question compares with what is told."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.answer import Draft
from agent.grounding.check import check
from agent.grounding.thresholds import Threshold, threshold
from agent.grounding.wording import language_of
from tests.agent.evidence_makers import finding, ledger_of


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("Are there more than 5 dogs?", Threshold("more", Decimal(5), label="dog")),
        ("is there more than one person?", Threshold("more", Decimal(1), label="person")),
        ("Are there at least two people in the picture?",
         Threshold("least", Decimal(2), label="person")),
        ("Do you see fewer than 3 cars?", Threshold("less", Decimal(3), label="car")),
        ("Is the total over €50?", Threshold("more", Decimal(50), field="total")),
        ("Is the total no more than 39.10", Threshold("most", Decimal("39.10"), field="total")),
        ("is that more than five?", Threshold("more", Decimal(5))),
        ("有超过5只狗吗？", Threshold("more", Decimal(5), label="dog")),
        ("图里有没有至少三个人？", Threshold("least", Decimal(3), label="person")),
        ("总额超过50元吗？", Threshold("more", Decimal(50), field="total")),
        ("比5多吗？", Threshold("more", Decimal(5))),
    ],
)  # fmt: skip
def test_what_is_compared(question: str, meant: Threshold) -> None:
    assert threshold(question) == meant


@pytest.mark.parametrize(
    "question",
    ["Are there more dogs than cats?", "How many dogs are there?", "Is there a dog?",
     "Are there more than 5 unicorns?", "Is there more text?", "有几只狗？", "狗多吗？"],
)  # fmt: skip
def test_other_questions(question: str) -> None:
    assert threshold(question) is None


def dogs(count: int) -> list:
    return [
        finding(label="dog", group="dog", box_xyxy=(n * 9.0, 0.0, n * 9.0 + 5, 5.0))
        for n in range(count)
    ] or [finding(label="dog", group="dog", value=0, status="none")]


@given(st.integers(0, 6), st.integers(0, 12), st.sampled_from(["en", "zh"]))
def test_only_the_true_word_stands(count: int, number: int, language: str) -> None:
    ledger = ledger_of(dogs(count), tool="detect_objects")
    ids = " ".join(e.id for e in ledger)
    if language == "en":
        question = f"Are there more than {number} dogs?"
        yes, no, told = "Yes, ", "No, ", f"I see {{list {ids}}} [{ids}]."
    else:
        question = f"有超过{number}只狗吗？"
        yes, no, told = "是的，", "不是，", f"图中有{{list {ids}}} [{ids}]。"
    right, wrong = (yes, no) if count > number else (no, yes)
    for begin, stands in ((right, True), (wrong, False)):
        short = begin.strip(" ,，").lower()
        draft = Draft(abstain="no", short_answer=short, answer=f"{begin}{told}")
        grounded = check(draft, ledger, question=question, language=language_of(question))
        assert (grounded.problems == []) is stands, grounded.problems


@pytest.mark.parametrize(("word", "stands"), [("No", True), ("Yes", False)])
def test_the_value_of_a_field_is_compared(word: str, stands: bool) -> None:
    total = finding(label="total", text="TOTAL 39.10", value="39.10", value_type="amount")
    ledger = ledger_of([total], tool="read_text")
    draft = Draft(
        abstain="no", short_answer=word.lower(), answer=f"{word}, the total is {{e1.value}} [e1]."
    )
    grounded = check(draft, ledger, question="Is the total more than 50?", language="en")
    assert (grounded.problems == []) is stands


def test_nothing_is_decided_by_what_is_unsure() -> None:
    ledger = ledger_of(
        [finding(label="dog", group="dog", status="unsure", score=0.2)], tool="detect_objects"
    )
    compared = threshold("Are there more than 5 dogs?")
    assert compared is not None
    assert compared.decided(list(ledger)) is None
