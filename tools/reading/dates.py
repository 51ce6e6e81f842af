"""The one reader of dates: where they stand in a text, and every day that they can mean.

A date is told as it is printed. 04/05/2024 can be two days; where one is needed, the day comes
before the month. "2018年10月" is a month: nothing here makes up a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import chain

from tools.reading.numerals import digits_repaired
from tools.reading.typed import Typed
from tools.words.months import months as month_names

_YEAR_END = r"(?=\d{1,2}:\d{2}|\D|$)"
_YEAR4 = r"(?P<y>(?:19|20)\d\d)"
_NUMERIC = [
    re.compile(
        rf"(?<!\d){_YEAR4}\s?[-/.]\s?(?P<m>\d\d?)\s?[-/.]\s?(?P<d>\d\d?)(?=\d\d:|\D|$)"
    ),
    re.compile(rf"{_YEAR4}\s?年\s?(?P<m>\d\d?)\s?月\s?(?P<d>\d\d?)(?:\s?[日号號]|(?!\d))"),
    re.compile(
        r"(?<![\d/.])(?<!\d-)(?P<d>\d\d?)\s?(?P<s>[-/.])\s?(?P<m>\d\d?)\s?(?P=s)\s?"
        rf"{_YEAR4}{_YEAR_END}"
    ),
    re.compile(rf"(?<![\d/])(?P<d>\d\d?)\s?/\s?(?P<m>\d\d?)\s?/\s?{_YEAR4}{_YEAR_END}"),
    re.compile(
        r"(?<![\d/.-])(?P<d>\d\d?)\s?(?P<s>[-/.])\s?(?P<m>\d\d?)\s?(?P=s)\s?"
        r"(?P<y>\d\d)(?=-?\d\d:\d\d|[^\d/.-]|[.-]?\s|[.-]?$)"
    ),
    re.compile(
        r"(?<![A-Za-z\d])(?P<y>20[0-4]\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?![A-Za-z\d])"
    ),
]  # fmt: skip
_MONTH_ONLY = [
    re.compile(rf"{_YEAR4}\s?年\s?(?P<m>\d\d?)\s?月(?!\s?\d)"),
    re.compile(rf"(?<![\d/.,-])(?P<m>0?[1-9]|1[0-2])\s?/\s?{_YEAR4}(?![\d/]|[.-]\d)"),
    re.compile(rf"(?<![\w/.,-])(?P<m>0[1-9]|1[0-2])[.-]{_YEAR4}(?![\w/]|[.-]\w)"),
    re.compile(rf"(?<![\w/.,-]){_YEAR4}[/-](?P<m>0[1-9]|1[0-2])(?![\w/]|[.-]\w)"),
]
_SHORT_MONTH = re.compile(
    r"(?<![\w/.,-])(?P<m>0[1-9]|1[0-2])\s?[/.-]\s?(?P<y>\d\d)(?![\w/]|[.-]\w)"
)

_ZERO_FOR_O = re.compile(r"\b0(?=(?:ct|kt|tt|gos|utu))", re.IGNORECASE)
"""The OCR's zero in October, Oktober, ottobre, Ogos, outubro."""


@dataclass(frozen=True, order=True)
class Day:
    """A calendar day, or a month where `day` is 0, or a year where `month` is 0, too."""

    year: int
    month: int
    day: int = 0


def dates(text: str) -> list[Typed]:
    """Calendar dates as printed; `parsed` is the `Day` (day first), `readings` all it can be."""
    return _found(text, [*_NUMERIC, *_named()])


def months(text: str, *, short: bool = False) -> list[Typed]:
    """Months with their year and no day ("10/2018", "Oct 2018"); `parsed` is a `Day` of day 0.

    With `short` also "12/26", which elsewhere may be anything.
    """
    return _months_beside(dates(text), text, short=short)


def dates_and_months(text: str) -> list[Typed]:
    """What `dates` and `months` find, from left to right."""
    days = dates(text)
    return sorted([*days, *_months_beside(days, text)], key=lambda typed: typed.start)


def _months_beside(days: list[Typed], text: str, *, short: bool = False) -> list[Typed]:
    """The months of a text that are no part of its dates."""
    taken = bytearray(len(text))
    for day in days:
        taken[day.start : day.end] = b"\x01" * (day.end - day.start)
    patterns = [*_MONTH_ONLY, _named_month(), *([_SHORT_MONTH] if short else [])]
    return [month for month in _found(text, patterns) if not any(taken[month.start : month.end])]


@lru_cache(maxsize=1024)
def parse_date(text: str) -> date | None:
    """The calendar date that a string means (day first), or None."""
    for typed in dates(text.strip()):
        if typed.end - typed.start == len(text.strip()):
            day: Day = typed.parsed
            return date(day.year, day.month, day.day)
    return None


def _found(text: str, patterns: list[re.Pattern[str]]) -> list[Typed]:
    """What these patterns find, earlier patterns first, without overlaps, left to right."""
    text = _ZERO_FOR_O.sub("O", digits_repaired(text))
    found: list[Typed] = []
    taken = bytearray(len(text))
    for match in chain.from_iterable(pattern.finditer(text) for pattern in patterns):
        if any(taken[match.start() : match.end()]):
            continue
        days = list(dict.fromkeys(_days(match)))
        if days:
            value = re.sub(r"\s+", " ", match.group()).strip()
            span = (match.start(), match.end())
            taken[slice(*span)] = b"\x01" * (span[1] - span[0])
            found.append(Typed(value, "date", *span, days[0], frozenset(days)))
    return sorted(found, key=lambda typed: typed.start)


def _days(match: re.Match[str]) -> Iterator[Day]:
    """What a match can mean, the likeliest first."""
    parts = match.groupdict()
    name = parts.get("name")
    year = int(parts["y"])
    month = month_names()[name.casefold()] if name else int(parts["m"])
    if parts.get("d") is None:
        yield from _calendar(year, month, None)
        return
    day = int(parts["d"])
    yield from _calendar(year, month, day)
    if name or match.start("y") < match.start("m"):
        return
    yield from _calendar(year, day, month)
    if year < 100:
        yield from _calendar(day, month, year)


def _calendar(year: int, month: int, day: int | None) -> Iterator[Day]:
    year += 0 if year >= 100 else 2000 if year < 70 else 1900
    try:
        date(year, month, 1 if day is None else day)
    except ValueError:
        return
    yield Day(year, month, day or 0)


def _name() -> str:
    names = sorted(month_names(), key=len, reverse=True)
    return rf"(?P<name>{'|'.join(re.escape(name) for name in names)})"


@cache
def _named() -> tuple[re.Pattern[str], ...]:
    year = r"(?P<y>(?:19|20)\d\d|\d\d)"
    return (
        re.compile(
            rf"(?<!\d)(?P<d>\d\d?)(?:st|nd|rd|th)?[\s./-]{{0,3}}(?:of |de )?{_name()}"
            rf"[\s.,/'-]{{0,3}}(?:del? )?{year}{_YEAR_END}",
            re.IGNORECASE,
        ),
        re.compile(
            rf"(?<![^\W\d_]){_name()}\.?\s?(?P<d>\d\d?)(?:st|nd|rd|th)?\s?,?\s?{_YEAR4}{_YEAR_END}",
            re.IGNORECASE,
        ),
    )


@cache
def _named_month() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![^\W_]){_name()}[\s.,/'-]{{0,3}}(?:del? )?{_YEAR4}(?!\d)", re.IGNORECASE
    )
