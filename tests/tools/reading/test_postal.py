from __future__ import annotations

import pytest

from tests.tools.reading.page_maker import page
from tools.reading.labels import plain
from tools.reading.postal import mark_of, marks_of, set_right


@pytest.mark.parametrize(
    "text",
    [
        "482 Pine Hill Road", "75 5th Ave Suite 3", "2210 NE Broadway", "9/120 George St", "19a Sheep Street",
        "17 Cross Street Upper", "455 rue Saint-Denis", "27 bis bd Voltaire", "12, rue de la République",
        "Bahnhofstraße 17", "Linzer Gasse 22", "Am Markt 3", "Hauptstr.5", "Keizersgracht 12", "C/ San Miguel, 8",
        "Avda. de la Constitución 40", "Via Garibaldi 9", "Corso Vittorio Emanuele II, 31", "12/3, Linking Road",
        "12 Mill Lane, Leeds LS1 4AB",
    ],
)  # fmt: skip
def test_streets(text):
    assert mark_of(text) == "street"


@pytest.mark.parametrize(
    "text",
    [
        "Madison, WI 53703", "Portland, ME 04101", "Saskatoon, SK S7K 2B5", "York YO1 9TQ", "M1 3HE", "York Y01 9TQ",
        "Galway H91 KX2P", "Ballina Co. Mayo", "Sydney NSW 2000", "Bengaluru 560001", "Mumbai - 400 050",
        "1012 AB Amsterdam", "1250-096 Lisboa",
    ],
)  # fmt: skip
def test_towns_that_nothing_else_looks_like(text):
    assert mark_of(text) == "town"


@pytest.mark.parametrize(
    "text",
    [
        "The Copper Kettle", "99 SPEED MART", "Table 4", "Invoice 2024 0815", "TEL: 07-1234567", "Seit 1924",
        "GREEN LAMP SDN BHD (139386 X)", "Green tea 12.50", "欢迎光临", "",
    ],
)  # fmt: skip
def test_no_part_of_an_address(text):
    assert mark_of(text) is None


@pytest.mark.parametrize(
    ("street", "town"),
    [
        ("Unter den Linden 7", "10117 Berlin"),
        ("3417 Lamar", "Austin TX 78705"),
        ("Mariahilfer Weg 8", "A-1010 Wien"),
        ("Rue du Rhône 19", "1204 Genève"),
        ("7 Dame Lane", "Dublin 8"),
        ("Gran Vía 28", "48001 Bilbao"),
    ],
)
def test_a_street_and_a_town_vouch_for_each_other(street, town):
    assert marks_of(page(f"{street}\n{town}")) == ["street", "town"]
    assert marks_of(page(f"{town}\n\n\n{street}"))[0] in (None, "town")


@pytest.mark.parametrize(
    "text",
    ["Unit 6", "Shop B", "Suite 210", "Plot No. 27, Anna Layout", "2nd Floor, Rose House",
     "Ground Floor", "G/F", "12/F", "#02-15 Golden Plaza"],
)  # fmt: skip
def test_parts_of_a_building(text):
    assert mark_of(text) == "unit"


def test_a_street_without_a_number_needs_a_town_below_and_something_above():
    assert marks_of(page("Nolan's\nMain Street\nKenmare\nCo. Kerry"))[1] == "street"
    assert marks_of(page("Main Street\nKenmare\nCo. Kerry"))[0] is None
    assert marks_of(page("Nolan's\nMain Street\nMilk 2.40"))[1] is None


def test_a_nought_for_an_o_is_set_right_only_where_that_makes_a_town():
    assert set_right("Portland 0R 97232") == "Portland OR 97232"
    assert set_right("Room B05, 0K") == "Room B05, 0K"
    assert plain(set_right("York Y01 9TQ")) == "york yo1 9tq"
