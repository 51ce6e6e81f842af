"""Typed values in a line of text: amounts, dates, times, phones, e-mails, URLs, numbers.

Patterns find the place; libraries judge and read it (price-parser, dateparser, phonenumbers).
Where a value stands on the page and what it means is `tools.reading.fields`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from tools.evidence import ValueType


@dataclass(frozen=True)
class Typed:
    """A value as it is reported, its type, and where it stands in its line."""

    value: str
    value_type: ValueType
    start: int
    end: int
    parsed: Any = None
    """Decimal of an amount or number, date of a date; None for others."""


_CURRENCY = r"(?:RM|RN|MYR|USD|US\$|SGD|S\$|HK\$|NT\$|CNY|RMB|EUR|GBP|JPY|AUD|IDR|Rp|[$€£¥₩₹฿])"
_WHOLE = (
    r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+(?=,\d\d(?!\d))|"
    r"\d{1,3}(?: \d{3})+(?=\.\d\d(?!\d))|\d+)"
)
_MONEY = re.compile(
    rf"(?<!\d)(?<!\d[.,/:])(?P<sign>(?<![\w)])[-−–~]\s?)?(?P<currency>{_CURRENCY})?\s?"
    rf"(?P<sign2>[-−–~]\s?)?(?P<number>(?:{_WHOLE}\s?|(?<![^\W\d_])|(?<=RM))\.\s?\d{{2}}"
    rf"|{_WHOLE},\d{{2}}(?![^\W\d_]))"
    rf"(?!\d|[.,/:]\d|\s?%)(?P<minus>-(?!\s?[\w]))?",
    re.IGNORECASE,
)
_MARKED = re.compile(
    rf"(?P<currency>{_CURRENCY})\s?(?P<sign>[-−–])?(?P<number>{_WHOLE}(?:\.\d)?)"
    r"(?![\d.,/:]*\d|\s?%)"
    rf"|(?<!\d)(?<!\d[.,/:])(?P<number2>{_WHOLE}(?:\.\d{{1,2}})?)\s?[元圆円块]",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,/:-])-?\d+(?:[.,]\d+)*(?![\w/:]|[.,-]\d)")
_MONTH = (
    r"(?:jan(?:uary|uari)?|feb(?:ruary|ruari)?|mar(?:ch)?|mac|märz|apr(?:il)?|may|mei|mai|june?|jun|"
    r"july?|julai|aug(?:ust)?|ogos|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|"
    r"d(?:ec|is|ez)(?:ember)?)"
)
_YEAR_END = r"(?=\d{1,2}:\d{2}|\D|$)"
_DATES = [
    re.compile(
        r"(?<!\d)(?P<y>(?:19|20)\d\d)\s?[-/.]\s?(?P<m>\d\d?)\s?[-/.]\s?(?P<d>\d\d?)(?=\d\d:|\D|$)"
    ),
    re.compile(r"(?P<y>(?:19|20)\d\d)\s?年\s?(?P<m>\d\d?)\s?月\s?(?P<d>\d\d?)\s?日?"),
    re.compile(
        r"(?<![\d/.])(?<!\d-)(?P<d>\d\d?)\s?(?P<s>[-/.])\s?(?P<m>\d\d?)\s?(?P=s)\s?"
        rf"(?P<y>(?:19|20)\d\d){_YEAR_END}"
    ),
    re.compile(
        rf"(?<![\d/])(?P<d>\d\d?)\s?/\s?(?P<m>\d\d?)\s?/\s?(?P<y>(?:19|20)\d\d){_YEAR_END}"
    ),
    re.compile(
        r"(?<![\d/.-])(?P<d>\d\d?)\s?(?P<s>[-/.])\s?(?P<m>\d\d?)\s?(?P=s)\s?"
        r"(?P<y>\d\d)(?=-?\d\d:\d\d|[^\d/.-]|[.-]?\s|[.-]?$)"
    ),
    re.compile(
        rf"(?<!\d)\d\d?(?:st|nd|rd|th)?[\s./-]{{0,3}}{_MONTH}[\s.,/'-]{{0,3}}"
        rf"(?:(?:19|20)\d\d|\d\d){_YEAR_END}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![a-z]){_MONTH}\.?\s?\d\d?(?:st|nd|rd|th)?\s?,?\s?(?:19|20)\d\d{_YEAR_END}",
        re.IGNORECASE,
    ),
    re.compile(r"(?<!\d)(?P<y>20[0-4]\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"),
]  # fmt: skip
_TIME = re.compile(
    r"(?<![\d:])(?:[01]?\d|2[0-3])[:：][0-5]\d(?:[:：][0-5]\d)?(?:\s?[AP]\.?M\b\.?)?",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[A-Z0-9][A-Z0-9._%+-]*\s?@\s?[A-Z0-9-]+(?:\.[A-Z0-9-]+)*\.[A-Z]{2,}", re.I)
_URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"，。]+|(?<![@\w.-])[A-Z0-9-]+(?:\.[A-Z0-9-]+)*"
    r"\.(?:com|net|org|edu|gov|io|shop)(?:\.[A-Z]{2})?(?![\w@])(?:/[^\s<>\"]*)?",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w.,])\+?\(?\d[\d\s()./-]{5,18}\d(?![\w.,]*\d)")


def digits_repaired(text: str) -> str:
    """Letters that the OCR puts for digits (O, l, I) inside numbers set right; same length."""
    text = re.sub(r"(?<=[\d/.-])[Oo](?=[\d/.,-])|(?<=RM)[Oo](?=\.\d)", "0", text)
    return re.sub(r"(?<=\d[./-])[lI|](?=\d)|(?<=\d)[lI|](?=[/.-]?\d)", "1", text)


def amounts(text: str) -> list[Typed]:
    """Sums of money: two decimals, or a currency sign beside a number. `parsed` is a Decimal."""
    text = digits_repaired(text)
    found = [typed for match in _MONEY.finditer(text) if (typed := _amount(match))]
    taken = [(typed.start, typed.end) for typed in found]
    for match in _MARKED.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            typed = _amount(match)
            if typed:
                found.append(typed)
    return sorted(found, key=lambda typed: typed.start)


def _amount(match: re.Match[str]) -> Typed | None:
    from price_parser import Price

    groups = match.groupdict()
    number = re.sub(r"\s", "", groups["number"] or groups.get("number2") or "")
    if re.search(r",\d\d$", number) and "." not in number[:-3]:
        number = number[:-3].replace(",", "") + "." + number[-2:]
    amount = Price.fromstring("0" + number if number[:1] in ".," else number).amount
    if amount is None:
        return None
    if groups.get("sign") or groups.get("sign2") or groups.get("minus"):
        amount = -amount
    start = match.start() + len(match.group()) - len(match.group().lstrip())
    return Typed(str(amount), "amount", start, match.end(), amount)


def numbers(text: str) -> list[Typed]:
    """Plain numbers that stand alone. `parsed` is a Decimal."""
    found = []
    for match in _NUMBER.finditer(text):
        plain = re.sub(r",(?=\d{3}(?:\D|$))", "", match.group()).replace(",", ".")
        if plain.count(".") <= 1:
            found.append(Typed(plain, "number", match.start(), match.end(), Decimal(plain)))
    return found


def dates(text: str) -> list[Typed]:
    """Calendar dates as printed, day before month where both are possible; `parsed` is a date."""
    text = digits_repaired(text)
    found: list[Typed] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            if any(t.start < match.end() and match.start() < t.end for t in found):
                continue
            day = parse_date(match.group())
            if day is not None:
                value = re.sub(r"\s+", " ", match.group()).strip()
                found.append(Typed(value, "date", match.start(), match.end(), day))
    return sorted(found, key=lambda typed: typed.start)


@lru_cache(maxsize=1024)
def parse_date(text: str) -> date | None:
    """The calendar date that a string means (day first), or None."""
    for pattern in _DATES:
        match = pattern.fullmatch(text.strip())
        if match and match.groupdict():
            year, month, day = (int(match[name]) for name in ("y", "m", "d"))
            return _calendar(year, month, day) or _calendar(year, day, month)
    if not re.search(_MONTH, text, re.IGNORECASE):
        return None
    return _named_month(text)


def _named_month(text: str) -> date | None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dateparser warns about its own use of strptime
        import dateparser

        spaced = re.sub(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)", " ", text.strip().lower())
        spaced = re.sub(r"[./',-]+", " ", spaced)
        spaced = re.sub(r"\bmac\b", "mar", spaced)
        moment = dateparser.parse(
            spaced,
            settings={"DATE_ORDER": "DMY", "REQUIRE_PARTS": ["day", "month", "year"]},
            languages=["en", "id", "de"],
        )
    return moment.date() if moment else None


def _calendar(year: int, month: int, day: int) -> date | None:
    year += 0 if year >= 100 else 2000 if year < 70 else 1900
    try:
        return date(year, month, day)
    except ValueError:
        return None


def times(text: str) -> list[Typed]:
    """Times of day as printed; also those that the OCR ran into the date before them."""
    for day in dates(text):
        text = text[: day.start] + " " * (day.end - day.start) + text[day.end :]
    return [
        Typed(re.sub(r"\s+", " ", m.group()).strip(), "time", m.start(), m.end())
        for m in _TIME.finditer(text)
    ]


def emails(text: str) -> list[Typed]:
    """E-mail addresses, spaces that the OCR put in taken out."""
    return [
        Typed(re.sub(r"\s", "", m.group()), "email", m.start(), m.end())
        for m in _EMAIL.finditer(text)
    ]


def urls(text: str) -> list[Typed]:
    """Web addresses; never opened, only reported."""
    return [Typed(m.group().rstrip(".,;)"), "url", m.start(), m.end()) for m in _URL.finditer(text)]


def phones(
    text: str, *, labelled: bool = False, regions: tuple[str, ...] = ("MY", "CN")
) -> list[Typed]:
    """Phone numbers as printed.

    Args:
        text: one line.
        labelled: the line says that it holds a phone number; then any possible number counts.
        regions: countries whose national formats are known; numbers with + are always known.
    """
    found = []
    for match in _PHONE.finditer(text):
        value = re.sub(r"\s+", " ", match.group()).strip(" ./-")
        if dates(value) or not 7 <= sum(c.isdigit() for c in value) <= 15:
            continue
        if labelled or _valid_phone(value, regions):
            found.append(Typed(value, "phone", match.start(), match.end()))
    return found


def _valid_phone(text: str, regions: tuple[str, ...]) -> bool:
    import phonenumbers

    if not re.match(r"\+|\(?0|1[38]00", text):
        return False
    for region in regions:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(text, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


def typed_values(text: str) -> Iterator[Typed]:
    """The values of all types in a line, those that are told apart most surely first."""
    taken: list[tuple[int, int]] = []
    for finder in (emails, urls, dates, times, amounts, phones, numbers):
        for typed in finder(text):
            if not any(start < typed.end and typed.start < end for start, end in taken):
                taken.append((typed.start, typed.end))
                yield typed
