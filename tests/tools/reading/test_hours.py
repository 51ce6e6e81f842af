"""Opening hours by the day that is asked for."""

from __future__ import annotations

import pytest

from tests.tools.reading.page_maker import page
from tools.reading.fields import answer_query
from tools.reading.hours import days_in, hours_of

ENGLISH = page("OPENING HOURS\nMon - Fri | 9:00 - 18:00\nSaturday | 10:00 - 14:00\nSunday | closed")
SHORT = page("We are open\nTue-Thu 11am - 9pm\nFri & Sat 11am - 11pm\nSun 12pm - 6pm\nMon Closed")
GERMAN = page("Öffnungszeiten\nMo-Fr: 8.00-18.30 Uhr\nSa: 9.00-13.00 Uhr\nSo: geschlossen")
CHINESE = page("营业时间\n周一至周五 | 8:30-17:30\n周六、周日 | 10:00-16:00\n节假日 | 休息")
CELLS = page("Office hours\nMon | 8:00 | 12:00 | 13:30 | 17:00\nWed | closed")
STACKED = page("Daily\n9:00 - 17:00\nWednesday\nclosed")


@pytest.mark.parametrize(
    ("lines", "query", "hours"),
    [
        (ENGLISH, "opening hours on Wednesday", "9:00 - 18:00"),
        (ENGLISH, "Sunday", "closed"),
        (SHORT, "opening hours on Saturdays", "11am - 11pm"),
        (SHORT, "hours on Monday", "Closed"),
        (GERMAN, "opening hours on Thursday", "8.00-18.30 Uhr"),
        (GERMAN, "Öffnungszeiten am Sonntag", "geschlossen"),
        (CHINESE, "星期三的营业时间", "8:30-17:30"),
        (CHINESE, "周末的营业时间", "10:00-16:00"),
        (CHINESE, "opening hours on public holidays", "休息"),
        (CELLS, "opening hours on Monday", "8:00 12:00 13:30 17:00"),
        (STACKED, "opening hours on Friday", "9:00 - 17:00"),
        (STACKED, "opening hours on Wednesday", "closed"),
    ],
)
def test_the_hours_of_a_day(lines, query, hours):
    assert [(m.value, m.value_type) for m in answer_query(lines, query)] == [(hours, "time")]


def test_all_hours_with_their_days():
    found = answer_query(ENGLISH, "opening hours")
    assert [(m.label, m.value) for m in found] == [
        ("Mon - Fri", "9:00 - 18:00"),
        ("Saturday", "10:00 - 14:00"),
        ("Sunday", "closed"),
    ]
    assert {m.group for m in found} == {"opening hours"}


def test_hours_of_no_day_are_told_of_none():
    lines = page("请勿拍照\n开放时间 9:00-17:00")
    assert [m.value for m in answer_query(lines, "营业时间")] == ["9:00-17:00"]
    assert not [m for m in answer_query(lines, "周日的营业时间") if m.value]


def test_a_line_below_the_heads_of_several_days_is_of_none_of_them():
    lines = page("Mon-Thu | Fri-Sat | Sun\nKitchen | 11-21 | 11-23 | closed")
    assert hours_of(lines) == []


def test_a_day_that_is_not_listed_has_no_hours():
    assert answer_query(GERMAN[:2], "opening hours on Saturday") == []


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mon - Wed, Sat", {1, 2, 3, 6}),
        ("Saturday to Monday", {6, 7, 1}),
        ("周一至五", {1, 2, 3, 4, 5}),
        ("星期二到星期四", {2, 3, 4}),
        ("weekdays", {1, 2, 3, 4, 5}),
        ("So viel", {7}),
        ("so much to do", set()),
        ("money", set()),
    ],
)
def test_days(text, days):
    assert days_in(text) == days


@pytest.mark.parametrize(
    "line", ["Date: Mon 12/05/2024 14:03", "Sun cream 12.50", "We met on Friday"]
)
def test_what_are_no_hours(line):
    assert hours_of(page(line)) == []


def test_a_label_with_such_a_word_is_no_question_for_hours():
    lines = page("Mon - Fri | 9:00 - 18:00\nClosing balance | 120.00")
    assert [m.value for m in answer_query(lines, "closing balance")] == ["120.00"]
