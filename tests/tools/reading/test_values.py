from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.reading.values import (
    amounts,
    dates,
    digits_repaired,
    emails,
    numbers,
    parse_date,
    phones,
    times,
    typed_values,
    urls,
)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("TOTAL RM60.30", ["60.30"]),
        ("TOTAL:12.50", ["12.50"]),
        ("Rounding -.02", ["-0.02"]),
        ("Cash -10.00", ["-10.00"]),
        ("credit 10.00-", ["-10.00"]),
        ("CHANGE RM 13,00", ["13.00"]),
        ("1,234.56", ["1234.56"]),
        ("1.234,56", ["1234.56"]),
        ("12,345,678.90", ["12345678.90"]),
        ("RMO.00", ["0.00"]),
        ("3x10.49 31.47 S", ["10.49", "31.47"]),
        ("5.90SR", ["5.90"]),
        ("合计：¥128", ["128"]),
        ("合计:12.5元", ["12.5"]),
        ("$8.20", ["8.20"]),
        ("€ 5,00", ["5.00"]),
        ("GST 6.00%", []),
        ("24.55.12.1", []),
        ("at 12:30 on 05.03.2018", []),
        ("NO.59 LONG ROAD", []),
        ("31,31A SOME ROAD", []),
        ("Total 5", []),
        ("", []),
    ],
)
def test_amounts(text, values):
    assert [typed.value for typed in amounts(text)] == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Date: 19/10/2018", ["19/10/2018"]),
        ("04/03/201815:41:52", ["04/03/2018"]),
        ("15Jun1808:34:31 PM", ["15Jun18"]),
        ("05  Mar   2018 18:24", ["05 Mar 2018"]),
        ("[19/06/17] [11:37]", ["19/06/17"]),
        ("[Sales]2018-01-0522:55:25", ["2018-01-05"]),
        ("REG #19-18/03/201823:02:16", ["18/03/2018"]),
        ("日期：2018年3月5日", ["2018年3月5日"]),
        ("INV:15403-119366(29/07/2016)", ["29/07/2016"]),
        ("05-AUG-2017", ["05-AUG-2017"]),
        ("23-11-2O18", ["23-11-2018"]),
        ("20180304", ["20180304"]),
        ("27/02/18-12:30", ["27/02/18"]),
        ("Date:27.05.18.", ["27.05.18"]),
        ("01/JAN/2018", ["01/JAN/2018"]),
        ("Tuesday, May 01, 2018", ["May 01, 2018"]),
        ("06/09/17(WED)", ["06/09/17"]),
        ("31/02/2018", []),
        ("99/99/2018", []),
        ("Tel 03-41318972", []),
        ("JALAN 21/39, 47400", []),
        ("ratio 1/2", []),
    ],
)
def test_dates(text, values):
    assert [typed.value for typed in dates(text)] == values


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("03/04/2018", date(2018, 4, 3)),
        ("03/14/2018", date(2018, 3, 14)),
        ("03-04-18", date(2018, 4, 3)),
        ("12 JAN 2018", date(2018, 1, 12)),
        ("12 Mac 2018", date(2018, 3, 12)),
        ("Mar 5, 2018", date(2018, 3, 5)),
        ("15Jun18", date(2018, 6, 15)),
        ("2018/05/01", date(2018, 5, 1)),
        ("01-01-85", date(1985, 1, 1)),
        ("30 Feb 2018", None),
        ("may", None),
        ("hello", None),
    ],
)
def test_parse_date_reads_the_day_first(text, day):
    assert parse_date(text) == day


@settings(deadline=None)
@given(st.dates(date(2000, 1, 1), date(2069, 12, 31)), st.sampled_from("/-."))
def test_printed_dates_are_read_back(day, separator):
    printed = f"{day.day:02}{separator}{day.month:02}{separator}{day.year}"
    found = dates(f"Date {printed} 10:15")
    assert [(typed.value, typed.parsed) for typed in found] == [(printed, day)]


@settings(deadline=None)
@given(st.decimals(min_value=0, max_value=999_999, places=2, allow_nan=False))
def test_printed_amounts_are_read_back(amount):
    (typed,) = amounts(f"TOTAL RM {amount:,.2f} S")
    assert typed.parsed == amount
    assert typed.value == f"{amount:.2f}"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("04/03/201815:41:52", ["15:41:52"]),
        ("[Sales]2018-01-0522:55:25 Pos", ["22:55:25"]),
        ("5:41:06 PM", ["5:41:06 PM"]),
        ("时间：18:05", ["18:05"]),
        ("25:61", []),
    ],
)
def test_times(text, values):
    assert [typed.value for typed in times(text)] == values


@pytest.mark.parametrize(
    ("text", "labelled", "values"),
    [
        ("Tel:07-3507405 Fax:07-3558160", False, ["07-3507405", "07-3558160"]),
        ("+6012-506 0668", False, ["+6012-506 0668"]),
        ("GST ID:000849813504", False, []),
        ("TEL 5551234", True, ["5551234"]),
        ("5551234", False, []),
        ("电话 021-62345678", False, ["021-62345678"]),
        ("19/10/2018", True, []),
    ],
)
def test_phones(text, labelled, values):
    assert [typed.value for typed in phones(text, labelled=labelled)] == values


def test_web_and_mail():
    assert [t.value for t in emails("write to a.b @example.com.my, or")] == ["a.b@example.com.my"]
    assert [t.value for t in urls("www.example.com/a, then shop-it.com.my.")] == [
        "www.example.com/a",
        "shop-it.com.my",
    ]
    assert urls("mail x@example.com") == []


def test_numbers_stand_alone():
    assert [t.value for t in numbers("4 of 1,200 at A12, 3/4")] == ["4", "1200"]


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_the_finders_and_spans_are_inside(text):
    for typed in typed_values(text):
        assert 0 <= typed.start < typed.end <= len(text)
        assert typed.value


@settings(deadline=None)
@given(st.text(alphabet="0123456789OolI|/.-RM ", max_size=30))
def test_repairs_keep_the_length(text):
    assert len(digits_repaired(text)) == len(text)
