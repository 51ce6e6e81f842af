"""How a question asks."""

from __future__ import annotations

import pytest

from agent.grounding.question_form import asks_for_absence, asks_which
from agent.grounding.wording import language_of


@pytest.mark.parametrize(
    "question",
    [
        "Is there no dog here?", "Are there no dogs?", "Is there really no dog?",
        "Is there not a single dog?", "Do you see no cat?", "Does the picture show no cars?",
        "There is no dog, right?", "There isn't a dog, correct?", "Is it true that there's no dog?",
        "Is the picture without dogs?", "Is nobody in the picture?", "Is there no one?",
        "Is there no text?", "没有狗吗？", "图里没有狗吗", "是不是没有狗？", "难道没有狗吗？",
        "没人吗？", "图中无人吗？", "看不到狗吗", "图片里没看到狗吗？",
    ],
)  # fmt: skip
def test_asks_whether_there_is_none(question: str) -> None:
    assert asks_for_absence(question, language_of(question))


@pytest.mark.parametrize(
    "question",
    [
        "Is there a dog?", "Isn't there a dog?", "Aren't there any dogs?", "Don't you see a cat?",
        "Is there a dog without a collar?", "Is there a dog with no tail?", "Is there a dog or no?",
        "Is there a no parking sign?", "How many dogs are there?", "有没有狗？", "图里有狗没有？",
        "有无车辆？", "有无人机吗？", "有狗吗", "",
    ],
)  # fmt: skip
def test_asks_whether_there_is_one(question: str) -> None:
    assert not asks_for_absence(question, language_of(question))


@pytest.mark.parametrize(
    ("question", "which"),
    [
        ("What animals are there?", True), ("and which vehicles?", True), ("有哪些动物？", True),
        ("List the animals.", True), ("Is there a dog?", False), ("有动物吗？", False),
        ("Do you know what this is?", False),
    ],
)  # fmt: skip
def test_asks_which(question: str, which: bool) -> None:
    assert asks_which(question, language_of(question)) is which
