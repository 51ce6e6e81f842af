"""Letters one below the other."""

from __future__ import annotations

import pytest

from tools.reading.lines import Word
from tools.reading.stacks import stacks_of


def letter(text: str, x: float, y: float, size: float = 40.0) -> Word:
    box = (x, y, x + size, y + size)
    return Word(text, 0.9, box, box)


def column(word: str, x: float, pitch: float = 60.0) -> list[Word]:
    return [letter(c, x, pitch * i) for i, c in enumerate(word)]


def texts(words: list[Word]) -> list[str]:
    return ["".join(words[i].text for i in stack) for stack in stacks_of(words)]


@pytest.mark.parametrize("word", ["MOTEL", "BAR", "H0TEL", "TAXI", "欢迎光临"])
def test_a_stack_is_found_whatever_the_order_of_its_boxes(word: str) -> None:
    assert texts(column(word, 50)[::-1]) == [word]


def test_two_stacks_far_apart_are_two_words() -> None:
    assert texts([*column("PARK", 0), *column("HERE", 300)]) == ["PARK", "HERE"]


def test_other_words_above_below_and_between_are_left_alone() -> None:
    name = Word("Open 24 h", 0.9, (200, 145, 400, 175), (200, 145, 400, 175))
    assert texts([*column("CAFE", 50, 80.0), name]) == ["CAFE"]


@pytest.mark.parametrize(
    "words",
    [
        column("12345", 50),
        column("AB", 50),
        column("HOTEL", 50, 200.0),
        [
            w
            for i, row in enumerate(["QWER", "ASDF", "ZXCV"])
            for w in [letter(c, 55.0 * j, 60.0 * i) for j, c in enumerate(row)]
        ],
        [
            *column("ABCD", 0),
            *[
                Word("an answer", 0.9, (80, 60.0 * i, 300, 60.0 * i + 40), (80, 0, 300, 40))
                for i in range(4)
            ],
        ],
    ],
    ids=["numbers", "two letters", "far apart", "a grid", "marks of a list"],
)
def test_what_is_no_stack(words: list[Word]) -> None:
    assert texts(words) == []
