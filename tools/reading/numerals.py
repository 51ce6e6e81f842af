"""The one reader of numbers in digits: a whole run of digits and marks, and all that it can mean.

Notations differ (1,234.50; 1.234,50; 1'234.50; 1 234,50; 1,23,456.00): "1,234" can be two numbers.
A run is read as a whole or not at all: no part of it is ever a number of its own. Where more than
one value is possible, all are given, and who needs one number has to refuse or to tell the run as
it is printed. No library does that: they answer with one guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

APOSTROPHES, SPACES, MINUSES = "’ʼ‘`´′＇", "\u00a0\u2007\u2009\u202f\u3000", "−–—－"
_PLAIN = str.maketrans(
    dict.fromkeys(APOSTROPHES, "'")
    | dict.fromkeys(SPACES, " ")
    | dict.fromkeys(MINUSES, "-")
    | {"，": ",", "．": ".", "（": "(", "）": ")"}
)
_GROUPED = {
    ",": r"[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d?(?:,\d\d)+,\d{3}|[1-9]\d{0,3}(?:,\d{4})+",
    ".": r"[1-9]\d{0,2}(?:\.\d{3})+",
    "'": r"[1-9]\d{0,2}(?:'\d{3})+",
    " ": r"[1-9]\d{0,2}(?: \d{3})+",
}
"""Whole numbers by grouping mark: by thousands, with commas also as in India and by myriads."""
_WHOLE = re.compile(r"\d+")
_NOTATIONS = [
    (re.compile(rf"(?:{pattern})(?:{re.escape(point)}\d+)?"), group, point)
    for group, pattern in _GROUPED.items()
    for point in ".,"
    if point != group
] + [(re.compile(rf"\d*{re.escape(point)}\d+|\d+"), "", point) for point in ".,"]


@dataclass(frozen=True)
class Numeral:
    """A run of digits and marks as printed, where it stands in its text, and what it can mean.

    `readings` is empty where no notation has such a number ("24.55.12.1").
    """

    text: str
    start: int
    end: int
    readings: frozenset[Decimal]

    @property
    def value(self) -> Decimal | None:
        """The number, where it can be only one."""
        return next(iter(self.readings)) if len(self.readings) == 1 else None


def plain_marks(text: str) -> str:
    """ASCII digits, apostrophes, spaces, minus signs and brackets; as long as the text given."""
    text = text.translate(_PLAIN)
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in text)


def digits_repaired(text: str) -> str:
    """Letters that the OCR puts for digits (O, l, I) inside numbers set right; same length."""
    text = re.sub(r"(?<=[\d/.-])[Oo](?=[\d/.,-])|(?<=RM)[Oo](?=\.\d)", "0", text)
    return re.sub(r"(?<=\d[./-])[lI|](?=\d)|(?<=\d)[lI|](?=[/.-]?\d)", "1", text)


def numerals(text: str, point: str | None = None) -> list[Numeral]:
    """All runs of digits and marks, left to right, without signs; `point` as in `readings`."""
    plain = plain_marks(text)
    return [
        Numeral(text[start:end], start, end, readings(plain[start:end], point))
        for start, end in _runs(plain)
    ]


def readings(run: str, point: str | None = None) -> frozenset[Decimal]:
    """Every number that a run can mean in a notation that people use; without a sign.

    Where groups are parted by spaces, the last may also be a number by itself ("2 345.00": two at
    345.00). `point` is the decimal mark of the document, where that is known.
    """
    run = re.sub(r" ?([.,']) ?", r"\1", plain_marks(run).strip())
    found = {
        Decimal(run.replace(group, "").replace(mark, ".") if group else run.replace(mark, "."))
        for pattern, group, mark in _NOTATIONS
        if point in (None, mark) and pattern.fullmatch(run)
    }
    if found and " " in run:
        found |= readings(run.rpartition(" ")[2], point)
    return frozenset(found)


def read_number(text: str) -> Decimal | None:
    """The number that a whole text is, with its sign; None where it is none, or may be two."""
    plain = plain_marks(text).strip()
    match = re.fullmatch(r"(?P<sign>[-+]?) ?(?P<run>[\d.,' ]+?)(?P<minus>-?)", plain)
    if match is None or (match["sign"] and match["minus"]):
        return None
    values = readings(match["run"])
    if len(values) != 1:
        return None
    value = next(iter(values))
    return -value if "-" in (match["sign"], match["minus"]) else value


def decimal_mark(texts: Iterator[str]) -> str | None:
    """The decimal mark that the numbers of a document show; None where they show none, or both."""
    marks = set()
    for text in texts:
        for numeral in numerals(text):
            run = plain_marks(numeral.text)
            if len(numeral.readings) == 1 and re.search(r"[.,]\d\d$", run):
                marks.add(run[-3])
    return marks.pop() if len(marks) == 1 else None


def _runs(plain: str) -> Iterator[tuple[int, int]]:
    """Start and end of each run: pieces of digits with what joins them to one number."""
    pieces = list(_WHOLE.finditer(plain))
    index = 0
    while index < len(pieces):
        first = last = index
        while last + 1 < len(pieces) and _joined(plain, pieces[first : last + 1], pieces[last + 1]):
            last += 1
        start = pieces[first].start()
        if re.search(r"(?<![\w.,])\.$", plain[:start]):
            start -= 1
        yield start, pieces[last].end()
        index = last + 1


def _joined(plain: str, before: list[re.Match[str]], piece: re.Match[str]) -> bool:
    """Whether a piece of digits goes on with the number before it; OCR puts spaces at marks."""
    gap = plain[before[-1].end() : piece.start()]
    digits, last, first = len(piece[0]), before[-1][0], before[0][0]
    if gap in {".", ",", "'"}:
        return True
    if gap == " ":
        spaced = all(plain[a.end() : b.start()] == " " for a, b in pairwise(before))
        return digits == 3 and spaced and len(first) <= 3 and first[0] != "0"
    if gap in {" .", " ,"}:
        return True
    if gap in {". ", ", ", " . ", " , "}:
        return digits == 2 or (digits == 3 and len(last) <= 3)
    return False
