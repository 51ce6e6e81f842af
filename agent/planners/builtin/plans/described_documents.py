"""What a description says of a picture that is mostly text: what it is, whose, when, how much."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Self

from agent.planners.builtin.plans.asked import READ
from agent.planners.builtin.plans.described_text import Text, share, text_of
from agent.planners.builtin.plans.description_questions import DescriptionQuestion
from agent.planners.builtin.plans.description_sentences import DescriptionSentences
from agent.planners.builtin.plans.kinds import DETECT, Call
from agent.planners.builtin.plans.looks import Looks
from tools.evidence import Evidence
from tools.reading.cues import title
from tools.reading.labels import plain

CODES = "read_codes"
COMPANY, DATE, TOTAL, ITEMS = "company", "date", "total", "items"
CHARACTERS, LINES = 40, 4
"""A document has so much text at least ..."""
COVERED = 0.05
"""... on such a part of the picture, and on more of it than any thing covers."""
FULL, FEW = 12, 6
"""Of a page of fewer lines than the first the largest are quoted; of a longer one the largest."""
NAMED = 5
"""Items that are named."""
BRIEFLY = 2
_WORD = re.compile(r"[^\W\d_]{4}|[\u4e00-\u9fff]{2}")
"""What the name of an item holds, where it was read well."""


class Document:
    """A picture that is mostly text."""

    def __init__(self, looks: Looks, text: Text) -> None:
        self._looks = looks
        self._text = text

    @classmethod
    def shown(cls, looks: Looks) -> Self | None:
        """The document that a picture shows; None of a picture of other things."""
        text = text_of(looks)
        if text is None or len(text.lines) < LINES or int(text.whole.value or 0) < CHARACTERS:
            return None
        written = sum(map(share, text.lines))
        things = map(share, looks.found(DETECT, labels=[]))
        return cls(looks, text) if written >= max([COVERED, *things]) else None

    def further_looks(self) -> list[Call]:
        """Whose it is, its date, its total, what it lists, its codes."""
        queries = (COMPANY, DATE, TOTAL, ITEMS)
        return [*((READ, {"query": q, "region": None}) for q in queries), (CODES, {})]

    def told(
        self, question: DescriptionQuestion, says: DescriptionSentences
    ) -> tuple[list[str], str]:
        """The sentences, and the short answer."""
        told = [*self._head(says)]
        told += [says.field(q, e) for q in (DATE, TOTAL) if (e := self._value(q)) is not None]
        if question.is_brief:
            return told[:BRIEFLY], self._short()
        if items := self._items():
            told.append(says.items(items[:NAMED]))
        if codes := [e for e in self._looks.found(CODES) if e.text is not None]:
            told.append(says.codes(codes))
        return told, self._short()

    def _head(self, says: DescriptionSentences) -> Iterator[str]:
        """What it is, and from whom."""
        total, company = self._value(TOTAL), self._value(COMPANY)
        if self._heading is not None:
            yield says.titled(self._heading)
        elif total is not None:
            yield says.bill(total)
        else:
            yield says.lines(self._text.lines)
        if company is not None:
            yield says.issuer(company)
        elif lines := self._text.quotable(FEW if len(self._text.lines) < FULL else 1):
            yield says.text(lines, self._text.whole)

    @property
    def _heading(self) -> Evidence | None:
        """The line by which it says what it is: TAX INVOICE, and no number behind."""
        return next(
            (
                e
                for e in self._text.lines
                if title().fullmatch(plain(e.text or "")) and not re.search(r"\d", e.text or "")
            ),
            None,
        )

    def _value(self, query: str) -> Evidence | None:
        """What was read for a field, where that is sure."""
        found = self._looks.found(READ, query=query)
        return found[0] if len(found) == 1 and found[0].value is not None else None

    def _items(self) -> list[Evidence]:
        """The rows of a list, where their names are words that were read well, and different."""
        rows = [e for e in self._looks.found(READ, query=ITEMS) if e.is_row]
        names = [e.label or "" for e in rows]
        is_clear = len(set(names)) == len(names) > 1 and all(map(_WORD.search, names))
        return rows if is_clear else []

    def _short(self) -> str:
        company = self._value(COMPANY)
        if self._heading is None and company is not None:
            return f"{{{company.id}.value}}"
        line = self._heading or (self._text.quotable(1) or self._text.lines)[0]
        return f"{{{line.id}.text}}"
