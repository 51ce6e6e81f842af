"""The names of the months, read from `months.txt`."""

from __future__ import annotations

import unicodedata
from functools import cache

from tools.words.lists import lines_of


@cache
def months() -> dict[str, int]:
    """Every name of a month, case folded, with and without its accents → 1 to 12."""
    named = {
        name.strip(): number
        for number, line in enumerate(lines_of("months"), 1)
        for name in line.split(",")
    }
    return named | {without_accents(name): number for name, number in named.items()}


def without_accents(text: str) -> str:
    """ä → a: what OCR often reads."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(c for c in parts if not unicodedata.combining(c))
