from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.reading.amounts import amounts, numbers
from tools.words.currencies import may_be_same, sign_of, signs


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("TOTAL RM60.30", ["60.30"]),
        ("TOTAL:12.50", ["12.50"]),
        ("1.234,-", ["1234"]),
        ("1.234, -", ["1234"]),
        ("12€50", ["12.50"]),
        ("45.- CHF", ["45"]),
        ("12.50/-", ["12.50"]),
        ("Rounding -.02", ["-0.02"]),
        ("Cash -10.00", ["-10.00"]),
        ("credit 10.00-", ["-10.00"]),
        ("CHANGE RM 13,00", ["13.00"]),
        ("1,234.56", ["1234.56"]),
        ("1.234,56", ["1234.56"]),
        ("12,345,678.90", ["12345678.90"]),
        ("RMO.00", ["0.00"]),
        ("3x10.49 31.47 S", ["10.49", "31.47"]),
        ("5.90SR", ["5.90"]),
        ("合计：¥128", ["128"]),
        ("合计:12.5元", ["12.5"]),
        ("$8.20", ["8.20"]),
        ("€ 5,00", ["5.00"]),
        ("GST 6.00%", []),
        ("24.55.12.1", []),
        ("at 12:30 on 05.03.2018", []),
        ("NO.59 LONG ROAD", []),
        ("31,31A SOME ROAD", []),
        ("Total 5", []),
        ("", []),
        ("1'234.50", ["1234.50"]),
        ("1,23,456.00", ["123456.00"]),
        ("12 345,67", ["12 345,67"]),
        ("Total: 45 USD", ["45"]),
        ("45 €", ["45"]),
        ("500/-", ["500"]),
        ("45,- EUR", ["45"]),
        ("45 dollars", ["45"]),
        ("¥1,100", ["1100"]),
        ("RM 1,234", ["1234"]),
        ("€ 1,659", ["1,659"]),
        ("(12.50)", ["(12.50)"]),
        ("RM -5.00", ["-5.00"]),
        ("-RM5.00", ["-5.00"]),
        ("KWD 1.234", ["1.234"]),
        ("FORM 12", []),
    ],
)
def test_amounts(text, values):
    assert [typed.value for typed in amounts(text)] == values


@settings(deadline=None)
@given(st.decimals(min_value=0, max_value=999_999, places=2, allow_nan=False))
def test_printed_amounts_are_read_back(amount):
    (typed,) = amounts(f"TOTAL RM {amount:,.2f} S")
    assert typed.parsed == amount
    assert typed.value == f"{amount:.2f}"


def test_numbers_stand_alone():
    assert [t.value for t in numbers("4 of 1,200 at A12, 3/4")] == ["4", "1,200"]


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("RM60.30", "RM"), ("60.30 eur", "EUR"), ("Total (RM): 12", "RM"), ("¥128", "¥"), ("128元", "元"),
        ("USD 45", "USD"), ("45 euros", "euros"), ("60.30", None), ("PROGRAM 12.50", None), ("5.90 SR", None),
        ("45.- CHF", "CHF"), ("12€50", "€"), ("Tk 500", "Tk"), ("KSh 1,200", "KSh"), ("20 lei", "lei"),
        ("R$ 5,00", "R$"), ("HK$5", "HK$"), ("Rs. 500", "Rs."),
    ],
)  # fmt: skip
def test_the_currency_beside_an_amount(text, currency):
    assert [typed.currency for typed in amounts(text)] == [currency]


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ({"$", "USD"}, True), ({"€", "EUR"}, True), ({"RM", "MYR"}, True), ({"¥", "元", "RMB"}, True),
        ({"$", "€"}, False), ({"USD", "SGD"}, False), ({"$", "US$", "S$"}, False), (set(), True),
        ({"points", "€"}, True),
    ],
)  # fmt: skip
def test_which_signs_may_be_one_currency(written, same):
    assert may_be_same(written) is same


def test_every_sign_is_found_before_or_behind():
    for name in signs():
        sign = sign_of(name)
        assert sign is not None
        assert {
            t.currency for text in (f"12.00 {name}", f"{name} 12.00") for t in amounts(text)
        } == {sign.told}


def test_a_document_with_a_decimal_comma_settles_its_thousands():
    (typed,) = amounts("€ 1.659", ",")
    assert (typed.value, typed.parsed) == ("1659", Decimal(1659))
