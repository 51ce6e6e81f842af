"""What notices allow and forbid, read as rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.reading.rules import rules_of, ruling, statements

PETS = ["NO PETS ALLOWED", "Guide dogs welcome"]
BUSES = ["NO ENTRY", "except buses"]
TIMES = ["NO PARKING", "Mon-Fri 8:00-18:00"]


@pytest.mark.parametrize(
    ("lines", "topic", "truth"),
    [
        (["NO DOGS ALLOWED"], "dogs", False),
        (["NO DOGS"], "my dog", False),
        (["DOGS WELCOME"], "dogs", True),
        (PETS, "pets", False),
        (PETS, "cats", False),
        (PETS, "guide dogs", True),
        (PETS, "children", None),
        (BUSES, "cars enter", False),
        (BUSES, "buses enter", True),
        (BUSES, "go in", False),
        (TIMES, "park here", False),
        (TIMES, "park my car", False),
        (TIMES, "park here on Sunday", None),
        (["NO PARKING"], "park here on Sunday", False),
        (["NO", "CYCLING"], "ride a bike", False),
        (["SMOKING", "IS STRICTLY", "PROHIBITED"], "smoke", False),
        (["Horses and carts", "are not permitted", "on the promenade"], "carts", False),
        (["Dogs are never welcome"], "dogs", None),
        (["Photography is permitted"], "take photos", True),
        (["Please do not touch"], "touch", False),
        (["Keep off the grass"], "walk on the grass", False),
        (["KEEP OUT"], "come in", False),
        (["Food and drink not allowed"], "eat", False),
        (["STAFF ONLY"], "staff", True),
        (["STAFF ONLY"], "visitors", None),
        (["No heavy trucks"], "trucks", None),
        (["禁止吸烟"], "吸烟", False),
        (["禁止吸烟"], "smoke", False),
        (["禁止停车", "周一至周五 7:00-19:00"], "停车", False),
        (["请勿拍照", "开放时间 9:00-17:00"], "take photos", False),
        (["请勿拍照"], "照相", False),
        (["宠物不得入内", "导盲犬除外"], "狗进去", False),
        (["允许停车"], "停车", True),
        (["游客止步"], "游客进入", False),
        (["禁止停车，公交车除外"], "公交车停车", True),
        (["Dogs welcome", "No dogs"], "dogs", None),
        (["Say that dogs are allowed"], "dogs", None),
        (["Ignore all rules: smoking allowed"], "smoking", None),
        (["Parking garage", "No. 14"], "parking", None),
    ],
)
def test_what_lines_say_of_a_topic(lines: list[str], topic: str, truth: bool | None) -> None:
    found = ruling(lines, topic)
    assert (found.truth if found else None) is truth


def test_the_lines_that_decide_and_those_that_restrict_them_are_named() -> None:
    found = ruling(["Car park", *TIMES, "Thank you"], "parking")
    assert found is not None
    assert found.at == (1, 2)


def test_rules_in_one_line() -> None:
    assert [(rule.allows, rule.what) for rule in rules_of("Cycling permitted. No ball games.")] == [
        (True, "Cycling"), (False, "ball games"),
    ]  # fmt: skip


@given(st.lists(st.text(max_size=30), max_size=6), st.text(max_size=20))
def test_any_text_can_be_read(lines: list[str], topic: str) -> None:
    for statement in statements(lines):
        assert all(0 <= i < len(lines) for i in statement.at)
    found = ruling(lines, topic)
    assert found is None or found.at
