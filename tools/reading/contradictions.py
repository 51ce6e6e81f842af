"""One label with two values on a page: neither is told, because nothing says which is right."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from tools.reading.dates import dates
from tools.reading.header import sender_lines
from tools.reading.labels import FieldKind, letters_in, plain
from tools.reading.lines import Line
from tools.reading.matches import Match, disagreeing, match_of
from tools.reading.party_queries import PARTY_FIELDS
from tools.reading.values import phones

_SINGLE = ("date", "time", "phone", "email", "url", "text", "number")
"""Types of the values that a label gives once; of amounts the arithmetic decides."""


def undisputed(match: Match, field: FieldKind, printing: Sequence[Line]) -> Match:
    """The match, unless the same label stands on the page again with another value.

    What another party says of itself is no other value of it. Several telephone numbers are told
    together; of anything else nothing tells which is right.
    """
    value = match.value or ""
    label = _run_on(match.text[: match.text.find(value)]) if value in match.text else ""
    if field.value_type not in _SINGLE or "\n" in match.text or not letters_in(label):
        return match
    of_sender = sender_lines(printing) if field.name in PARTY_FIELDS else ()
    said = of_sender if any(line.text == match.text for line in of_sender) else printing
    again = [line for line in said if _gives(line, label) and not _same(value, line.text, field)]
    if not again:
        return match
    own = [line for line in said if line.text == match.text][:1]
    if field.value_type != "phone":
        return disagreeing([*own, *again])
    numbers = [typed.value for line in again for typed in phones(line.text, labelled=True)]
    given = ", ".join(dict.fromkeys([value, *numbers]))
    return match_of(given, "phone", [*own, *again], match.score)


def _gives(line: Line, label: str) -> bool:
    """Whether a line is this label with a value behind it."""
    text = _run_on(line.text)
    return text.startswith(label) and text != label


def _run_on(text: str) -> str:
    """Without spaces, in lower case, full-width letters and colons as the others."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text).casefold())


def _same(value: str, text: str, field: FieldKind) -> bool:
    """Whether a text gives this value, dates in whatever form."""
    if field.value_type == "date":
        days = {day for typed in dates(value) for day in typed.readings}
        return any(days & typed.readings for typed in dates(text)) or not dates(text)
    return plain(value) in plain(text)
