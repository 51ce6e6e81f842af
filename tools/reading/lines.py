"""Words to rows to reading order. Geometry and spacing only: no meaning, no models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from tools.evidence import BoxXyxy

MIN_OVERLAP = 0.5
"""Two words share a row if their heights overlap by this share of the smaller height."""
ON_TOP, ON_TOP_LEVEL = 0.3, 0.6
"""Words that share more than this of the narrower width lie on top of one another; of words on one
level (their middles `LEVEL` of the smaller height apart, or less) the second: boxes of large
letters reach into each other."""
LEVEL = 0.25
STANDING = 2.0
"""A word so many times higher than wide stands: letters one below the other."""
MIN_CELL_GAP = 0.9
"""Words that stand so many heights apart are two cells of a row."""
MIN_COLUMN_ROWS = 4
"""Rows in succession with the same gap make columns."""
MIN_COLUMN_LETTERS = 18
"""Mean letters of a row on each side: columns hold prose, tables hold labels and numbers."""
MIN_SENTENCE_ROWS = 2
"""Rows that are enough where the sentences of each side go on in the next row of that side."""


@dataclass(frozen=True)
class Word:
    """A piece of text as the engine boxed it (often several words).

    `level_xyxy` is the box on the upright, deskewed page (for layout); `box_xyxy` the box on the
    page as it was given (for evidence).
    """

    text: str
    score: float
    level_xyxy: BoxXyxy
    box_xyxy: BoxXyxy

    @property
    def height(self) -> float:
        """Height on the level page."""
        return self.level_xyxy[3] - self.level_xyxy[1]

    @property
    def middle_y(self) -> float:
        """Vertical middle on the level page."""
        return (self.level_xyxy[1] + self.level_xyxy[3]) / 2

    @property
    def stands(self) -> bool:
        """Whether its letters stand one below the other: a line of its own beside several rows."""
        width = self.level_xyxy[2] - self.level_xyxy[0]
        return len(self.text) > 1 and self.height > STANDING * width


@dataclass(frozen=True)
class Line:
    """One row of words, left to right."""

    words: tuple[Word, ...]

    @cached_property
    def text(self) -> str:
        """The words joined by spaces."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def spaced_text(self) -> str:
        """As `text`, character by character, with a tab between two cells of the row."""
        return spaced(self.words)

    @cached_property
    def score(self) -> float:
        """Mean confidence, weighted by length of the words."""
        weights = [max(len(word.text), 1) for word in self.words]
        total = sum(w * word.score for w, word in zip(weights, self.words, strict=True))
        return total / sum(weights)

    @cached_property
    def level_xyxy(self) -> BoxXyxy:
        """Box on the upright, deskewed page."""
        return union(word.level_xyxy for word in self.words)

    @cached_property
    def box_xyxy(self) -> BoxXyxy:
        """Box on the page as it was given."""
        return union(word.box_xyxy for word in self.words)

    def word_at(self, place: int) -> Word:
        """The word that a place in `text` (or `spaced_text`) lies in, or that it follows."""
        end = 0
        for word in self.words:
            end += len(word.text)
            if place <= end:
                return word
            end += 1
        return self.words[-1]

    @property
    def height(self) -> float:
        """Median height of the words on the level page."""
        heights = sorted(word.height for word in self.words)
        return heights[len(heights) // 2]


def spaced(words: Sequence[Word]) -> str:
    """Words of a row joined by spaces, and by a tab where a wide gap parts two cells."""
    text = words[0].text
    for left, right in pairwise(words):
        gap = right.level_xyxy[0] - left.level_xyxy[2]
        wide = gap > MIN_CELL_GAP * min(left.height, right.height)
        text += ("\t" if wide else " ") + right.text
    return text


def overlap(one: Word, other: Word) -> float:
    """Horizontal overlap in pixels of the level page; negative where they stand apart."""
    return min(one.level_xyxy[2], other.level_xyxy[2]) - max(one.level_xyxy[0], other.level_xyxy[0])


def union(boxes_xyxy: Iterable[BoxXyxy]) -> BoxXyxy:
    """The smallest box around all; raises ValueError for none."""
    lefts, tops, rights, bottoms = zip(*boxes_xyxy, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))


def reading_order(words: Sequence[Word]) -> list[Line]:
    """All words as rows, top to bottom, columns of prose one after the other."""
    lines = _columns_apart(rows_of([word for word in words if not word.stands]))
    standing = [Line((word,)) for word in words if word.stands]
    for column in sorted(standing, key=lambda line: line.level_xyxy):
        top = column.level_xyxy[1]
        below = (i for i, line in enumerate(lines) if line.level_xyxy[1] >= top)
        lines.insert(next(below, len(lines)), column)
    return lines


def rows_of(words: Sequence[Word]) -> list[Line]:
    """Words clustered into rows by vertical overlap; every word is in exactly one row."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.middle_y, w.level_xyxy[0])):
        best, best_overlap = None, MIN_OVERLAP
        for row in rows[-6:]:
            overlap = _row_overlap(row, word)
            if overlap > best_overlap:
                best, best_overlap = row, overlap
        if best is None:
            rows.append([word])
        else:
            best.append(word)
    ordered = [sorted(row, key=lambda w: (w.level_xyxy[0], w.level_xyxy[1])) for row in rows]
    ordered.sort(key=lambda row: sum(w.middle_y for w in row) / len(row))
    return [Line(tuple(row)) for row in ordered]


def _row_overlap(row: Sequence[Word], word: Word) -> float:
    """Vertical overlap with the nearest word of the row; 0 if it would lie on top of one."""
    left, _, right, _ = word.level_xyxy
    for other in row:
        shared = min(right, other.level_xyxy[2]) - max(left, other.level_xyxy[0])
        narrower = min(right - left, other.level_xyxy[2] - other.level_xyxy[0])
        apart = abs(word.middle_y - other.middle_y) / max(min(word.height, other.height), 1e-6)
        if shared > (ON_TOP_LEVEL if apart <= LEVEL else ON_TOP) * narrower:
            return 0.0
    nearest = min(row, key=lambda other: _gap(other, word))
    shared = min(word.level_xyxy[3], nearest.level_xyxy[3]) - max(
        word.level_xyxy[1], nearest.level_xyxy[1]
    )
    return shared / max(min(word.height, nearest.height), 1e-6)


def _gap(one: Word, other: Word) -> float:
    return max(
        one.level_xyxy[0] - other.level_xyxy[2], other.level_xyxy[0] - one.level_xyxy[2], 0.0
    )


def _columns_apart(rows: list[Line]) -> list[Line]:
    """Runs of rows with one common gap between two sides of prose: left side first."""
    ordered: list[Line] = []
    start = 0
    while start < len(rows):
        end, gap = _gap_run(rows, start)
        if gap is None:
            ordered.append(rows[start])
            start += 1
            continue
        middle = sum(gap) / 2
        for side in (0, 1):
            for row in rows[start:end]:
                words = tuple(w for w in row.words if (w.level_xyxy[0] >= middle) == bool(side))
                if words:
                    ordered.append(Line(words))
        start = end
    return ordered


def _gap_run(rows: list[Line], start: int) -> tuple[int, tuple[float, float] | None]:
    """The longest run of rows from `start` with a common gap between two columns of prose."""
    low, high = float("-inf"), float("inf")
    end = start
    while end < len(rows) and len(rows[end].words) == 2:
        first, second = rows[end].words
        new_low = max(low, first.level_xyxy[2])
        new_high = min(high, second.level_xyxy[0])
        if new_high - new_low < rows[end].height:
            break
        low, high, end = new_low, new_high, end + 1
    sides = [[row.words[side].text for row in rows[start:end]] for side in (0, 1)]
    if end - start >= MIN_COLUMN_ROWS and all(map(_is_prose, sides)):
        return end, (low, high)
    if end - start >= MIN_SENTENCE_ROWS and all(map(_goes_on, sides)):
        return end, (low, high)
    return start, None


def _is_prose(cells: Sequence[str]) -> bool:
    """Whether the rows of a column are as long as those of prose."""
    return sum(c.isalpha() for cell in cells for c in cell) >= MIN_COLUMN_LETTERS * len(cells)


def _goes_on(cells: Sequence[str]) -> bool:
    """Whether a column is a sentence: it begins with a capital, and goes on in small letters."""
    begins, *rest = (cell[:1] for cell in cells)
    goes_on = sum(first.islower() for first in rest)
    return begins.isupper() and goes_on * 2 >= len(rest) and goes_on > 0
