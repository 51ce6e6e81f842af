"""Typed values in a line of text: times, phones, e-mails, URLs, and those of all types in order.

Amounts and numbers are read by `tools.reading.amounts`, dates by `tools.reading.dates`, phone
numbers by `tools.reading.phones`. Where a
value stands on the page and what it means is `tools.reading.fields`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.reading.amounts import amounts, numbers
from tools.reading.dates import dates, months
from tools.reading.phones import phones
from tools.reading.typed import Typed

__all__ = ["emails", "phones", "times", "typed_values", "urls"]

_TIME = re.compile(
    r"(?<![\d:])(?:[01]?\d|2[0-3])[:：][0-5]\d(?:[:：][0-5]\d)?(?:\s?[AP]\.?M\b\.?)?"
    r"|(?<![\d:.,/-])(?:0?[1-9]|1[0-2])(?:\.[0-5]\d)?\s?[ap]\.?m\b\.?"
    r"|(?<![\d:.,/-])(?:[01]?\d|2[0-3])(?:\.[0-5]\d)?\s?Uhr\b"
    r"|(?<![\d:.,/-])(?:[01]?\d|2[0-3])\s?h\s?[0-5]\d\b"
    r"|(?:[上下]午|早上|中午|晚上)?(?<![\d.])(?:[01]?\d|2[0-3])\s?点(?:半|[0-5]?\d分?)?",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[A-Z0-9][A-Z0-9._%+-]*\s?@\s?[A-Z0-9-]+(?:\.[A-Z0-9-]+)*\.[A-Z]{2,}", re.I)
_URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"，。]+|(?<![@\w.-])[A-Z0-9-]+(?:\.[A-Z0-9-]+)*"
    r"\.(?:com|net|org|edu|gov|io|shop)(?:\.[A-Z]{2})?(?![\w@])(?:/[^\s<>\"]*)?",
    re.IGNORECASE,
)


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


def typed_values(text: str) -> Iterator[Typed]:
    """The values of all types in a line, those that are told apart most surely first."""
    taken: list[tuple[int, int]] = []
    for finder in (emails, urls, dates, months, times, amounts, phones, numbers):
        for typed in finder(text):
            if not any(start < typed.end and typed.start < end for start, end in taken):
                taken.append((typed.start, typed.end))
                yield typed
