"""How a bill was paid, and at which rate it was taxed."""

from __future__ import annotations

import pytest

from tests.tools.reading.page_maker import page
from tools.reading.fields import answer_query
from tools.words.payments import is_paid_so

BILL = "Hammer | 21.00\nScrews | 5.25\nTotal | 26.25\n"


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        (BILL + "VISA ****4821 | 26.25", "VISA"),
        (BILL + "CASH | 30.00\nCHANGE | 3.75", "CASH"),
        (BILL + "AMEX XXXX-1005 | 26.25", "AMEX"),
        (BILL + "Paid by: Debit card", "Debit card"),
        (BILL + "Cash | 0.00\nMastercard | 26.25", "Mastercard"),
        (BILL + "Cash | 6.25\nVisa | 20.00", "Cash, Visa"),
        (BILL + "Payé par carte bancaire", "carte bancaire"),
        (BILL + "Kartenzahlung", "Kartenzahlung"),
        (BILL + "Barzahlung | 30,00", "Barzahlung"),
        (BILL + "Pagado con tarjeta", "tarjeta"),
        ("词典 | 88.00\n合计 | 88.00\n刷卡支付", "刷卡"),
        (BILL + "Kartenzahlung ab 10 Euro", None),
        (BILL + "Kreditkarte", None),
        (BILL + "We accept Visa and cash", None),
        (BILL + "Birthday card | 3.50", None),
        ("Card holder | 3.50\n" + BILL, None),
        ("词典 | 88.00\n合计 | 88.00\n银联卡 6222****1234 | 88.00", "银联卡"),
        ("词典 | 88.00\n合计 | 88.00\n会员卡 | 6222", None),
    ],
)
def test_the_means_of_payment(rows: str, value: str | None) -> None:
    found = [m.value for m in answer_query(page(rows), "payment method") if m.value]
    assert found == ([value] if value else [])


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        ("VAT 20% | 5.25", "20%"),
        ("GST @6% | 3.00", "6%"),
        ("Sales tax (8.5%) | 2.23", "8.5%"),
        ("VAT 5 % | 1.00\nVAT 20 % | 4.00", "5%, 20%"),
        ("税率 13%\n税额 | 2.40", "13%"),
        ("Discount 10% | 2.00\nVAT | 1.00", None),
        ("Service charge 10% | 2.00", None),
        ("VAT | 5.25", None),
    ],
)
def test_the_rate_of_the_tax(rows: str, value: str | None) -> None:
    found = [m.value for m in answer_query(page(BILL + rows), "tax rate") if m.value]
    assert found == ([value] if value else [])


def test_what_a_card_paid_is_no_cash() -> None:
    assert answer_query(page(BILL + "VISA ****4821 | 26.25"), "cash") == []
    (cash,) = answer_query(page(BILL + "CASH | 30.00"), "cash")
    assert cash.value == "30.00"


@pytest.mark.parametrize(
    ("asked", "printed", "so"),
    [
        ("Was it paid by card?", "VISA ****1234", True),
        ("Was it paid by card?", "CASH 60.00", False),
        ("Was it paid by Visa?", "AMEX 60.00", False),
        ("Was it paid by Visa?", "CARD 60.00", None),
        ("Was it paid by Visa or cash?", "Visa", True),
        ("Was it paid by card?", "TOTAL 60.00", None),
        ("用现金付的吗？", "微信支付 20.00", False),
        ("Was it paid by card?", "Barzahlung", False),
        ("Was it paid in cash?", "Réglé en espèces", True),
        ("是刷卡的吗？", "银联卡 6222", True),
    ],
)
def test_whether_it_was_paid_so(asked: str, printed: str, so: bool | None) -> None:
    assert is_paid_so(asked, printed) is so
