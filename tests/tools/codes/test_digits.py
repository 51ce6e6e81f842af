"""Numbers of goods are known by their check digit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.codes.digits import goods_numbers, is_goods_number


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("4006381333931", ["4006381333931"]), ("5 449000 000996", ["5449000000996"]),
        ("EAN: 4006381333931, made in EU", ["4006381333931"]), ("2012 3451", ["20123451"]),
        ("0 36000 29145 2", ["036000291452"]),
        ("4006381333932", []), ("14006381333931", []), ("4006381333931.50", []),
        ("Tel 0301234567", []), ("", []),
    ],
)  # fmt: skip
def test_numbers_in_a_text(text: str, numbers: list[str]) -> None:
    assert goods_numbers(text) == numbers


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(first: str, at: int, more: int) -> None:
    (right,) = [first + digit for digit in "0123456789" if is_goods_number(first + digit)]
    wrong = right[:at] + str((int(right[at]) + more) % 10) + right[at + 1 :]
    assert not is_goods_number(wrong)
