"""A part of a number is never told as the number, however the number is written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tools.reading.amounts import amounts, numbers
from tools.reading.numerals import decimal_mark, digits_repaired, numerals, read_number, readings

SPACES = [" ", "\u00a0", "\u2009", "\u202f"]
APOSTROPHES = ["'", "’", "´"]


def grouped(digits: str, mark: str, sizes: tuple[int, ...]) -> str:
    """Digits in groups from the right; the last size goes on."""
    groups: list[str] = []
    while digits:
        size = sizes[min(len(groups), len(sizes) - 1)]
        groups.insert(0, digits[-size:])
        digits = digits[:-size]
    return mark.join(groups)


@st.composite
def written_numbers(draw: st.DrawFn) -> tuple[str, Decimal]:
    """A number as somebody in the world writes it, and its value."""
    whole = draw(st.integers(0, 10 ** draw(st.integers(1, 12))))
    places = draw(st.sampled_from([0, 2, 2, 2, 1, 3]))
    fraction = draw(st.integers(0, 10**places - 1)) if places else 0
    point = draw(st.sampled_from([".", ","]))
    mark, sizes = draw(
        st.sampled_from(
            [("", (99,)), (",", (3, 2)), (",", (4,))]
            + [(mark, (3,)) for mark in [",", ".", *SPACES, *APOSTROPHES] if mark != point]
        )
    )
    if mark == ",":
        point = "."
    text = grouped(str(whole), mark, sizes) + (f"{point}{fraction:0{places}}" if places else "")
    if draw(st.booleans()):
        text = "".join(chr(0xFF10 + int(c)) if c.isdigit() else c for c in text)
    return text, Decimal(whole) + (Decimal(fraction).scaleb(-places) if places else 0)


AROUND = [
    ("", ""),
    ("TOTAL ", ""),
    ("合计：", ""),
    ("Total due: ", " thank you"),
    ("Summe ", " inkl. MwSt."),
    ("x ", " S"),
]
MONEY = [
    ("", ""),
    ("RM ", ""),
    ("€", ""),
    ("", " EUR"),
    ("$", ""),
    ("¥", ""),
    ("", "元"),
    ("CHF ", ""),
    ("", " kr"),
    ("₹", ""),
]


@settings(deadline=None, max_examples=200)
@given(written_numbers())
@example(("1'234.50", Decimal("1234.50")))
@example(("1,23,456.00", Decimal("123456.00")))
@example(("12 345,67", Decimal("12345.67")))
def test_a_number_is_read_as_its_value_or_not_at_all(written):
    text, value = written
    assert value in readings(text)
    assert read_number(text) in {value, None}
    assert read_number(f"-{text}") in {-value, None}


@settings(deadline=None, max_examples=400)
@given(written_numbers(), st.sampled_from(AROUND), st.sampled_from(MONEY))
@example(("1.000", Decimal(1000)), ("", ""), ("RM ", ""))
def test_in_a_line_of_text_too(written, around, money):
    text, value = written
    if money[0] + money[1] in {"RM ", "¥", "元", "₹"}:
        with_comma = text[-4:-3] == "," and value.as_tuple().exponent == -3
        assume(not with_comma)  # nobody writes these with three decimals behind a comma
    line = around[0] + money[0] + text + money[1] + around[1]
    for found in (amounts(line), numbers(line)):
        assert len(found) <= 1
        for typed in found:
            assert typed.parsed in {value, None}
            assert value in typed.readings
            if typed.parsed is None:
                assert typed.value == " ".join(text.split())


@settings(deadline=None, max_examples=200)
@given(written_numbers(), st.sampled_from(["-", "− ", "("]))
def test_a_negative_amount_is_negative_or_ambiguous(written, sign):
    text, value = written
    for typed in amounts(f"Credit {sign}{text}{')' if sign == '(' else ''}"):
        assert -value in typed.readings
        assert typed.parsed in {-value, None}


@settings(deadline=None, max_examples=200)
@given(written_numbers(), st.data())
def test_a_space_that_the_ocr_put_at_a_mark_makes_no_smaller_number(written, data):
    text, value = written
    places = [i for i, c in enumerate(text) if c in ".,"]
    if places:
        at = data.draw(st.sampled_from(places)) + data.draw(st.integers(0, 1))
        text = f"{text[:at]} {text[at:]}"
    for typed in amounts(f"TOTAL CHF {text}"):
        assert value in typed.readings
        assert typed.parsed in {value, None}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,50", "12.50"), ("1,234.5", "1234.5"), ("0,125", "0.125"), ("0.125", "0.125"), ("-3.5", "-3.5"),
        ("10.00-", "-10.00"), ("１２．５０", "12.50"), ("1.234.567", "1234567"), ("12,34,567", "1234567"),
        ("1,234", None), ("1.234", None), ("1 234", None), ("2 345.00", None), ("1 2", None), ("24.55.12.1", None),
        ("1'23.45", None), ("", None), ("-", None), (".", None), ("--3", None), ("5kg", None), ("-5-", None),
    ],
)  # fmt: skip
def test_read_number(text, value):
    assert read_number(text) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("Table 12, 4 people", ["12", "4"]),
        ("089 555 01 22", ["089", "555", "01", "22"]),
        ("in 2018, 100 people", ["2018", "100"]),
        ("version 24.55.12.1", ["24.55.12.1"]),
        ("No. 7", ["7"]),
        ("pay .50 now", [".50"]),
        ("1 234 567", ["1 234 567"]),
    ],
)
def test_where_runs_begin_and_end(text, runs):
    assert [numeral.text for numeral in numerals(text)] == runs


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["12.50", "1,234"], "."), (["12,50", "1.234,00"], ","), (["12,50", "3.20"], None), (["7", "1,234"], None), ([], None),
    ],
)  # fmt: skip
def test_the_decimal_mark_of_a_document(texts, mark):
    assert decimal_mark(iter(texts)) == mark


@settings(deadline=None)
@given(st.text(alphabet="0123456789OolI|/.-RM ", max_size=30))
def test_repairs_keep_the_length(text):
    assert len(digits_repaired(text)) == len(text)
