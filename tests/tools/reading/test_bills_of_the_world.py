"""Bills in other notations, currencies and languages: every field has a reader, every label a field."""

from __future__ import annotations

import pytest

from tests.agent.planners.test_constraints import FIELD_QUERIES
from tests.tools.reading.page_maker import page
from tools.reading.fields import answer_query
from tools.reading.labels import field_of

BILLS = {
    "German": (
        """
        Werkstatt Lindner GmbH
        Gartenweg 8, 04109 Leipzig
        Rechnung Nr. 2024-0815
        Rechnungsdatum: 05.02.2024
        Bremsbeläge | 2 x 46,60 | 93,20
        Ölwechsel | 1 x 1.089,00 | 1.089,00
        Nettobetrag | 1.182,20 EUR
        MwSt. 19% | 224,62 EUR
        Rechnungsbetrag | 1.406,82 EUR
        Zahlbar bis 19.02.2024
        """,
        {"total": "1406.82", "tax": "224.62", "subtotal": "1182.20", "date": "05.02.2024", "due date": "19.02.2024",
         "invoice number": "2024-0815"},
    ),
    "Swiss": (
        """
        ROSSI AG
        Gerät | 1'150.00
        Kabel | 84.50
        Summe | 1'234.50
        Bar | 1'300.00
        Rückgeld | 65.50
        """,
        {"total": "1234.50", "change": "65.50", "cash": "1300.00"},
    ),
    "French": (
        """
        Boulangerie Petit
        Date : 12 mars 2024
        Total HT | 10,00 €
        TVA 20% | 2,00 €
        Total TTC | 12,00 €
        Espèces | 20,00 €
        Rendu | 8,00 €
        Pourboire | 1,50 €
        """,
        {"total": "12.00", "tax": "2.00", "subtotal": "10.00", "change": "8.00", "date": "12 mars 2024", "tip": "1.50"},
    ),
    "Spanish": (
        """
        Farmacia Central
        Fecha: 03/11/2023
        Base imponible | 100,00
        IVA | 21,00
        Total a pagar | 121,00
        Forma de pago: VISA
        """,
        {"total": "121.00", "tax": "21.00", "subtotal": "100.00", "date": "03/11/2023", "payment method": "VISA"},
    ),
    "Italian": (
        "Trattoria Rosa\nImponibile | 50,00\nIVA | 5,00\nTotale | 55,00\nContanti | 60,00\nResto | 5,00",
        {"total": "55.00", "tax": "5.00", "change": "5.00"},
    ),
    "Portuguese": (
        "Padaria Lisboa\nSubtotal | 8,00\nIVA | 1,84\nTotal a pagar | 9,84\nDinheiro | 10,00\nTroco | 0,16",
        {"total": "9.84", "tax": "1.84", "change": "0.16"},
    ),
    "Dutch": (
        "Bakkerij Jansen\nSubtotaal | 10,00\nBTW | 0,90\nTe betalen | 10,90\nContant | 20,00\nWisselgeld | 9,10",
        {"total": "10.90", "tax": "0.90", "change": "9.10"},
    ),
    "Indian": ("SHARMA ELECTRICALS\nFan | 1,20,000.00\nWire | 3,456.00\nGrand Total | Rs. 1,23,456.00", {"total": "123456.00"}),
    "Japanese": ("お茶 | ¥100\n弁当 | ¥1,000\n合計 | ¥1,100\n現金 | ¥2,000", {"total": "1100"}),
    "whole amounts": ("TEA HOUSE\nTotal: 45", {"total": "45"}),
    "behind": ("KIOSK\nTotal 45 USD", {"total": "45"}),
    "as printed where it may be two": ("KIOSK\nTotal € 1,659", {"total": "1,659"}),
    "labels": (
        """
        SEA VIEW KITCHEN
        Served by: Noor
        Gratuity 7.50
        Payment method: VISA
        Customer: R. Hale
        Qty: 3
        Net wt: 200 g
        Table: 12
        MFG 03/2025
        EXP 12/26
        Account no: 55-0102
        Ingredients: apple, banana,
        orange juice, lemon
        Total 61.00
        """,
        {"cashier": "Noor", "tip": "7.50", "payment method": "VISA", "customer": "R. Hale", "quantity": "3", "weight": "200 g",
         "table number": "12", "production date": "03/2025", "expiry date": "12/26", "account number": "55-0102",
         "ingredients": "apple, banana, orange juice, lemon", "total": "61.00"},
    ),
    "best before": ("Sea salt crackers\nBEST BEFORE: 12/2026", {"expiry date": "12/2026"}),
    "best before end": ("OAT BISCUITS\nBest before end: Oct 2026", {"expiry date": "Oct 2026"}),
    "Chinese month": ("晨光食品\n生产日期：2018年10月", {"production date": "2018年10月"}),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        pytest.param(text, field, value, id=f"{name}: {field}")
        for name, (text, values) in BILLS.items()
        for field, value in values.items()
    ],
)
def test_values(text, field, value):
    match = answer_query(page(text), field)[0]
    assert (match.value, match.status) == (value, "found")


@pytest.mark.parametrize(
    ("text", "currency"),
    [("Total: 45 USD", "USD"), ("TOTAL | RM 60.30", "RM"), ("Total (RM) | 60.30", "RM"), ("合计 | 128元", "元"), ("Total | 5.00", None)],
)  # fmt: skip
def test_the_total_carries_its_currency(text, currency):
    assert answer_query(page(text), "total")[0].currency == currency


def test_every_field_that_the_planner_asks_for_has_a_reader():
    asked = set(FIELD_QUERIES) - {"name", "title", "order number", "receipt number"}
    unknown = {query for query in asked if field_of(query) is None}
    assert unknown == set()
    for query in FIELD_QUERIES:
        assert answer_query([], query) == []


def test_what_contradicts_itself_is_told_neither_way():
    for text, field in [
        ("KIOSK\nTotal 10.00\nGrand Total 55.00", "total"),
        ("KIOSK\nDate: 01/02/2024\nDate: 03/02/2024\nTotal 5.00", "date"),
        ("BISCUITS\nBest before 01/02/2024\nBest before 01/02/2026", "expiry date"),
        ("KIOSK\nDiscount 1.00\nDiscount 7.00\nTotal 5.00", "discount"),
    ]:
        (match,) = answer_query(page(text), field)
        assert (match.value, match.status) == (None, "unsure"), text


def test_a_quantity_and_a_price_in_two_cells_are_no_number_together():
    assert answer_query(page("Lamp | 2 | 345.00\nTOTAL | 690.00"), "lamp")[0].value == "345.00"
