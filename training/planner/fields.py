"""Fields of printed things: canonical query, type, and what people call them.

Columns of `phrases/fields.txt`: `query; type | english names | chinese names`. Names go into the
phrasings; the query is what `read_text` is called with.
"""

from __future__ import annotations

from typing import NamedTuple

from training.planner.phrasings import FOLDER


class Field(NamedTuple):
    """A field as the tools and as people call it."""

    query: str
    kind: str
    english: list[str]
    chinese: list[str]


def _parse() -> list[Field]:
    fields = []
    for line in (FOLDER / "fields.txt").read_text(encoding="utf-8").splitlines():
        head, en, zh = (part.strip() for part in line.split("|"))
        query, kind = head.split("; ")
        fields.append(Field(query, kind, en.split(", "), zh.split(", ")))
    return fields


FIELDS = _parse()
TYPED = {"amount", "date", "time", "phone", "email", "url"}
BY_QUERY = {field.query: field for field in FIELDS}
