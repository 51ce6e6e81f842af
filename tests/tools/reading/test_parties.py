from __future__ import annotations

import pytest

from tests.tools.reading.page_maker import page
from tools.reading.fields import answer_query
from tools.reading.lines import Line, Word
from tools.reading.parties import parties_of
from tools.reading.party_queries import party_query


def columns(*rows: tuple[str, str]) -> list[Line]:
    """Two columns of cells, 600 pixels apart; an empty cell is left out."""
    lines = []
    for number, row in enumerate(rows):
        words = [
            Word(text, 0.98, box, box)
            for side, text in enumerate(row)
            if text
            and (
                box := (
                    10.0 + 600 * side,
                    30.0 * number,
                    10.0 + 600 * side + 10 * len(text),
                    30.0 * number + 20,
                )
            )
        ]
        lines.append(Line(tuple(words)))
    return lines


SIDE_BY_SIDE = [
    ("Kestrel Paints Ltd", "Moor End Joinery"),
    ("7 Dock Road", "31 Abbey Lane"),
    ("Hull HU1 2AB", "Derby DE1 3GH"),
    ("Tel: 01482 555 016", "Tel: 01332 555 019"),
]
CHINESE = """
    销售方：红叶茶业有限公司
    地址：福州市鼓楼区五四路71号
    电话：0591-55501212

    购买方：金桥酒店
    地址：厦门市思明区湖滨路5号
    电话：0592-55503434
    """
BELOW = """
    RECHNUNG
    Weingut Rebstock
    Kirchgasse 2
    67157 Wachenheim

    Rechnung an:
    Gasthof Krone
    Marktplatz 1
    74523 Ulm
    Tel. 07911 555 014
    """


def asked(lines: list[Line], query: str) -> str | None:
    found = answer_query(lines, query)
    return found[0].value if found and found[0].status == "found" else None


@pytest.mark.parametrize(
    "labels", [("Seller:", "Buyer:"), ("Von:", "An:"), ("FROM", "TO"), ("Sold by", "Ship to")]
)
@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("phone of Moor End Joinery", "01332 555 019"),
        ("Kestrel Paints phone number", "01482 555 016"),
        ("Moor End Joinery的地址", "31 Abbey Lane Derby DE1 3GH"),
        ("customer's address", "31 Abbey Lane Derby DE1 3GH"),
        ("seller's phone", "01482 555 016"),
        ("customer", "Moor End Joinery"),
        ("company", "Kestrel Paints Ltd"),
        ("address", "7 Dock Road Hull HU1 2AB"),
        ("phone", "01482 555 016"),
    ],
)  # fmt: skip
def test_columns_are_read_as_columns(labels, query, value):
    assert asked(columns(labels, *SIDE_BY_SIDE), query) == value


def test_two_addresses_side_by_side_without_labels():
    lines = columns(*SIDE_BY_SIDE)
    assert asked(lines, "phone of Moor End Joinery") == "01332 555 019"
    assert asked(lines, "address of Kestrel Paints") == "7 Dock Road Hull HU1 2AB"
    assert asked(lines, "company") == "Kestrel Paints Ltd"


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("金桥酒店的电话", "0592-55503434"),
        ("phone of 红叶茶业", "0591-55501212"),
        ("客户地址", "厦门市思明区湖滨路5号"),
        ("购买方", "金桥酒店"),
        ("company", "红叶茶业有限公司"),
        ("phone", "0591-55501212"),
    ],
)
def test_chinese_parties(query, value):
    assert asked(page(CHINESE), query) == value


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("customer", "Gasthof Krone"),
        ("address of Gasthof Krone", "Marktplatz 1 74523 Ulm"),
        ("address of Weingut Rebstock", "Kirchgasse 2 67157 Wachenheim"),
        ("phone of Weingut Rebstock", None),
        ("delivery address", None),
        ("company", "Weingut Rebstock"),
        ("address", "Kirchgasse 2 67157 Wachenheim"),
    ],
)
def test_one_party_never_gets_the_value_of_another(query, value):
    assert asked(page(BELOW), query) == value


def test_the_name_stands_in_the_text_that_a_value_was_read_from():
    match = answer_query(page(BELOW), "phone of Gasthof Krone")[0]
    assert (match.value, match.text) == ("07911 555 014", "Gasthof Krone\nTel. 07911 555 014")


def test_a_name_within_another_is_another():
    lines = columns(
        ("Bill to:", "Ship to:"),
        ("Lee", "Leeds Supply"),
        ("4 Fell View", "7 Dock Road"),
        ("York YO1 9TQ", "Hull HU1 2AB"),
    )
    assert asked(lines, "address of Lee") == "4 Fell View York YO1 9TQ"
    assert asked(lines, "address of Leeds Supply Ltd") == "7 Dock Road Hull HU1 2AB"
    assert asked(lines, "address of Ann") is None


def test_a_row_says_its_own_number():
    lines = columns(("Ivy Marsh", "555-0110"), ("Omar Diaz", "555-0127"), ("Lena Voss", "555-0158"))
    assert asked(lines, "phone of Omar Diaz") == "555-0127"


@pytest.mark.parametrize(
    "text",
    [
        "CUSTOMER COPY\nGREEN LAMP\n12 Mill Lane",
        "Customer: 1002\nTotal | 5.00",
        "From: 01/02/2024\nTo: 05/02/2024",
        "To: Leeds\nTotal | 5.00",
        "Merchant ID: 1234\nGREEN LAMP",
    ],
)
def test_what_is_no_party(text):
    assert parties_of(page(text)) == []


@pytest.mark.parametrize(
    "query",
    ["phone", "phone number", "shop address", "address of the store", "total of the bill", "price of Earl Grey",
     "date of issue", "公司地址", "电话号码", "这家店的地址", "email address", "to"],
)  # fmt: skip
def test_queries_for_the_documents_own_fields(query):
    assert party_query(query) is None
