"""Pages without pixels: rows of text become lines with boxes, as the engine would give them."""

from __future__ import annotations

from tools.reading.lines import Line, Word, reading_order

ROW, HEIGHT, LETTER = 30.0, 20.0, 10.0


def page(text: str, *, score: float = 0.98) -> list[Line]:
    """One line a row of `text`; `|` parts boxes, which stand 40 pixels apart; blank rows are gaps."""
    words = []
    for row, line in enumerate(text.strip("\n").splitlines()):
        left = 10.0
        for part in line.strip().split("|"):
            content = part.strip()
            if content:
                right = left + LETTER * len(content)
                box = (left, row * ROW + 10, right, row * ROW + 10 + HEIGHT)
                words.append(Word(content, score, box, box))
                left = right + 40
    return reading_order(words)


def table(text: str, *lefts: float, score: float = 0.98) -> list[Line]:
    """One line a row of `text`; `|` parts the cells, whose left edges stand at `lefts`."""
    words = []
    for row, line in enumerate(text.strip("\n").splitlines()):
        for left, part in zip(lefts, line.split("|"), strict=False):
            if content := part.strip():
                right = left + LETTER * len(content)
                box = (left, row * ROW + 10, right, row * ROW + 10 + HEIGHT)
                words.append(Word(content, score, box, box))
    return reading_order(words)
