"""What stands behind which label: the label's own words first, in any of the documents' languages."""

from __future__ import annotations

import pytest

from tests.tools.reading.page_maker import page
from tools.reading.fields import answer_query

INSTALMENTS = """
BRIGHT FRAMES
Order total | 640.00
Paid to date | 240.00
Balance due | 400.00
Due date | 09/11/2025
"""
HAND_WRITTEN_TOTAL = "COVE GRILL\nCheck 18\nAmount | $31.75\nGratuity\nTotal\nGuest copy"
TIPS = "KITCHEN NINE\nFood | 45.00\nTotal | 45.00\nSuggested tip\n15% 6.75\n20% | 9.00"
TIPS_SIDE_BY_SIDE = "KITCHEN NINE\nTotal | 40.00\nTip guide\n15% | 20%\n6.00 | 8.00"
TWO_RATES = "GASTHOF ADLER\nSumme | 50,00\nMwSt 7% | 1,31\nMwSt 19% | 4,79"
RATE_TABLE = "SHOP\nTotal | 119.00\nVAT 19% | 100.00 | 19.00 | 119.00"


def best(text: str, query: str):
    return answer_query(page(text), query)[0]


@pytest.mark.parametrize(
    ("text", "query", "value"),
    [
        (INSTALMENTS, "balance due", "400.00"),
        (INSTALMENTS, "balance", "400.00"),
        (INSTALMENTS, "deposit", "240.00"),
        (INSTALMENTS, "order total", "640.00"),
        ("SHOP\nAmount due | 75.50\nDue date | 01/02/2025", "amount due", "75.50"),
        ("SHOP\nAmount due | 75.50", "balance", "75.50"),
        ("LADEN\nNetto | 10,00\nzzgl. USt 19% | 1,90\nGesamt | 11,90", "VAT", "1.90"),
        ("LADEN\nNetto | 10,00\nzzgl. USt 19% | 1,90\nGesamt | 11,90", "net amount", "10.00"),
        ("CAFÉ\nPourboire | 2,50\nTotal | 20,00", "gratuity", "2.50"),
        ("OSTERIA\nCoperto | 2,00\nTotale | 30,00", "cover charge", "2.00"),
        ("SHOP\nRestbetrag | 55,00", "remaining balance", "55.00"),
        ("SHOP\nTotal refund | -12.00", "refund", "-12.00"),
        ("SHOP\nCable | 8.00-\nTotal credit | 8.00-", "total", "-8.00"),
        ("商店\n合计 | 90.00\n已付定金 | 30.00\n余额 | 60.00", "未付金额", "60.00"),
        ("CAFE\nTOTAL ROOM | 70.00\nTOTAL FOOD | 30.00\nGRAND TOTAL | 100.00", "total food", "30.00"),
    ],
)  # fmt: skip
def test_amounts(text, query, value):
    match = best(text, query)
    assert (match.value, match.value_type, match.status) == (value, "amount", "found")


@pytest.mark.parametrize(
    ("text", "query", "value"),
    [
        ("BÄCKEREI\nSie wurden bedient von: Jana", "cashier", "Jana"),
        ("BAKKERIJ\nBediend door: Joost", "cashier", "Joost"),
        ("PADARIA\nOperadora: Inês", "cashier", "Inês"),
        ("TRATTORIA\nTavolo 9", "table number", "9"),
        ("TRATTORIA\nPagato con: Satispay", "payment method", "Satispay"),
        ("FREE WLAN\nSSID: Attic-5G\nPasscode: fern19", "network name", "Attic-5G"),
        ("FREE WLAN\nSSID: Attic-5G\nPasscode: fern19", "wifi password", "fern19"),
        ("TEA\nLOT NO. 77-B", "lot number", "77-B"),
        ("TEA\n批号：C20231108", "lot number", "C20231108"),
        ("LIBRAIRIE\nFacture n° F-9", "invoice number", "F-9"),
        ("KINO\nTicket no. 55-201", "ticket number", "55-201"),
        ("SHOP\nTotal | 8.00\nContactless | 8.00", "payment method", "Contactless"),
        ("SHOP\nTotal | 8.00\nCASH | 10.00\nCHANGE | 2.00", "payment method", "CASH"),
        ("SHOP\nTotal | 8.00\nPaid | 8.00", "payment method", None),
        ("SHOP\nTotal | 8.00\nCash | 3.00\nVisa | 5.00", "payment method", "Cash, Visa"),
    ],
)
def test_words(text, query, value):
    assert next((m.value for m in answer_query(page(text), query)), None) == value


@pytest.mark.parametrize(
    ("text", "query", "value"),
    [
        ("LOTION\n250 ml", "ml", "250 ml"),
        ("LOTION\n250 ml", "how many millilitres", "250 ml"),
        ("LOTION\n0,25 l", "ml", "0,25 l"),
        ("WATER\n1.5 I", "litres", "1.5 l"),
        ("HONEY\nNet wt 12 oz (340 g)", "grams", "340 g"),
        ("HONEY\nNet wt 12 oz (340 g)", "weight", "12 oz (340 g)"),
        ("TUNA\nNet weight 125 g\nDrained weight 90 g", "g", "125 g"),
        ("TUNA\nNet weight 125 g\nDrained weight 90 g", "drained weight", "90 g"),
        ("CRACKERS\nFat 3 g\nSalt 1 g", "g", None),
        ("蜂蜜\n净含量：500克", "克", "500克"),
        ("FLOUR\n1 kg", "weight", "1 kg"),
    ],
)
def test_measures(text, query, value):
    assert next((m.value for m in answer_query(page(text), query)), None) == value


@pytest.mark.parametrize(
    ("text", "query", "value"),
    [
        (TIPS, "20% tip", "9.00"),
        (TIPS_SIDE_BY_SIDE, "20% tip", "8.00"),
        (TWO_RATES, "7% VAT", "1.31"),
        (TWO_RATES, "VAT at 19%", "4.79"),
        (RATE_TABLE, "19% VAT", "19.00"),
    ],
)
def test_amounts_at_a_rate(text, query, value):
    assert best(text, query).value == value


@pytest.mark.parametrize(
    ("text", "query"),
    [(TIPS, "18% tip"), (TIPS, "20% discount"), (TWO_RATES, "7% tip"), (TIPS, "tip")],
)
def test_no_rate_is_taken_for_another_nor_a_suggestion_for_a_tip(text, query):
    assert all(match.value is None for match in answer_query(page(text), query))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("SHOP\nTotal to pay | 9.35\nContactless | 9.35", "balance"),
        ("SHOP\nTotal | 5.00\nCash | 5.00\nMember points balance | 250", "balance"),
        ("BAR\nTip guide | 5.00\nTotal | 25.00", "tip"),
    ],
)
def test_an_amount_with_a_longer_label_is_another_one(text, query):
    assert all(match.value is None for match in answer_query(page(text), query))


def test_two_names_are_told_neither_way():
    (match,) = answer_query(page("CLINIC\nPatient: A. Roe\nPatient: B. Poe"), "patient")
    assert (match.value, match.status) == (None, "unsure")


def test_a_total_beside_which_another_stands_is_told_by_its_label():
    parts = best(INSTALMENTS, "total")
    assert (parts.value, parts.label) == ("640.00", "Order total")
    blank = best(HAND_WRITTEN_TOTAL, "total")
    assert (blank.value, blank.label) == ("31.75", "Amount")
    assert best("SHOP\nTea | 3.00\nTotal | 3.00", "total").label is None


def test_what_is_due_is_no_date_and_when_it_is_due_no_amount():
    assert best(INSTALMENTS, "balance due").value_type == "amount"
    assert best(INSTALMENTS, "due date").value == "09/11/2025"


def test_of_two_dates_in_a_line_each_has_the_label_before_it():
    text = "SOAP\nMFG 02/2024 EXP 02/2027"
    assert best(text, "production date").value == "02/2024"
    assert best(text, "expiry date").value == "02/2027"


def test_of_two_dates_below_their_labels_each_has_the_label_above_it():
    text = "SOAP\nMFG date | EXP date\n02/2024  | 02/2027"
    assert best(text, "production date").value == "02/2024"
    assert best(text, "expiry date").value == "02/2027"


def test_the_date_of_the_next_meeting_is_not_the_date_of_the_minutes():
    text = "MINUTES\nMeeting of 3 May 2021\nNext meeting: 7 June 2021"
    assert best(text, "date").value == "3 May 2021"
    assert best(text, "next meeting").value == "7 June 2021"


def test_titles_by_place_and_size():
    assert best("Title: Deep Water\nAuthor: M. Lund", "title").value == "Deep Water"
    assert (
        best("Come to the pier when it rains", "subtitle").value == "Come to the pier when it rains"
    )
    assert answer_query(page("Come to the pier when it rains"), "title") == []
