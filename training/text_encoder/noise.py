"""How people type: letters exchanged or missing, no capitals, no question mark."""

from __future__ import annotations

import random

SLIPS = 0.15
"""Share of the English sentences with a slip of the keyboard."""
UNENDED = 0.3
"""Share of the sentences whose last mark is left off."""


def changed(text: str, chance: random.Random) -> str:
    """The sentence as somebody might type it; most stay as they are."""
    if chance.random() < UNENDED:
        text = text.rstrip("?？.。")
    if chance.random() < SLIPS and text.isascii() and len(text) > 12:
        text = _slip(text, chance)
    return text


def _slip(text: str, chance: random.Random) -> str:
    """One slip in a word: two letters exchanged, one missing, or one twice."""
    at = chance.randrange(1, len(text) - 2)
    if not text[at : at + 2].isalpha():
        return text
    kind = chance.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + (text[at] * 2 if kind == 1 else "") + text[at + 1 :]
