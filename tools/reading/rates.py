"""Amounts that are a share of another one: what stands beside "18%", of a tip or a tax."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from tools.reading.amounts import amounts
from tools.reading.labels import FieldKind, field_of, plain
from tools.reading.lines import Line, overlap
from tools.reading.matches import Match, match_of
from tools.reading.numerals import decimal_mark, read_number
from tools.reading.typed import Typed

_RATE = re.compile(r"(?<![\d.,])(?P<rate>\d{1,2}(?:[.,]\d{1,2})?)\s?(?:[%％]|per ?cent)")
CENT = Decimal("0.011")


def rate_asked(query: str) -> tuple[Decimal, FieldKind] | None:
    """The rate and the field that a query names ("18% tip", "VAT at 7%"); None without both."""
    match = _RATE.search(query)
    rate = read_number(match["rate"]) if match else None
    if match is None or rate is None:
        return None
    rest = re.sub(r"\b(?:at|of|with|a|an|the)\b", " ", _RATE.sub(" ", query))
    field = field_of(" ".join(rest.split())) if rest.strip() else None
    return (rate, field) if field is not None and field.value_type == "amount" else None


def amount_at(lines: Sequence[Line], rate: Decimal, field: FieldKind) -> Match | None:
    """The amount of a field at a rate: beside the rate or below it, where the page speaks of it."""
    point = decimal_mark(line.spaced_text for line in lines)
    for index, line in enumerate(lines):
        rates = [m for m in _RATE.finditer(line.text) if read_number(m["rate"]) == rate]
        if not rates or not _speaks_of(lines[: index + 1], field):
            continue
        behind = _behind(line, rates[0], point)
        if behind:
            typed = _share(behind, rate) if field.name == "tax" else behind[0]
            used = [line]
        else:
            below = lines[index + 1] if index + 1 < len(lines) else None
            typed = _below(line, rates[0].start(), below, point) if below else None
            used = [line, below] if below else [line]
        if typed is not None:
            score = 0.9 * min(one.score for one in used)
            return match_of(typed.value, typed.reported_type, used, score, typed.currency)
    return None


def _speaks_of(lines: Sequence[Line], field: FieldKind) -> bool:
    """Whether the last line, or the heading of the rows that it is one of, names the field."""
    names = [plain(name) for name in field.names]
    for line in reversed(lines):
        text = plain(line.text)
        if any(_holds(text, name) for name in names):
            return True
        if line is not lines[-1] and not _RATE.search(line.text):
            return False
    return False


def _holds(text: str, name: str) -> bool:
    if not name.isascii():
        return name in text
    return re.search(rf"(?<![^\W\d_]){re.escape(name)}(?![^\W\d_])", text) is not None


def _behind(line: Line, rate: re.Match[str], point: str | None) -> list[Typed]:
    """The amounts between this rate and the next one of the line."""
    following = _RATE.search(line.text, rate.end())
    end = following.start() if following else len(line.text)
    return [t for t in amounts(line.text, point) if rate.end() <= t.start < end]


def _share(found: Sequence[Typed], rate: Decimal) -> Typed | None:
    """Of net, tax and gross sums in any order the one that is this share; a lone one is."""
    if len(found) == 1:
        return found[0]
    for typed in found:
        others = [t.parsed for t in found if t is not typed and t.parsed is not None]
        shares = [base * rate / 100 for base in others]
        shares += [base * rate / (100 + rate) for base in others]
        if typed.parsed is not None and any(abs(typed.parsed - s) < CENT for s in shares):
            return typed
    return None


def _below(line: Line, at: int, below: Line, point: str | None) -> Typed | None:
    """The amount in the row below, under the box in which a rate stands."""
    head = line.word_at(at + 1)
    for word in below.words:
        found = amounts(word.text, point)
        if len(found) == 1 and overlap(word, head) > 0:
            return found[0]
    return None
