"""Phone numbers in a line of text, as printed.

libphonenumber (`phonenumbers`) has the number plans of all countries, and its matcher tells a
number from a date and from what stands beside it ("03-2163 2766/03-21816706" is two). It knows no
number that nobody can be reached by: where the line itself says that a number is one, any run of
digits of its form counts, too. Where nothing says so it is too free (on 120 receipts it took 50
invoice numbers, dates and rows of amounts): there a number has to look like one as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

from tools.reading.dates import dates
from tools.reading.typed import Typed

REGIONS = (
    "MY", "CN", "US", "GB", "IE", "DE", "AT", "CH", "FR", "BE", "NL", "ES", "PT", "IT", "IN", "AU",
    "NZ", "SG", "HK", "TW",
)  # fmt: skip
"""Countries (ISO 3166) whose numbers are known without a + and the country's code before them."""
FEWEST, MOST = 7, 15
"""Digits of a number; E.164 has no longer ones."""
FEWEST_UNLABELLED = 9
"""With its area code, as it stands where nothing says what it is."""

_regions: ContextVar[tuple[str, ...]] = ContextVar("vqa_agent_phone_regions", default=REGIONS)
_RUN = re.compile(r"(?<![\w.,])\+?\(?\d[\d\s()./-]{5,18}\d(?![\w.,]*\d)")
_LOOKS_LIKE_ONE = re.compile(
    r"\+[\d\s()./-]+|(?:\(0?\d{1,4}\)|0\d{1,6}[\s/-]|(?:1[\s-]?)?[348]00[\s-])[\d\s/-]+"
)
"""A country's code, or an area code and what parts it from the number; no decimal point."""

Span = tuple[int, int]


@contextmanager
def with_phone_regions(regions: Sequence[str]) -> Iterator[None]:
    """Within it, numbers without a country's code are read as those of these countries."""
    token = _regions.set(tuple(regions))
    try:
        yield
    finally:
        _regions.reset(token)


def phones(text: str, *, labelled: bool = False) -> list[Typed]:
    """The phone numbers of a line, in order.

    Args:
        text: one line.
        labelled: the line says that it holds a phone number.
    """
    spans = list(_valid(text, _regions.get()))
    if labelled:
        spans += [run for run in _runs(text) if not _meets(run, spans)]
    elif spans:
        days = [(day.start, day.end) for day in dates(text)]
        spans = [span for span in spans if _looks_like_one(text, span) and not _meets(span, days)]
    return [
        Typed(" ".join(text[start:end].split()).strip(" ./-"), "phone", start, end)
        for start, end in sorted(spans)
    ]


@lru_cache(maxsize=4096)
def _valid(text: str, regions: tuple[str, ...], *, as_usual: bool = False) -> tuple[Span, ...]:
    """Spans of the numbers that can be reached from these countries, each once.

    With `as_usual` only those whose digits stand in groups as people of the country write them.
    """
    if _digits(text) < FEWEST:
        return ()
    from phonenumbers import Leniency, PhoneNumberMatcher

    leniency = Leniency.EXACT_GROUPING if as_usual else Leniency.VALID
    found: list[Span] = []
    for region in regions:
        for match in PhoneNumberMatcher(text, region, leniency=leniency):
            span = match.start, match.end
            if _digits(match.raw_string) >= FEWEST and not _meets(span, found):
                found.append(span)
    return tuple(found)


def _runs(text: str) -> Iterator[Span]:
    for match in _RUN.finditer(text):
        if FEWEST <= _digits(match[0]) <= MOST and not dates(match[0]):
            yield match.span()


def _looks_like_one(text: str, span: Span) -> bool:
    written = text[slice(*span)]
    if _digits(written) < FEWEST_UNLABELLED:
        return False
    if _LOOKS_LIKE_ONE.fullmatch(written):
        return True
    is_in_groups = re.fullmatch(r"\d+(?:[\s-]\d+){2,}", written) is not None
    return is_in_groups and span in _valid(text, _regions.get(), as_usual=True)


def _meets(span: Span, others: Sequence[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def _digits(text: str) -> int:
    return sum(c.isdigit() for c in text)
