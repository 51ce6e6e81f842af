"""Questions that compare what is told with a number: "Are there more than 5 dogs?".

The forms are those of `tools/words/thresholds.txt`. Code compares: yes or no follows from a count
of all that was found, or from the value of a field.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from agent.grounding.field_names import fields_in
from agent.grounding.literals import numbers
from agent.grounding.naming import names_of
from agent.grounding.references import UnresolvedReferenceError, as_number, count_of
from tools.evidence import Evidence
from tools.reading.labels import field_of
from tools.words.forms import form_of
from tools.words.labels import canonical
from tools.words.picture_words import ordinal

Sign = Literal["more", "less", "least", "most"]
_HOLDS: dict[Sign, Callable[[Decimal, Decimal], bool]] = {
    "more": operator.gt,
    "less": operator.lt,
    "least": operator.ge,
    "most": operator.le,
}


@dataclass(frozen=True)
class Threshold:
    """What a question compares with a number.

    Attributes:
        sign: how.
        number: with which.
        label: of the things whose number is compared; None: another number is.
        field: of the document whose value is compared.
    """

    sign: Sign
    number: Decimal
    label: str | None = None
    field: str | None = None

    def decided(self, evidence: Sequence[Evidence]) -> bool | None:
        """Whether it is so by this evidence; None where that is of something else."""
        told = self._told(evidence)
        return None if told is None else _HOLDS[self.sign](told, self.number)

    def _told(self, evidence: Sequence[Evidence]) -> Decimal | None:
        if any(e.status == "unsure" or e.kind == "estimate" for e in evidence):
            return None
        if self.label is not None:
            is_of_them = all(e.group is not None and self.label in names_of(e) for e in evidence)
            return Decimal(count_of([*evidence])) if evidence and is_of_them else None
        named = [e for e in evidence if (f := field_of(e.label or "")) and f.name == self.field]
        try:
            return as_number(named[0]) if len(named) == 1 else None
        except UnresolvedReferenceError:
            return None


@lru_cache(maxsize=256)
def threshold(question: str) -> Threshold | None:
    """The comparison that a whole question asks for; None for any other question."""
    found = form_of("thresholds", question)
    if found is None:
        return None
    form, match = found
    given = match.groupdict()
    sign = next(name for name in _HOLDS if given.get(name))
    number = _number(given["number"])
    if number is None:
        return None
    what = given.get("what") or ""
    if form == "things":
        label = canonical(what)
        return Threshold(sign, number, label=label) if label else None
    fields = fields_in(what)
    if form == "field":
        return Threshold(sign, number, field=min(fields)) if len(fields) == 1 else None
    return Threshold(sign, number)


def _number(word: str) -> Decimal | None:
    """The number that digits or a word mean, in either language."""
    told = numbers(word, "en") or numbers(f"{word}个", "zh")
    small = ordinal(word)
    return min(told) if told else None if small is None else Decimal(small)
