from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.reading.page_maker import page
from tools.reading.entries import entries_of, role_of
from tools.reading.totals import total_of


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("TOTAL", "total"),
        ("Tota1 RM", "total"),
        ("合计：", "final"),
        ("JUMLAH", "total"),
        ("Grand Total", "final"),
        ("NETT TOTAL", "final"),
        ("Amount Due", "final"),
        ("Total Rounded", "final"),
        ("ROUNDED TOTAL (RM)", "final"),
        ("Total After Discount", "final"),
        ("Total before rounding", "total"),
        ("Amount Tendered", "payment"),
        ("Service Charge 10%", "service"),
        ("Total Amt Payable", "final"),
        ("Total (Incl GST)", "included"),
        ("Total Sales (lnclusive of GST)", "included"),
        ("Total Excl. of GST", "excluded"),
        ("Sub-Total", "subtotal"),
        ("小计", "subtotal"),
        ("Total Qty:", "count"),
        ("Total Discount", "discount"),
        ("TOTAL SAVINGS", "discount"),
        ("Rounding Adj", "rounding"),
        ("CASH", "payment"),
        ("Total Paid", "payment"),
        ("Change Due", "change"),
        ("找零", "change"),
        ("GST @6%", "tax"),
        ("税额", "tax"),
        ("GST Summary", "tax table"),
        ("Fried noodles", None),
    ],
)
def test_roles_of_labels(label, role):
    assert role_of(label) == role


RECEIPTS = {
    "cash less change beats the unrounded total": (
        """
        Tea | 30.31
        TOTAL AMT | 60.31
        ROUNDING ADJ | -0.01
        RH | 60.30
        CASH | 70.30
        CHANGE | 10.00
        """,
        "60.30",
    ),
    "a misread total gives way to what was paid": (
        """
        Sub Total | 106.10
        Total GST | 6.37
        Rounding | -0.02
        Total | 112.46
        CASH | 112.45
        Change | 0.00
        """,
        "112.45",
    ),
    "quantities, savings and taxes are not the total": (
        """
        Total Qty: | 7
        Total Item Discount | 99.00
        Total GST | 3.08
        Total Sales (Inclusive of GST) | 54.50
        Total Savings | 80.00
        """,
        "54.50",
    ),
    "the tax table at the end is left out": (
        """
        Total | 21.20
        CASH | 50.00
        CHANGE | 28.80
        GST Summary | Amount | Tax
        SR 6% | 20.00 | 1.20
        Total | 20.00 | 1.20
        """,
        "21.20",
    ),
    "a label with its amount in the row below": (
        """
        Soap | 4.00
        Grand Total:
        RM 9.00
        """,
        "9.00",
    ),
    "a refund is negative": (
        """
        Bread | -10.00
        Total 0% supplies: | 2.00
        Total 6% supplies: | -3.73
        Total Payable: | -1.73
        """,
        "-1.73",
    ),
    "a speck before the total is no minus": (
        """
        Total 0% supplies: | 19.83
        Total 6% supplies: | 32.05
        Total Payable: | -51.88
        """,
        "51.88",
    ),
    "parts add up to the total": (
        """
        Subtotal | 10.00
        Service Charge | 1.00
        GST 6% | 0.66
        Total | 11.66
        """,
        "11.66",
    ),
    "Chinese": (
        """
        小计 | 120.00
        优惠 | -10.00
        应付金额： | ¥110.00
        微信支付 | 110.00
        """,
        "110.00",
    ),
    "Malay": (
        """
        Jumlah Kecil | 8.00
        Cukai | 0.48
        JUMLAH BESAR | 8.48
        TUNAI | 10.00
        BAKI | 1.52
        """,
        "8.48",
    ),
    "change is short of a cent or two where coins are rare": (
        """
        Total: | 17.22
        CASH | 20.00
        Change | 2.80
        """,
        "17.22",
    ),
    "a card pays exactly": (
        """
        SUBTOTAL | 53.60
        VISA | 53.60
        """,
        "53.60",
    ),
}


@pytest.mark.parametrize(("text", "total"), RECEIPTS.values(), ids=RECEIPTS.keys())
def test_totals(text, total):
    found = total_of(page(text))
    assert found is not None
    assert (found.value, found.score >= 0.5) == (total, True)
    assert any(total in line.text for line in found.lines)


@pytest.mark.parametrize(
    "text",
    [
        "Total | 12.00\nTotal | 15.00",
        "Tea | 3.00\nCake | 5.00\nSub-total | 6.60",
        "Tea | 3.00\nCake | 5.00",
    ],
)
def test_without_support_or_with_two_equal_candidates_the_total_is_unsure(text):
    found = total_of(page(text))
    assert found is not None
    assert found.score < 0.5


def test_no_amount_no_total():
    assert total_of(page("THANK YOU\nCOME AGAIN")) is None
    assert total_of([]) is None


def test_badly_read_lines_make_the_total_less_sure():
    text = "Total | 12.00\nCash | 20.00\nChange | 8.00"
    clear, blurred = total_of(page(text)), total_of(page(text, score=0.5))
    assert clear is not None
    assert blurred is not None
    assert blurred.score < clear.score


@settings(deadline=None)
@given(
    items=st.lists(st.decimals("0.05", 500, places=2), min_size=1, max_size=6),
    tax=st.decimals(0, 20, places=2),
    paid_more=st.decimals(0, 100, places=2),
)
def test_a_receipt_that_adds_up_gives_its_total(items, tax, paid_more):
    rows = [f"Item {'x' * n} | {price}" for n, price in enumerate(items)]
    subtotal = sum(items, Decimal(0))
    total = subtotal + tax
    rows += [f"Sub Total | {subtotal}", f"GST | {tax}", f"TOTAL | {total}"]
    rows += [f"CASH | {total + paid_more}", f"CHANGE | {paid_more}"]
    found = total_of(page("\n".join(rows)))
    assert found is not None
    assert Decimal(found.value) == total
    assert found.score >= 0.5


def test_entries_keep_the_lines_that_they_were_read_from():
    lines = page("Sub Total | 5.00\nGrand Total:\n6.00")
    entries = entries_of(lines)
    assert [(e.role, e.value) for e in entries] == [("subtotal", "5.00"), ("final", "6.00")]
    assert entries[1].lines == (lines[1], lines[2])
