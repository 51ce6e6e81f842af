from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.reading.date_order import period_of, settled
from tools.reading.dates import Day, dates, months, parse_date


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
        ("2018年3月5日10:22", ["2018年3月5日"]),
        ("INV:15403-119366(29/07/2016)", ["29/07/2016"]),
        ("05-AUG-2017", ["05-AUG-2017"]),
        ("23-11-2O18", ["23-11-2018"]),
        ("20180304", ["20180304"]),
        ("27/02/18-12:30", ["27/02/18"]),
        ("Date:27.05.18.", ["27.05.18"]),
        ("01/JAN/2018", ["01/JAN/2018"]),
        ("Tuesday, May 01, 2018", ["May 01, 2018"]),
        ("06/09/17(WED)", ["06/09/17"]),
        ("12 0ctober 2021", ["12 October 2021"]),
        ("LOT B20240315", []),
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
    assert [(typed.value, typed.parsed) for typed in found] == [
        (printed, Day(day.year, day.month, day.day))
    ]


MONTHS = {
    "en": [
        "January",
        "Feb",
        "March",
        "Apr",
        "May",
        "June",
        "Jul",
        "August",
        "Sept",
        "October",
        "Nov",
        "December",
    ],
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Okt",
        "November",
        "Dezember",
    ],
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "es": [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    "pt": [
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ],
    "nl": [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    "ms": [
        "Januari",
        "Februari",
        "Mac",
        "April",
        "Mei",
        "Jun",
        "Julai",
        "Ogos",
        "September",
        "Oktober",
        "November",
        "Disember",
    ],
}
WRITTEN = [
    "{d} {name} {y}", "{d:02}-{name}-{y}", "{name} {d}, {y}", "{d}. {name} {y}", "{d} de {name} de {y}", "{d} of {name} {y}",
    "{d:02}/{m:02}/{y}", "{m:02}/{d:02}/{y}", "{y}-{m:02}-{d:02}", "{y}年{m}月{d}日", "{d}.{m}.{y}", "{y}/{m}/{d}", "{y}{m:02}{d:02}",
    "{d:02}/{m:02}/{yy:02}", "{d}.{m}.{yy:02}", "{m:02}-{d:02}-{yy:02}", "{yy:02}/{m:02}/{d:02}",
]  # fmt: skip


@settings(deadline=None)
@given(
    st.dates(date(2000, 1, 1), date(2049, 12, 31)),
    st.sampled_from(WRITTEN),
    st.sampled_from(sorted(MONTHS)),
    st.sampled_from([("", ""), ("Date: ", " 10:15"), ("日期：", "。"), ("MHD ", ", Kasse 3")]),
)
def test_a_written_date_is_that_day_or_may_be_it_and_is_never_only_another(
    day, written, language, around
):
    printed = written.format(
        d=day.day, m=day.month, y=day.year, yy=day.year % 100, name=MONTHS[language][day.month - 1]
    )
    true = Day(day.year, day.month, day.day)
    found = dates(around[0] + printed + around[1])
    assert [typed.value for typed in found] == [printed]
    assert true in found[0].readings
    if "{yy" not in written and day.day > 12:
        assert found[0].readings == {true}


@settings(deadline=None)
@given(
    st.integers(2000, 2049),
    st.integers(1, 12),
    st.sampled_from(
        ["{y}年{m}月", "{m:02}/{y}", "{name} {y}", "{y}-{m:02}", "{m:02}.{y}", "{name}, {y}"]
    ),
    st.sampled_from(sorted(MONTHS)),
)
def test_a_month_is_a_month_and_gets_no_day(year, month, written, language):
    printed = written.format(y=year, m=month, name=MONTHS[language][month - 1])
    text = f"EXP {printed} OK"
    assert dates(text) == []
    assert parse_date(printed) is None
    assert [(typed.value, typed.readings) for typed in months(text)] == [
        (printed, {Day(year, month)})
    ]


@pytest.mark.parametrize(
    "text",
    ["2018年10月19日", "19/10/2018", "2018-10-19", "19 Oct 2018", "Oct 19, 2018", "12.10.2018"],
)
def test_a_day_is_not_also_a_month(text):
    assert months(text) == []


@pytest.mark.parametrize(
    "text",
    ["INV 2018-0815", "3/2", "page 10/20", "May 20", "1/2000000", "10.2018.5", "A-10-2018-B"],
)
def test_what_is_no_month(text):
    assert months(text) == []


def test_an_ambiguous_date_has_both_readings():
    (typed,) = dates("04/05/2024")
    assert typed.parsed == Day(2024, 5, 4)
    assert typed.readings == {Day(2024, 5, 4), Day(2024, 4, 5)}


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("29/07/2024", Day(2024, 7)),
        ("04/05/2024", Day(2024, 0)),
        ("03/2025", Day(2025, 3)),
        ("2 May 2006", Day(2006, 5)),
        ("04.05.06", None),
        ("no date", None),
    ],
)
def test_the_month_or_year_of_a_date_where_it_can_be_only_one(text, period):
    assert period_of(text) == period


@pytest.mark.parametrize(
    ("page", "period"),
    [
        ("06/07/24 28/06/24", Day(2024, 7)),
        ("06/07/24 06/28/24", Day(2024, 6)),
        ("06/07/2024 25.12.2023", Day(2024, 7)),
        ("06/07/24 28/06/24 06/28/24", Day(2024, 0)),
        ("06/07/24 3 May 2024", Day(2024, 0)),
        ("06/07/24 2024-05-03", Day(2024, 0)),
        ("28.06.24", Day(2024, 6)),
        ("04.05.06 28.06.06", None),
        ("24/06/07", None),
        ("24-05-06", None),
        ("99/12/28", Day(1999, 12)),
    ],
)
def test_the_other_dates_of_a_page_and_today_settle_what_a_date_means(page, period):
    assert period_of(page.split(" ")[0], page, date(2026, 1, 15)) == period


@given(st.dates(date(2000, 1, 1), date(2069, 12, 31)), st.sampled_from("/.-"), st.booleans())
def test_the_day_that_was_written_is_never_settled_away(day, mark, is_short):
    written = day.strftime(mark.join(("%d", "%m", "%y" if is_short else "%Y")))
    (typed,) = settled(dates(written), date(2026, 1, 15))
    assert Day(day.year, day.month, day.day) in typed.readings


@given(st.dates(date(2000, 1, 1), date(2025, 12, 31)), st.integers(13, 28))
def test_one_clear_date_settles_all_others(day, clear):
    page = f"{day:%d/%m/%Y} and {clear}/02/2020"
    assert settled(dates(page))[0].readings == {Day(day.year, day.month, day.day)}
