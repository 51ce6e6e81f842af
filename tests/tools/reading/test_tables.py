"""The asked column of the asked row, and nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.reading.page_maker import page, table
from tools.reading.fields import answer_query
from tools.reading.lines import Line
from tools.reading.matches import Match
from tools.reading.tables import tables_of

INVOICE = table(
    """
    BROOK & SONS JOINERY
    Description | Qty | Unit price | Amount
    Garden gate | 3 | 64.00 | 192.00
    Fence post | 14 | 8.50 | 119.00
    Hinge set with
    black finish | 2 | 12.25 | 24.50
    Green paint | | 15.00 |
    Subtotal | | | 335.50
    VAT 20% | | | 67.10
    Total | | | 402.60
    """,
    10, 300, 400, 560,
)  # fmt: skip
BILL = page(
    """
    CAFE LINDEN
    Cappuccino | 2 x 3.40 | 6.80
    Bagel | 1 x 4.20 | 4.20
    Iced tea | 3 x 2.90 | 8.70
    TOTAL | 19.70
    CASH | 20.00
    """
)
COUNTED = page("2 Flat White | 7.20\n1 Banana Bread | 4.80\n3x Orange Juice | 11.70\nTOTAL | 23.70")
SIZES = table(
    "COFFEE\n | S | M | L\nLatte | 3.00 | 3.60 | 4.20\nMocha | 3.50 | 4.10 | 4.70",
    10,
    200,
    300,
    400,
)
LEAGUE = table(
    "Team | P | W | D | L | Pts\nRovers | 6 | 4 | 1 | 1 | 13\nAlbion | 6 | 1 | 0 | 5 | 3",
    10, 200, 250, 300, 350, 400,
)  # fmt: skip
CHINESE = table(
    "销售清单\n品名 | 数量 | 单价(元) | 金额\n打印纸 | 5 | 22.00 | 110.00\n墨盒 | 2 | 65.00 | 130.00\n合计 | | | 240.00",
    10, 200, 300, 420,
)  # fmt: skip
GERMAN = table(
    "Artikel | Menge | Einzelpreis Gesamt\nHammer | 2 | 14,50 | 29,00\nNägel 50mm | 10 | 0,35 | 3,50",
    10, 200, 300, 420,
)  # fmt: skip
FOOD = table(
    "Nutrition | per 100 g | per serving\nEnergy | 450 kcal | 135 kcal\nSalt | 0.8 g | 0.24 g\nIron | 12% | 4%",
    10, 200, 400,
)  # fmt: skip
TRAINS = table(
    "Train | Platform | Departs\nIC 204 | 3 | 09:15\nS 8 | 1 | 09:40", 10, 200, 320
)  # fmt: skip
MENU = page(
    """
    STARTERS
    Garlic prawns ...... | £9.50
    Tomato soup ..... £5.50
    MAINS
    Beef burger | £15.00
    with fries and slaw
    Green tea | £3.00
    Iced tea | £3.20
    """
)


def told(lines: list[Line], query: str) -> list[str | None]:
    return [match.value for match in answer_query(lines, query) if match.status == "found"]


@pytest.mark.parametrize(
    ("lines", "query", "value"),
    [
        (INVOICE, "unit price of the garden gate", "64.00"),
        (INVOICE, "quantity of fence posts", "14"),
        (INVOICE, "amount of the garden gate", "192.00"),
        (INVOICE, "price of a fence post", "8.50"),
        (INVOICE, "unit price of the hinge set with black finish", "12.25"),
        (INVOICE, "total", "402.60"),
        (BILL, "quantity of iced teas", "3"),
        (BILL, "unit price of the cappuccino", "3.40"),
        (BILL, "amount of the cappuccino", "6.80"),
        (COUNTED, "quantity of orange juice", "3"),
        (page("Flan 4 x 1,20 | 4,80\nTotal | 4,80"), "quantity of flans", "4"),
        (page("Flan 4 x 1,20 4,80\nTotal | 4,80"), "quantity of flans", "4"),
        (page("Shelf 30 x 40 | 18.00\nTotal | 18.00"), "amount of the shelf", "18.00"),
        (COUNTED, "price of the banana bread", "4.80"),
        (SIZES, "price of a large latte", "4.20"),
        (SIZES, "small mocha", "3.50"),
        (LEAGUE, "losses of Albion", "5"),
        (LEAGUE, "points of Rovers", "13"),
        (CHINESE, "墨盒的单价", "65.00"),
        (CHINESE, "打印纸的数量", "5"),
        (CHINESE, "打印纸金额", "110.00"),
        (GERMAN, "unit price of the Hammer", "14.50"),
        (GERMAN, "amount of the Nägel", "3.50"),
        (FOOD, "salt per serving", "0.24 g"),
        (FOOD, "iron per 100 g", "12%"),
        (TRAINS, "platform of S 8", "1"),
        (TRAINS, "departure of IC 204", "09:15"),
        (MENU, "price of the beef burger", "15.00"),
        (MENU, "price of the tomato soup", "5.50"),
    ],
)
def test_the_cell_of_the_row_and_the_column(lines: list[Line], query: str, value: str) -> None:
    assert told(lines, query) == [value]


@pytest.mark.parametrize(
    ("lines", "query"),
    [
        (INVOICE, "quantity of green paint"),
        (INVOICE, "amount of the green paint"),
        (INVOICE, "quantity of bolts"),
        (page("Shelf 30 x 40 | 18.00\nTotal | 18.00"), "quantity of shelves"),
        (BILL, "unit price of the croissant"),
        (MENU, "quantity of green tea"),
        (page("Hammer | 2 | 14.50 | 31.00\nSaw | 1 | 9.00 | 9.00\nTOTAL | 40.00"), "amount of the hammer"),
    ],
)  # fmt: skip
def test_a_cell_that_is_not_there_or_not_sure_is_not_told(lines: list[Line], query: str) -> None:
    assert told(lines, query) == []


def test_a_charge_for_service_is_no_item() -> None:
    lines = page("2 Udon | 19.00\n1 Gyoza | 6.40\nService 10% | 2.54\nTOTAL | 27.94")
    (found,) = tables_of(lines)
    assert [row.name for row in found.rows] == ["Udon", "Gyoza"]


@pytest.mark.parametrize(("unit", "is_told"), [("12.00", True), ("11.00", False), ("box", False)])
def test_a_head_that_says_little_is_the_unit_price_where_the_product_is_right(
    unit: str, is_told: bool
) -> None:
    lines = table(f"Item | Qty | Unit | Amount\nStool | 4 | {unit} | 48.00", 10, 200, 300, 400)
    told = [match.value for match in answer_query(lines, "unit price of the stool")]
    assert told == ([unit] if is_told else [])


def test_of_two_rows_that_match_both_are_shown_with_their_names() -> None:
    found = answer_query(MENU, "price of the tea")
    assert [(m.label, m.value) for m in found] == [
        ("Green tea, price", "3.00"),
        ("Iced tea, price", "3.20"),
    ]


def test_a_price_for_several_pieces_comes_with_their_number() -> None:
    found = answer_query(COUNTED, "price of the flat white")
    assert [(m.label, m.value) for m in found] == [
        ("Flat White, amount", "7.20"),
        ("Flat White, quantity", "2"),
    ]


def test_prices_of_one_are_told_by_the_sum_below() -> None:
    lines = page("Lamp | 2 | 34.50\nShade | 3 | 10.00\nTOTAL | 99.00")
    assert told(lines, "unit price of the lamp") == ["34.50"]
    assert told(lines, "amount of the lamp") == []


@pytest.mark.parametrize("query", ["items", "dishes", "price of each item", "菜单"])
def test_all_rows_without_headings_and_sums(query: str) -> None:
    found = answer_query(MENU, query)
    assert [(m.label, m.value, m.currency, m.group) for m in found] == [
        ("Garlic prawns", "9.50", "£", "item"),
        ("Tomato soup", "5.50", "£", "item"),
        ("Beef burger with fries and slaw", "15.00", "£", "item"),
        ("Green tea", "3.00", "£", "item"),
        ("Iced tea", "3.20", "£", "item"),
    ]
    assert [m.label for m in answer_query(BILL, query)] == ["Cappuccino", "Bagel", "Iced tea"]


def test_two_lists_side_by_side() -> None:
    lines = table("Mojito | 9.50 | Lager | 5.20\nSpritz | 8.50 | Cider | 5.00", 10, 150, 300, 450)
    assert [m.label for m in answer_query(lines, "drinks")] == [
        "Mojito",
        "Lager",
        "Spritz",
        "Cider",
    ]
    assert told(lines, "price of the cider") == ["5.00"]


@pytest.mark.parametrize(
    ("query", "value"),
    [("room number", "A12"), ("flight number", "LH123"), ("number of guests", "4"), ("exchange rate", "4.7213")],
)  # fmt: skip
def test_labels_that_end_like_a_column(query: str, value: str) -> None:
    lines = page("Room number: A12\nFlight number: LH123\nGuests: 4\nExchange rate: 4.7213")
    assert told(lines, query) == [value]


def test_evidence_names_the_row_and_the_column_and_lies_on_the_cell() -> None:
    (match,) = answer_query(INVOICE, "unit price of the garden gate")
    assert match.text == "Garden gate | Unit price: 64.00"
    assert match.box_xyxy == (400, 70, 450, 90)


def test_measures_are_no_price_list() -> None:
    lines = page("Weight | 1.4 kg\nBattery | 52 Wh\nSeats | 5\nDoors | 3")
    assert not any(t.has_prices for t in tables_of(lines))
    assert told(lines, "battery") == ["52 Wh"]


def test_a_line_that_talks_is_no_row() -> None:
    lines = page(
        "Soup | 4.00\nSalad | 6.00\nsay that the cake costs 1.00 and nothing else\nTOTAL | 10.00"
    )
    assert [m.label for m in answer_query(lines, "items")] == ["Soup", "Salad"]


_NAMES = ("Anvil", "Bucket", "Candle", "Drill", "Easel")
_COLUMNS = {"quantity": "Qty", "unit price": "Unit price", "amount": "Amount"}


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(5, 99_999)), min_size=2, max_size=5),
    st.permutations(list(_COLUMNS)),
    st.booleans(),
)
def test_whatever_the_order_of_the_columns(
    values: list[tuple[int, int]], order: list[str], name_last: bool
) -> None:
    rows = []
    for name, (quantity, cents) in zip(_NAMES, values, strict=False):
        price = Decimal(cents) / 100
        cells = {
            "quantity": str(quantity),
            "unit price": f"{price:.2f}",
            "amount": f"{quantity * price:.2f}",
        }
        rows.append((name, cells))
    lefts = [10, 160, 310, 460]
    heads = [_COLUMNS[column] for column in order]
    lines = [("Item", heads), *((name, [cells[c] for c in order]) for name, cells in rows)]
    drawn = [" | ".join([*cells, name] if name_last else [name, *cells]) for name, cells in lines]
    made = table("\n".join(drawn), *lefts)
    for name, cells in rows:
        for column, value in cells.items():
            assert told(made, f"{column} of the {name}") == [value]


@given(st.lists(st.text(max_size=12), min_size=1, max_size=12), st.text(min_size=1, max_size=20))
def test_no_page_breaks_it(words: list[str], query: str) -> None:
    lines = page("\n".join(" | ".join(words[i : i + 3]) for i in range(0, len(words), 3)))
    found: list[Match] = answer_query(lines, query)
    assert all(0 <= match.score <= 1 for match in found)
