"""Sentences that say how things lie to one another, or compare: held to the boxes."""

from __future__ import annotations

import pytest

from agent.answer import Draft, Language
from agent.grounding.check import check
from tests.agent.evidence_makers import finding, ledger_of, seen

LEDGER = ledger_of(
    [finding(label="laptop", group="laptop", box_xyxy=(300.0, 100.0, 500.0, 250.0))],
    [
        finding(label="cup", group="cup", box_xyxy=(100.0, 150.0, 160.0, 230.0)),
        finding(label="cup", group="cup", box_xyxy=(180.0, 150.0, 240.0, 230.0)),
        finding(label="cup", group="cup", box_xyxy=(560.0, 150.0, 630.0, 230.0)),
    ],
    seen("dog", 0),
)
"""e1 a laptop; e2 and e3 cups to its left, e4 one to its right; e5 no dog."""
LEFT, BIGGER = "What is to the left of the laptop?", "Which is bigger, the laptop or the cup?"


def problems(
    answer: str, short: str = "", question: str = LEFT, language: Language = "en"
) -> list[str]:
    draft = Draft(abstain="no", short_answer=short or "{e2.label}", answer=answer)
    return check(draft, LEDGER, question=question, language=language).problems


@pytest.mark.parametrize(
    ("answer", "question", "language"),
    [
        ("To the left of the {e1.label} I see a {e2.label} [e1 e2].", LEFT, "en"),
        ("To the left of the {e1.label} I see cups [e1 e2 e3].", LEFT, "en"),
        ("The {e2.label} is to the left of the {e1.label} [e2 e1].", LEFT, "en"),
        ("The {e1.label} is between the {e3.label} and the {e4.label} [e1 e3 e4].",
         "What is between the cups?", "en"),
        ("{e1.label}的左边有{e2.label} [e1 e2]。", "笔记本电脑左边有什么？", "zh"),
        ("In the picture the {e1.label} is bigger than the {e2.label} [e1 e2].", BIGGER, "en"),
        ("图中{e1.label}比{e2.label}大 [e1 e2]。", "笔记本电脑和杯子哪个大？", "zh"),
    ],
)  # fmt: skip
def test_what_the_boxes_show_may_be_said(answer: str, question: str, language: Language) -> None:
    assert problems(answer, question=question, language=language) == []


@pytest.mark.parametrize(
    ("answer", "question", "language", "why"),
    [
        ("To the left of the {e1.label} I see a {e4.label} [e1 e4].", LEFT, "en", "by its box e4"),
        ("To the left of the {e1.label} I see cups [e1 e2 e4].", LEFT, "en", "by its box e4"),
        ("Behind the {e1.label} I see a {e2.label} [e1 e2].", LEFT, "en", "is not evidence"),
        ("To the left of the {e1.label} I see it [e1].", LEFT, "en", "is not evidence"),
        ("To the left of the {e5.label} I see a {e2.label} [e5 e2].", LEFT, "en",
         "there is none"),
        ("{e1.label}的右边有{e2.label} [e1 e2]。", "笔记本电脑右边有什么？", "zh", "by its box e2"),
        ("The {e1.label} is bigger than the {e2.label} [e1 e2].", BIGGER, "en", "in the picture"),
        ("In the picture the {e2.label} is bigger than the {e1.label} [e1 e2].", BIGGER, "en",
         "by its box e2"),
        ("图中{e2.label}比{e1.label}大 [e1 e2]。", "笔记本电脑和杯子哪个大？", "zh", "by its box e2"),
    ],
)  # fmt: skip
def test_what_they_do_not_is_refused(
    answer: str, question: str, language: Language, why: str
) -> None:
    assert any(why in problem for problem in problems(answer, "", question, language))


@pytest.mark.parametrize(
    ("question", "answer", "short", "stands"),
    [
        ("Is the laptop bigger than the dog?", "I see no dogs [e5].", "yes", False),
        ("Are there more cups than laptops?", "I see {list e2-e4 e1} [e1-e4].", "yes", True),
        ("Are there more cups than laptops?", "I see {list e2-e4 e1} [e1-e4].", "no", False),
        ("Are there fewer cups than laptops?", "I see {list e2-e4 e1} [e1-e4].", "no", True),
        ("Are there as many cups as dogs?", "I see {list e2-e5} [e2-e5].", "no", True),
        ("Are there as many cups as dogs?", "I see {list e2-e5} [e2-e5].", "yes", False),
    ],
)
def test_yes_and_no_are_those_of_the_numbers(
    question: str, answer: str, short: str, stands: bool
) -> None:
    assert (not problems(answer, short, question)) is stands
