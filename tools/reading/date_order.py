"""Which of the days a printed date means, by the other dates of the page and by today's date.

06/07/24 can be in July or in June. Beside 28/06/24 it is in July: dates of one page are written in
one order. Where the year has two digits and could stand first, today's date tells.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from tools.reading.dates import Day, dates_and_months
from tools.reading.typed import Typed

CLEARLY_FARTHER = 3650
"""Days. Between slashes hardly anybody writes the year first, between dots or hyphens some do."""


def settled(found: Sequence[Typed], today: date | None = None) -> list[Typed]:
    """The dates of one page with the readings that are left (`tools.reading.dates`).

    The order of day and month stays open where no one order fits all dates.

    Args:
        found: dates as `dates` and `months` find them.
        today: the day that tells where the year stands; that of the clock if None.
    """
    by_order = [_by_order(typed) for typed in found]
    orders = {"day", "month"}
    for readings in by_order:
        orders &= (readings.keys() - {"year"}) or orders
    return [
        replace(
            typed, readings=_left(typed, readings, orders, today or datetime.now(tz=UTC).date())
        )
        for typed, readings in zip(found, by_order, strict=True)
    ]


def readings_of(value: str, text: str, today: date | None = None) -> frozenset[Day]:
    """What a date or month can mean within the text that it was read from; none if it is none."""
    for within in (text, value):
        for typed in settled(dates_and_months(within), today):
            if typed.value == value:
                return typed.readings
    return frozenset()


def period_of(value: str, text: str = "", today: date | None = None) -> Day | None:
    """The month that a date lies in, or where that may be two the year (month 0), or None."""
    found = readings_of(value, text, today)
    years, months = {day.year for day in found}, {(day.year, day.month) for day in found}
    if len(years) != 1:
        return None
    return Day(*months.pop()) if len(months) == 1 else Day(years.pop(), 0)


def _left(typed: Typed, readings: dict[str, Day], orders: set[str], today: date) -> frozenset[Day]:
    first = readings.get("year")
    last = {order: day for order, day in readings.items() if order != "year"}
    if not last:
        return typed.readings
    kept = {day for order, day in last.items() if order in orders} or set(last.values())
    if first is not None and _may_be_meant(first, last.values(), today, typed.value):
        kept.add(first)
    return frozenset(kept)


def _may_be_meant(first: Day, last: Collection[Day], today: date, printed: str) -> bool:
    """Whether a day with the year read first is about as near to today as with the year last."""

    def ahead(day: Day) -> int:
        return (date(day.year, day.month, day.day) - today).days

    if ahead(first) > 0 and any(ahead(day) <= 0 for day in last):
        return False
    margin = 0 if "/" in printed else CLEARLY_FARTHER
    return abs(ahead(first)) < min(abs(ahead(day)) for day in last) + margin


def _by_order(typed: Typed) -> dict[str, Day]:
    """The readings of a date in numbers by what stands first: day, month or year; none of others.

    A date whose year has four digits and stands first has one reading only.
    """
    numbers = [int(number) for number in re.findall(r"\d+", typed.value)]
    if len(numbers) != 3 or numbers[0] > 31 or re.search(r"[^\W\d_]", typed.value):
        return {}
    *pair, year = numbers
    found = {}
    for day in typed.readings:
        if day.year % 100 == year % 100 and [day.day, day.month] == pair:
            found["day"] = day
        if day.year % 100 == year % 100 and [day.month, day.day] == pair:
            found["month"] = day
        if [day.year % 100, day.month, day.day] == numbers:
            found["year"] = day
    return found
