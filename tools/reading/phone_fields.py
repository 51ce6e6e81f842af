"""Telephone and fax numbers of a document, by the label in front of them.

What a number looks like is `tools.reading.phones`'.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.reading.labels import FieldKind, plain
from tools.reading.lines import Line
from tools.reading.matches import Match, match_of
from tools.reading.parties import cells_of
from tools.reading.values import phones

MAX_WORDS_BEHIND = 3
"""More words behind a telephone number are a sentence about it."""
_TELEPHONE = r"tel|te1|\bph\b|phone|\btlf|\btfno|电话|電話"
"""Labels of the telephone of who made the document; the others may be a service's or a person's."""
_PHONE_LABEL = (
    _TELEPHONE + r"|telefon|mobile|h/?p|hotline|careline|contact|call|whatsapps?|手机|热线"
)
_FAX_LABEL = r"fax|faks|传真"


def phone_of(lines: Sequence[Line], _: FieldKind) -> Match | None:
    """The number behind "tel" (alone, or in a longer label), else behind any label of a telephone,
    else one told by its form.
    """
    labelled = _number_after(rf"^(?:{_TELEPHONE})$", _FAX_LABEL, lines)
    labelled = labelled or _number_after(_TELEPHONE, _FAX_LABEL, lines)
    labelled = labelled or _number_after(_PHONE_LABEL, _FAX_LABEL, lines)
    if labelled is not None:
        return labelled
    for line in lines:
        found = phones(line.text)
        if found and not re.search(_FAX_LABEL + r"|gst|reg\b|no\b|id\b", plain(line.text)):
            return match_of(found[0].value, "phone", [line], 0.7 * line.score)
    return None


def bare_phone(lines: Sequence[Line]) -> Match | None:
    """A cell that is nothing but a number, among what one party says of itself."""
    for line in lines:
        for cell in cells_of(line):
            found = phones(cell.text, labelled=True)
            if found and found[0].value == cell.text.strip() and re.search(r"\d\D+\d", cell.text):
                return match_of(found[0].value, "phone", [cell], 0.8 * cell.score)
    return None


def fax_of(lines: Sequence[Line], _: FieldKind) -> Match | None:
    """The number behind "fax"."""
    return _number_after(_FAX_LABEL, _PHONE_LABEL, lines)


def _number_after(label: str, other: str, lines: Sequence[Line]) -> Match | None:
    """The first phone number whose nearest label before it is `label`, not `other`."""
    for line in lines:
        for typed in phones(line.text, labelled=True):
            before = plain(line.text[: typed.start])
            named = [m.start() for m in re.finditer(label, before)]
            otherwise = [m.start() for m in re.finditer(other + r"|gst|reg|roc", before)]
            words_behind = re.findall(r"[^\W\d_]{2,}", line.text[typed.end :])
            talks_on = len(words_behind) > MAX_WORDS_BEHIND
            if named and named[-1] > max(otherwise, default=-1) and not talks_on:
                return match_of(typed.value, "phone", [line], 0.9 * line.score)
    return None
