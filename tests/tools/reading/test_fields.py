from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.reading.page_maker import page
from tools.reading.fields import answer_query
from tools.reading.labels import bare_query, field_of, fields
from tools.reading.named import MAX_MATCHES
from tools.reading.search import similarity

RECEIPT = """
GREEN PEPPER RESTAURANT SDN BHD (123456-K)
NO. 7, JALAN MAWAR 2, 47100 SELANGOR
Tel: 03-8051 9514 | Fax: 03-8051 9515
hello@greenpepper.example.com
www.greenpepper.example.com
TAX INVOICE
Invoice No: INV-20817 | Date: 02/02/2017 19:31
Table: 12-Dine In | Cashier : AMY
Pax(s): | 4
Description | Qty | Amount
Nasi Lemak | 1 | 12.50
Teh Tarik
8812 | 2 x 3.00 | 6.00
Sub Total | 18.50
GST 6% | 1.11
Rounding | -0.01
TOTAL | 19.60
CASH | 20.00
CHANGE | 0.40
Member points balance | 250
"""

CHINESE = """
晨光便利店
地址：上海市浦东新区张江路88号
电话：021-62345678
单号：A20817
日期：2021年3月5日 18:05
鸡蛋炒饭 | 1 | 15.00
小计 | 15.00
合计： | ¥15.00
现金 | 20.00
找零 | 5.00
"""


@pytest.mark.parametrize(
    ("query", "value", "value_type"),
    [
        ("total", "19.60", "amount"),
        ("What is the grand total?", "19.60", "amount"),
        ("总计", "19.60", "amount"),
        ("jumlah", "19.60", "amount"),
        ("subtotal", "18.50", "amount"),
        ("GST", "1.11", "amount"),
        ("rounding", "-0.01", "amount"),
        ("cash", "20.00", "amount"),
        ("找零", "0.40", "amount"),
        ("date", "02/02/2017", "date"),
        ("日期", "02/02/2017", "date"),
        ("time", "19:31", "time"),
        ("company", "GREEN PEPPER RESTAURANT SDN BHD", "company"),
        ("公司", "GREEN PEPPER RESTAURANT SDN BHD", "company"),
        ("store address", "NO. 7, JALAN MAWAR 2, 47100 SELANGOR", "address"),
        ("phone number", "03-8051 9514", "phone"),
        ("fax", "03-8051 9515", "phone"),
        ("email", "hello@greenpepper.example.com", "email"),
        ("website", "www.greenpepper.example.com", "url"),
        ("invoice number", "INV-20817", "text"),
        ("发票号码", "INV-20817", "text"),
        ("Nasi Lemak", "12.50", "amount"),
        ("price of nasi lemak", "12.50", "amount"),
        ("teh tarik", "6.00", "amount"),
        ("cashier", "AMY", "text"),
        ("pax", "4", "number"),
        ("member points", "250", "number"),
        ("table", "12-Dine In", "text"),
    ],
)
def test_values_of_a_receipt(query, value, value_type):
    best = answer_query(page(RECEIPT), query)[0]
    assert (best.value, best.value_type, best.status) == (value, value_type, "found")


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("total", "15.00"),
        ("合计", "15.00"),
        ("date", "2021年3月5日"),
        ("time", "18:05"),
        ("phone", "021-62345678"),
        ("change", "5.00"),
        ("invoice number", "A20817"),
        ("address", "上海市浦东新区张江路88号"),
        ("shop name", "晨光便利店"),
        ("鸡蛋炒饭", "15.00"),
        ("鸡蛋炒饭多少钱", "15.00"),
    ],
)
def test_values_of_a_chinese_receipt(query, value):
    best = answer_query(page(CHINESE), query)[0]
    assert (best.value, best.status) == (value, "found")


@pytest.mark.parametrize("query", ["expiry date", "due date", "warranty", "Chicken rice", "保质期"])
def test_what_is_not_there_is_not_found(query):
    assert answer_query(page(RECEIPT), query) == []


@pytest.mark.parametrize(
    ("text", "query", "value"),
    [
        ("Best before: 12/05/2026", "expiry date", "12/05/2026"),
        ("EXP 05 JAN 2027\nMFG 05 JAN 2025", "expiry", "05 JAN 2027"),
        ("保质期至：2026年5月12日", "有效期", "2026年5月12日"),
        ("Due Date\n01/02/2020", "due date", "01/02/2020"),
        ("Rope 5m | RM 7.90", "price", "7.90"),
        ("Gate | Seat\nB12 | 17A", "gate", "B12"),
        ("Gate:\nB12", "gate", "B12"),
        ("Net Wt. 500 g", "net wt", "500 g"),
        ("Doc No | CS0031 | Date | 25/12/2018", "doc no", "CS0031"),
    ],
)
def test_values_of_other_documents(text, query, value):
    assert answer_query(page(text), query)[0].value == value


def test_dates_of_printing_and_expiry_come_after_the_date_of_the_document():
    text = "Printed: 09/09/2019\nDate: 08/09/2019\nValid until 01/01/2030"
    assert answer_query(page(text), "date")[0].value == "08/09/2019"


def test_a_line_without_a_value_is_quoted():
    (match,) = answer_query(page("NO REFUND ON SALE ITEMS\nTHANK YOU"), "no refund")
    assert (match.value, match.text, match.status) == (None, "NO REFUND ON SALE ITEMS", "found")


def test_several_lines_that_match_come_best_first():
    matches = answer_query(
        page("Iced Tea | 2.00\nIced Tea | 3.00\nIced Tea Large | 4.00"), "iced tea"
    )
    assert len(matches) <= MAX_MATCHES
    assert [m.value for m in matches][:2] == ["2.00", "3.00"]
    assert [m.score for m in matches] == sorted((m.score for m in matches), reverse=True)


def test_words_are_not_cut_out_of_other_words():
    assert answer_query(page("BEEF STEAK | 30.00"), "tea") == []
    assert similarity("tea", "steak") < similarity("tea", "iced tea")


def test_ocr_errors_and_lost_spaces_are_forgiven():
    assert answer_query(page("NasiLemak Ayarn | 9.90"), "nasi lemak ayam")[0].value == "9.90"


@pytest.mark.parametrize("field", fields(), ids=lambda field: field.name)
def test_all_names_of_a_field_lead_to_it(field):
    other = {n: f.name for f in reversed(fields()) for n in f.names}
    for name in field.names:
        found = field_of(name)
        assert found is not None
        assert found.name == other[name]


@pytest.mark.parametrize(
    ("query", "bare"),
    [
        ("What is the total of the receipt?", "total"),
        ("the date on this bill", "date"),
        ("这张收据的总额是多少", "总额"),
        ("Nasi Lemak", "nasi lemak"),
        ("the", "the"),
    ],
)
def test_bare_query(query, bare):
    assert bare_query(query) == bare


def test_a_label_that_only_contains_a_field_is_no_field():
    assert field_of("total qty") is None
    assert field_of("dated") is None


@settings(deadline=None)
@given(st.text(max_size=40), st.text(max_size=120))
def test_any_query_to_any_page_gives_sound_matches(query, text):
    lines = page(text)
    matches = answer_query(lines, query)
    assert len(matches) <= MAX_MATCHES
    for match in matches:
        assert 0 <= match.score <= 1
        assert match.text
