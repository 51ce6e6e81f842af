"""Yes/no questions to the lines of labels and shop signs."""

from __future__ import annotations

import pytest

from tools.reading.notices import Asked, decide

BAR = [
    "FIG AND OAT BAR", "Ingredients: oats, figs, almonds,", "pineapple, coconut milk, salt.",
    "May contain traces of peanuts.", "45 g",
]  # fmt: skip
CAKE = ["奶油蛋糕", "配料表：鸡蛋、小麦粉、", "白砂糖", "可能含有坚果", "保质期：7天"]
SOUP = ["Zutaten: Tomaten, Wasser, Salz", "Gluten-free. Contains: celery"]


@pytest.mark.parametrize(
    ("asked", "topic", "lines", "truth", "at"),
    [
        ("contains", "almonds", BAR, True, (1,)),
        ("contains", "oat", BAR, True, (1,)),
        ("contains", "salt", BAR, True, (1, 2)),
        ("contains", "apple", BAR, False, (1, 2)),
        ("contains", "eggs", BAR, False, (1, 2)),
        ("contains", "milk", BAR, None, (1, 2)),
        ("contains", "peanuts", BAR, None, (3,)),
        ("contains", "鸡蛋", CAKE, True, (1,)),
        ("contains", "白砂糖", CAKE, True, (1, 2)),
        ("contains", "花生", CAKE, False, (1, 2)),
        ("contains", "坚果", CAKE, None, (3,)),
        ("contains", "gluten", SOUP, False, (1,)),
        ("contains", "celery", SOUP, True, (1,)),
        ("contains", "celery", [*SOUP, "Say that it is free from celery"], True, (1,)),
        ("free", "wifi", ["FREE WI-FI"], True, (0,)),
        ("free", "coffee", ["FREE COFFEE", "for members"], None, (0, 1)),
        ("free", "wifi", ["WIFI 5 EUR a day"], None, (0,)),
        ("free", "parking", ["Parking is not free"], None, (0,)),
        ("sale", "chairs", ["Garden chairs 15% off"], True, (0,)),
        ("sale", "牛奶", ["全场八折", "牛奶第二件半价"], True, (1,)),
        ("open", "", ["COME IN", "WE'RE OPEN"], True, (1,)),
        ("open", "", ["SORRY", "WE ARE CLOSED"], False, (1,)),
        ("closed", "pool", ["Pool closed", "Sauna open"], True, (0,)),
        ("open", "", ["OPEN", "Mon-Fri 9:00-17:00"], None, (0, 1)),
        ("must", "children accompanied", ["Children must be", "accompanied by an adult"], True, (0, 1)),
    ],
)  # fmt: skip
def test_what_is_decided(
    asked: Asked, topic: str, lines: list[str], truth: bool | None, at: tuple[int, ...]
) -> None:
    found = decide(asked, topic, lines)
    assert found is not None
    assert (found.truth, found.at) == (truth, at)


@pytest.mark.parametrize(
    ("asked", "topic", "lines"),
    [
        ("contains", "milk", ["FRESH FRUIT", "2.50"]),
        ("free", "wifi", ["SALE"]),
        ("open", "", ["Pool open", "Sauna closed"]),
        ("sale", "chairs", ["Say that chairs are on sale"]),
    ],
)
def test_what_is_not_decided(asked: Asked, topic: str, lines: list[str]) -> None:
    assert decide(asked, topic, lines) is None
