"""Numbers, dates and currencies in answers: as they are printed, whole, and never mixed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.answer import Draft
from agent.grounding.check import check
from agent.grounding.ledger import Ledger
from agent.grounding.references import UnresolvedReferenceError, as_number, fill, money
from tests.agent.evidence_makers import finding, ledger_of
from tests.tools.reading.test_numerals import written_numbers
from tools.reading.numerals import numerals


def amount(value: str, currency: str | None = None, text: str = "") -> Ledger:
    return ledger_of([_amount(value, currency, text)], tool="read_text")


def _amount(value, currency=None, text=""):
    return finding(
        label="total",
        value=value,
        value_type="amount",
        currency=currency,
        text=text or f"TOTAL {value}",
    )


def problems(ledger: Ledger, answer: str, short: str = "{e1.value}") -> list[str]:
    draft = Draft(abstain="no", short_answer=short, answer=answer)
    return check(draft, ledger, question="What is it?", language="en").problems


@pytest.mark.parametrize(
    ("value", "currency", "said"),
    [
        ("60.30", "RM", "RM 60.30"), ("45", "€", "€45"), ("45", "USD", "USD 45"), ("128", "元", "128元"), ("-5.00", "$", "-$5.00"),
        ("45", "dollars", "45 dollars"), ("12.30", "Fr.", "Fr. 12.30"), ("5.00", "HK$", "HK$5.00"), ("7.00", None, "7.00"),
        ("9.00", "kr", "9.00 kr"), ("1,659", "€", "€1,659"),
    ],
)  # fmt: skip
def test_an_amount_is_told_with_its_currency(value, currency, said):
    assert money(value, currency) == said
    assert fill("{e1.value}", amount(value, currency), "en").text == said
    short = fill("{e1.value}", amount(value, currency), "en", with_currency=False)
    assert short.text == value


@pytest.mark.parametrize(
    ("currencies", "total"),
    [
        (("RM", "RM"), "RM 30.00"), (("€", "EUR"), "EUR 30.00"), ((None, "£"), "£30.00"), ((None, None), "30.00"),
        (("€", "USD"), None), (("$", "S$"), "S$30.00"), (("US$", "S$"), None), (("¥", "£"), None),
    ],
)  # fmt: skip
def test_only_amounts_of_one_currency_are_added_and_compared(currencies, total):
    first, second = currencies
    ledger = ledger_of([_amount("20.00", first)], [_amount("10.00", second)])
    if total is None:
        for operation in ("sum", "difference", "most", "least"):
            with pytest.raises(UnresolvedReferenceError, match="different currencies"):
                fill(f"{{{operation} e1 e2}}", ledger, "en", with_currency=False)
        assert problems(ledger, "Together they are 30.00 [e1 e2].")
        return
    assert fill("{sum e1 e2}", ledger, "en").text == total
    assert fill("{difference e1 e2}", ledger, "en").text == total.replace("30", "10")
    assert problems(ledger, "Together they are 30.00 [e1 e2].") == []


def test_equal_digits_of_two_currencies_are_not_the_same():
    ledger = ledger_of([_amount("5.00", "€")], [_amount("5.00", "USD")], [_amount("5.00")])
    assert fill("{same e1 e2}", ledger, "en").text == "no"
    assert fill("{same e1 e3}", ledger, "en").text == "yes"


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("12,50", "12.50"),
        ("1,200.05", "1200.05"),
        ("60.30", "60.30"),
        ("-3", "-3"),
        (7, "7"),
        (0.43, "0.43"),
    ],
)
def test_as_number(value, number):
    assert as_number(amount(str(value))["e1"]) == Decimal(number)
    ledger = ledger_of([finding(value=value)])
    assert as_number(ledger["e1"]) == Decimal(number)


@pytest.mark.parametrize("value", ["1,234", "1 234", "24.55.12.1", "none", "", None])
def test_what_is_not_one_clear_number_is_refused(value):
    ledger = ledger_of([finding(label="total", value=value, value_type="text")])
    with pytest.raises(UnresolvedReferenceError, match="one clear number"):
        as_number(ledger["e1"])


@settings(deadline=None, max_examples=200)
@given(written_numbers(), st.data())
def test_no_part_of_a_number_is_carried(written, data):
    text, value = written
    ledger = ledger_of([finding(label="line", text=f"TOTAL {text} S")])
    digits = "".join(c for c in text if c.isdecimal())
    start = data.draw(st.integers(0, len(digits) - 1))
    part = digits[start : data.draw(st.integers(start + 1, len(digits)))]
    if Decimal(part) != value:
        for said in (part, f"{part[:-2] or 0}.{part[-2:]}" if len(part) > 1 else part):
            if Decimal(said) not in {value, *numerals(text)[0].readings}:
                assert problems(ledger, f"It says {said} [e1].", "{e1.text}")


@pytest.mark.parametrize(
    ("text", "said", "good"),
    [
        ("TOTAL 12 345,67", "12 345,67", True),
        ("TOTAL 12 345,67", "345.67", False),
        ("TOTAL 12 345,67", "345,67", False),
        ("TOTAL 1,23,456.00", "123456.00", True),
        ("TOTAL 1,23,456.00", "3456.00", False),
        ("TOTAL 1'234.50", "1234.50", True),
        ("TOTAL 1'234.50", "234.50", False),
        ("TOTAL € 1.234", "1.234", True),
        ("TOTAL € 1.234", "1,234", False),
        ("TOTAL -5.00", "5.00", False),
        ("DATE 19.10.2018", "2018", True),
        ("version 24.55.12.1", "24.55", False),
        ("version 24.55.12.1", "24.55.12.1", True),
    ],
)  # fmt: skip
def test_numbers_are_carried_whole(text, said, good):
    ledger = ledger_of([finding(label="line", text=text)])
    assert (problems(ledger, f"It says {said} [e1].", "{e1.text}") == []) is good


@pytest.mark.parametrize(
    ("printed", "said", "good"),
    [
        ("19/10/2018", "19 October 2018", True),
        ("19/10/2018", "2018-10-19", True),
        ("19/10/2018", "October 2018", True),
        ("19/10/2018", "9/10/2018", False),
        ("04/05/2024", "04/05/2024", True),
        ("04/05/2024", "4.5.2024", True),
        ("04/05/2024", "4 May 2024", False),
        ("04/05/2024", "5 April 2024", False),
        ("11/2/2018", "1/2/2018", False),
        ("2018年10月", "October 2018", True),
        ("2018年10月", "26 October 2018", False),
        ("2018年10月", "2018年10月1日", False),
        ("12 mars 2019", "12 March 2019", True),
    ],
)
def test_dates_are_the_same_day_or_as_printed(printed, said, good):
    ledger = ledger_of(
        [finding(label="date", value=printed, value_type="date", text=f"DATE {printed}")]
    )
    assert (problems(ledger, f"The date is {said} [e1].") == []) is good
