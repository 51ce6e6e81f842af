"""The same question in other words, by patterns of a table."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_suffix(".tsv")


def paraphrases(question: str) -> list[str]:
    """Other wordings of a question, in the order of the table; none where no pattern fits."""
    found = (
        pattern.sub(becomes, question)
        for pattern, becomes in _patterns()
        if pattern.fullmatch(question)
    )
    return [text for text in dict.fromkeys(found) if text != question]


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple((re.compile(pattern), becomes) for pattern, becomes in rows)
