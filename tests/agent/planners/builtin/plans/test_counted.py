"""How many there are, and whether there are any: one look, whatever the weights would plan."""

from __future__ import annotations

import pytest

from agent.planners.builtin.chat_model import BuiltinChatModel
from tests.fakes.photographs import DETECT, ask, calls, first_looks

DOGS = [("dog", 0.9, (n, 10, n + 30, 60)) for n in (0, 40)]
CAT = ("cat", 0.9, (110, 60, 150, 110))


@pytest.fixture(scope="module")
def planner() -> BuiltinChatModel:
    return BuiltinChatModel()


@pytest.mark.parametrize(
    ("question", "said", "short"),
    [
        ("How many dogs are there?", "I see 2 dogs.", "2"),
        ("Are there any people in the picture?", "I see no people.", "no"),
        ("Is there a dog or a horse?", "I see 2 dogs and no horses.", "2 dogs and no horses"),
        ("How many animals can you see?", "I see 3 animals (2 dogs and 1 cat).", "3"),
        ("有人吗？", "图中没有人。", "否"),
        ("图里有几只狗？", "图中有2 只狗。", "2"),
    ],
)
def test_what_is_seen_is_told(
    planner: BuiltinChatModel, question: str, said: str, short: str
) -> None:
    answer = ask(planner, question, sees=[*DOGS, CAT])
    assert calls(answer) == [DETECT]
    assert (answer.answer, answer.short_answer) == (said, short)


@pytest.mark.parametrize(
    "question",
    [
        "How many dogs are sleeping?",
        "How many dogs are on the bed?",
        "Is there a lamp?",
        "How many?",
    ],
)
def test_what_asks_for_more_is_no_plain_question(question: str) -> None:
    assert first_looks(question) != [(DETECT, ["dog"])]


def test_what_nobody_is_sure_of_is_not_counted(planner: BuiltinChatModel) -> None:
    answer = ask(planner, "How many dogs are there?", sees=[("dog", 0.2, (0, 0, 30, 30))])
    assert answer.abstained
