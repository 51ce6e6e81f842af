"""What a question to a table asks for, and what its words may name, in either language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from tools.reading.entries import role_of, strange_words
from tools.reading.labels import field_of
from tools.reading.numerals import read_number

Form = Literal["cell", "count", "equal", "less", "more", "least", "most", "list", "hours"]
QUANTITIES = "quantity of each item"


@dataclass(frozen=True)
class TableQuestion:
    """What is asked: one cell, the rows, their number, the rows by their price, or opening hours.

    `number` is the price of "What costs 3.80?"; with `inclusive`, "at most 3" holds 3 as well.
    """

    form: Form
    query: str
    number: Decimal | None = None
    inclusive: bool = False


CURRENCY = r"(?:[£$€¥]|rm|usd|eur|gbp|euros?|dollars?|pounds?|yuan|ringgit|元|块|块钱)"
NUMBER = rf"(?:{CURRENCY} ?)?(?P<number>\d[\d.,]*)(?: ?{CURRENCY})?"
OPEN = re.compile(
    r"\b(?:open|opens|closed?|closes|opening|closing|hours|shut)\b|营业|开门|关门|休息|开放|开馆|打烊",
    re.IGNORECASE,
)
_NO_ITEM = re.compile(
    r"^(?:it|this|that|they|these|those|everything|something|anything|nothing|someone|"
    r"all|them|one|each|there|he|she|you|we|off|left|"
    r"still|to be|due|owed|paid|in|on|(?:the |this )?"
    r"(?:bill|receipt|invoice|document|picture|image|photo|photograph|page|ticket)$|"
    r"(?:the|this) (?:picture|"
    r"document|menu|sign|car park|whole|entire|first|second|two|both))\b"
    r"|^(?:(?:the|this) )?(?:bill|receipt|invoice|order|meal|purchase)(?: in total| altogether)?$"
    r"|\b(?:paid|pay|due|owed|left|refunded|saved|given|off|discounted|returned)\b"
    r"|\b(?:fee|charge|surcharge|deposit|balance|refund|payment|fine|rent|delivery|shipping)s?$",
    re.IGNORECASE,
)
_ONE = re.compile(r"^(?:one|an? single|a|an|each) (?=\S)", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]{2}|[\u3400-\u9fff]")


def extreme(
    said: str, query: str, least: re.Pattern[str], most: re.Pattern[str]
) -> TableQuestion | None:
    """The question for the cheapest row, or for the dearest."""
    if least.search(said):
        return TableQuestion("least", query)
    return TableQuestion("most", query) if most.search(said) else None


def of_number(form: Form, query: str, number: str, *, inclusive: bool) -> TableQuestion | None:
    """The question for the rows by a price; None where its number can be two."""
    value = read_number(number.rstrip(".,"))
    return TableQuestion(form, query, value, inclusive) if value is not None else None


def is_item(words: str) -> bool:
    """Whether words may name a row: no field of the document, no sum, nothing that is only "it"."""
    bare = _ONE.sub("", re.sub(r"^the ", "", words, flags=re.IGNORECASE))
    if not _LETTERS.search(bare) or _NO_ITEM.search(bare) or field_of(words) is not None:
        return False
    return role_of(bare) is None or strange_words(bare) > 0
