"""How a bill was paid, and at which rate it was taxed: what its lines print of either."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.reading.entries import entries_of, role_of
from tools.reading.labels import FieldKind, plain
from tools.reading.lines import Line
from tools.reading.matches import Match, match_of
from tools.words.payments import is_nothing_but_payment, means_named, says_paid

_TOTALS = {"final", "included", "includes", "total"}
_TAX = re.compile(r"\b(?:gst|sst|vat|tax|mwst|ust|tva|iva|btw|cukai)\b|mehrwertsteuer|税|稅")
_RATE = re.compile(r"\d{1,2}(?:[.,]\d{1,3})?\s?[%％]")
_NOTHING = re.compile(r"(?<![\d.,])0+[.,]0+(?![\d.,])")


def payment_of(lines: Sequence[Line], _: FieldKind) -> Match | None:
    """The means with an amount, a card's number or a word for "paid" beside it, below the total."""
    totals = [entry.order for entry in entries_of(lines) if entry.role in _TOTALS]
    paid = [line for line in lines[min(totals, default=-1) + 1 :] if _is_payment(line.text)]
    named = dict.fromkeys(word for line in paid for word in means_named(line.text))
    if not paid:
        return None
    return match_of(", ".join(named), "text", paid, 0.85 * min(line.score for line in paid))


def _is_payment(text: str) -> bool:
    is_fact = re.search(r"\d", text) is not None or says_paid(text)
    return is_fact and not _NOTHING.search(text) and is_nothing_but_payment(text)


def tax_rate_of(lines: Sequence[Line], _: FieldKind) -> Match | None:
    """The percentage beside a tax; all of them where several are printed."""
    taxed = [
        line
        for line in lines
        if _TAX.search(plain(line.text)) and _RATE.search(line.text) and _is_of_tax(line.text)
    ]
    rates = [rate.replace(" ", "") for line in taxed for rate in _RATE.findall(line.text)]
    if not rates:
        return None
    given = ", ".join(dict.fromkeys(rates))
    return match_of(given, "text", taxed, 0.9 * min(line.score for line in taxed))


def _is_of_tax(text: str) -> bool:
    return role_of(text) not in {"discount", "service"}
