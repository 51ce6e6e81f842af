"""What a question takes for granted, and what may be said where it is not there."""

from __future__ import annotations

import pytest

from agent.answer import Draft
from agent.grounding.check import check
from agent.grounding.ledger import Ledger
from agent.grounding.premises import absent_subject, is_counted, subject_of
from agent.grounding.wording import language_of
from tests.agent.evidence_makers import finding, ledger_of, seen, seen_group
from tools.evidence import Finding, ToolReport

QUESTION = "What is the dog doing?"


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        (QUESTION, "dog"),
        ("What is the cat on the bed doing?", "cat"),
        ("How many wheels does the bus have?", "bus"),
        ("What color is the man's shirt?", "person"),
        ("What is on the bed?", None),
        ("Are there boxes next to the dog?", None),
        ("What fruit is this?", None),
        ("What color is the table?", "dining table"),
        ("Is the dog or the cat asleep?", None),
        ("Is the person going up or down?", "person"),
        ("床上的猫在做什么？", "cat"),
        ("在床上的猫在做什么？", "cat"),
        ("那只狗在睡觉吗？", "dog"),
    ],
)
def test_the_subject_of_a_question(question: str, subject: str | None) -> None:
    assert subject_of(question, language_of(question)) == subject


@pytest.mark.parametrize(
    ("question", "counted"),
    [
        ("How many dogs are asleep?", True),
        ("How many brown dogs?", True),
        ("How many legs does the dog have?", False),
        ("有几只狗在睡觉？", True),
        ("狗有几条腿？", False),
    ],
)
def test_what_is_counted(question: str, counted: bool) -> None:
    assert is_counted(question, "dog") is counted


def _estimate(question: str, answer: str) -> Finding:
    return finding(label=question, value=answer, value_type="text", kind="estimate")


def _ledger(*looks: Finding, question: str = QUESTION) -> Ledger:
    """Looks of the detector, then e2: an estimate."""
    ledger = ledger_of(list(looks))
    ledger.add(ToolReport(findings=(_estimate(question, "eating"),)),
               tool="answer_by_fusion", call_id="call_2")  # fmt: skip
    return ledger


@pytest.mark.parametrize(
    ("looks", "stands"),
    [
        (seen("dog", 0), False),
        (seen("dog", 0, score=0.6), True),  # a detector that misses many
        (seen("dog", 1), True),
        ([finding(label="dog", group="dog", status="unsure")], True),
        (seen("cat", 0), True),
        (seen_group("animal", "cat"), True),
        (seen("dog", 0, picture=2), True),
    ],
)
def test_an_estimate_of_what_is_not_there_carries_nothing(
    looks: list[Finding], stands: bool
) -> None:
    draft = Draft(abstain="no", short_answer="{e2.value}", answer="Probably {e2.value} [e2].")
    grounded = check(draft, _ledger(*looks), question=QUESTION, language="en")
    assert (not grounded.problems) is stands
    assert stands or "e1" in grounded.problems[0]


def test_what_is_not_there_does_not_sleep() -> None:
    ledger = ledger_of(seen("dog", 0))
    draft = Draft(abstain="no", short_answer="no", answer="I see no dogs [e1].")
    assert not check(draft, ledger, question="Is the dog sleeping?", language="en").problems
    assert check(draft, ledger, question="Are dogs allowed?", language="en").problems
    small = ledger_of(seen("remote", 0))
    assert absent_subject("Is the remote black?", small) is None
