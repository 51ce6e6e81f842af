from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.reading.page_maker import page
from tools.reading.lines import Word, reading_order, rows_of, union

boxes = st.tuples(st.floats(0, 900), st.floats(0, 900), st.floats(1, 300), st.floats(1, 60)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)


@settings(deadline=None)
@given(st.lists(boxes, max_size=25))
def test_every_word_is_in_exactly_one_line(found):
    words = [Word(str(i), 0.9, box, box) for i, box in enumerate(found)]
    ordered = [word.text for line in reading_order(words) for word in line.words]
    assert sorted(ordered, key=int) == [word.text for word in words]


@settings(deadline=None)
@given(
    rows=st.integers(1, 6),
    columns=st.integers(1, 5),
    tilt=st.floats(-0.02, 0.02),
    seed=st.integers(0, 1000),
)
def test_a_table_is_read_row_by_row_whatever_the_order_of_its_boxes(rows, columns, tilt, seed):
    words = []
    for row in range(rows):
        for column in range(columns):
            x, y = 100 * column, 40 * row + tilt * 100 * column
            box = (x, y, x + 60, y + 24)
            words.append(Word(f"{row}{column}", 0.9, box, box))
    random.Random(seed).shuffle(words)
    assert [line.text for line in rows_of(words)] == [
        " ".join(f"{row}{column}" for column in range(columns)) for row in range(rows)
    ]


def test_words_of_a_row_are_joined_with_one_score_and_one_box():
    first = Word("TOTAL", 1.0, (0, 0, 50, 20), (0, 0, 50, 20))
    second = Word("60.30", 0.5, (200, 2, 250, 22), (200, 2, 250, 22))
    (line,) = reading_order([second, first])
    assert line.text == "TOTAL 60.30"
    assert line.score == pytest.approx(0.75)
    assert line.box_xyxy == (0, 0, 250, 22)


def test_columns_of_prose_are_read_one_after_the_other():
    left = [f"the left column tells story number {n}" for n in "abcdef"]
    right = [f"the right one has other things {n}" for n in "uvwxyz"]
    text = "\n".join(f"{a} | {b}" for a, b in zip(left, right, strict=True))
    lines = page(text)
    assert [line.text for line in lines] == left + right


def words_at(*boxes: tuple[str, tuple[float, float, float, float]]) -> list[Word]:
    return [Word(text, 0.9, box, box) for text, box in boxes]


def test_large_words_side_by_side_whose_boxes_reach_into_each_other_are_one_row():
    words = words_at(("14", (359, 76, 496, 160)), ("GATE", (141, 72, 405, 165)))
    assert [line.text for line in reading_order(words)] == ["GATE 14"]


def test_rows_whose_boxes_touch_stay_two_rows():
    words = words_at(("KEEP LEFT", (100, 50, 400, 120)), ("AT ALL TIMES", (110, 86, 390, 150)))
    assert [line.text for line in reading_order(words)] == ["KEEP LEFT", "AT ALL TIMES"]


def test_short_columns_whose_sentences_go_on_are_read_one_after_the_other():
    lines = page("Leave shoes | Hot drinks\nby the stairs | are free today")
    assert [line.text for line in lines] == [
        "Leave shoes", "by the stairs", "Hot drinks", "are free today",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "table",
    [
        "Colour | Blue\nSize | Large",
        "Soup | 4.50\nbread roll | 1.20",
        "Monday | Closed\nTuesday | Open\nFriday | Open",
    ],
)
def test_short_tables_are_read_row_by_row(table):
    rows = [row.replace(" | ", " ") for row in table.split("\n")]
    assert [line.text for line in page(table)] == rows


def test_a_standing_word_is_a_line_of_its_own():
    words = words_at(
        ("CAFE", (20, 20, 80, 480)),
        ("Open late", (200, 30, 400, 70)),
        ("Tel", (200, 300, 260, 340)),
    )
    assert [line.text for line in reading_order(words)] == ["CAFE", "Open late", "Tel"]


def test_labels_and_amounts_are_no_columns():
    text = "\n".join(f"{name} | {n}.00" for n, name in enumerate(["Noodle soup with beef"] * 6))
    assert all(len(line.words) == 2 for line in page(text))


def test_no_words_no_lines():
    assert reading_order([]) == []
    with pytest.raises(ValueError, match="unpack"):
        union([])
