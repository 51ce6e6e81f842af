"""A row of boxes cut into the cells of a table: leaders, two cells in one box, numbers in a run."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tools.evidence import BoxXyxy
from tools.reading.amounts import amounts
from tools.reading.lines import Line, Word
from tools.words.columns import names_of_head

_LEADERS = re.compile(r"(?:\s*[.·…‥_•]){2,}\s*|\s*[.·…‥_]\s+(?=\S)|\s+[.·…‥_]+\s*$")
"""The dots between a name and its price; the engine drops most of them."""
_ENDS = " \t.·…‥_:：|"
_NUMBER = r"[-+(]?\d[\d.,'’]*\)?"
_RUN = re.compile(rf"{_NUMBER}(?:\s+{_NUMBER})+")
_ONLY_MARKS = re.compile(r"[\s\W_]*")
_VALUE = re.compile(
    r"^\W{0,3}\d[\d.,:'’/\s–-]*(?:\s?[^\W\d_]{1,4}(?![^\W\d_])\.?\d?|\s?[%°]|\s?[€$£¥]){0,3}\W{0,3}$"
)
_COUNTED = re.compile(r"\d{1,3}\s+(?:[A-Z][a-z]{2}|[\u3400-\u9fff]{2})")
"""A number of things, not a number with its unit: "2 Tea", "3 可乐"."""
BEHIND = re.compile(r"\s?/\s?[^\W\d_]{1,8}$|\s?起$|\s?(?:each|apiece|p\.?p\.?|pro Stück)$", re.I)
"""Behind a price: per piece, or "from"."""
TIMES = re.compile(r"(?P<count>\d{1,4})\s?[x×X*@]\s?(?P<price>\D{0,3}\d[\d.,'’]*)")
"""A number of pieces and the price of one: 2 x 3.40."""

_PIECES = re.compile(
    rf"(?P<name>.+?)\s+(?P<pieces>\d{{1,3}}\s?[x×X*@]\s?\D{{0,3}}\d+[.,]\d\d)(?:\s+(?P<sum>{_NUMBER}))?"
)
"""A name, pieces and their price in one box; without cents it may be a size: "Shelf 30 x 40"."""


def cells_of(line: Line) -> list[Word]:
    """The cells of a row, left to right, each as a word with a box of its own."""
    return [cell for word in line.words for cell in _cells(word)]


def is_value(text: str) -> bool:
    """Whether a cell holds a number, perhaps with a unit or a currency, and not a name."""
    text = BEHIND.sub("", text.strip())
    sums = amounts(text)
    is_sum = bool(sums) and (sums[0].start, sums[-1].end) == (0, len(text))
    is_number = _VALUE.match(text) is not None and not _COUNTED.match(text)
    return is_sum or is_number or TIMES.fullmatch(text) is not None


def has_name(text: str) -> bool:
    """Whether a cell can be the name of a row: two letters at least, or a Chinese character."""
    return not is_value(text) and bool(re.search(r"[^\W\d_]{2}|[\u3400-\u9fff]", text))


def heads_in(cell: Word) -> list[Word]:
    """The heads in one cell, where all of it is known heads ("Qty Price"); else the cell."""
    tokens = list(re.finditer(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+", cell.text))
    parts = _all_heads(cell.text, [(token.start(), token.end()) for token in tokens])
    return [part_of(cell, start, end) for start, end in parts] if len(parts) > 1 else [cell]


def part_of(word: Word, start: int, end: int) -> Word:
    """The word from one character to another; its boxes cut where those characters stand."""
    widths = [2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in word.text]
    whole = sum(widths) or 1
    share = (sum(widths[:start]) / whole, sum(widths[:end]) / whole)
    return replace(
        word,
        text=word.text[start:end],
        level_xyxy=_cut(word.level_xyxy, share),
        box_xyxy=_cut(word.box_xyxy, share) if _lies(word) else word.box_xyxy,
    )


def _cells(word: Word) -> Iterator[Word]:
    start = 0
    for gap in [*_LEADERS.finditer(word.text), None]:
        end = gap.start() if gap else len(word.text)
        yield from _parts(word, start, end)
        start = gap.end() if gap else end


def _parts(word: Word, start: int, end: int) -> Iterator[Word]:
    """A piece without leaders: a name and the price behind it, or several numbers."""
    text = word.text[start:end]
    start += len(text) - len(text.lstrip(_ENDS))
    text = text.strip(_ENDS)
    if _ONLY_MARKS.fullmatch(text) and text not in {"-", "–", "—"}:
        return
    cuts = [0]
    if _RUN.fullmatch(text):
        cuts += [m.start() for m in re.finditer(r"(?<=\s)\S", text)]
    elif (pieces := _PIECES.fullmatch(text)) and has_name(pieces["name"]):
        cuts += [pieces.start(group) for group in ("pieces", "sum") if pieces[group]]
    elif (sums := amounts(text)) and not TIMES.search(text):
        last = sums[-1]
        if last.end == len(text) and has_name(text[: last.start]):
            cuts.append(last.start)
    for at, to in zip(cuts, [*cuts[1:], len(text)], strict=True):
        kept = text[at:to].rstrip(_ENDS)
        yield part_of(word, start + at, start + at + len(kept))


def _all_heads(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Longest heads first from the left; none where something is left over."""
    if not spans:
        return []
    for count in range(len(spans), 0, -1):
        start, end = spans[0][0], spans[count - 1][1]
        if names_of_head(text[start:end]):
            rest = _all_heads(text, spans[count:])
            if rest or count == len(spans):
                return [(start, end), *rest]
    return []


def _cut(box_xyxy: BoxXyxy, share: tuple[float, float]) -> BoxXyxy:
    left, top, right, bottom = box_xyxy
    width = right - left
    return (left + share[0] * width, top, left + share[1] * width, bottom)


def _lies(word: Word) -> bool:
    """Whether the given page has the word in the same direction as the level one."""
    (x0, y0, x1, y1), (u0, v0, u1, v1) = word.level_xyxy, word.box_xyxy
    return (x1 - x0 >= y1 - y0) == (u1 - u0 >= v1 - v0)
