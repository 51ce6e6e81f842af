"""Which lines are the rows of a table: heads above, wrapped names joined, sums left out.

By geometry, and by what the cells look like; what they hold is `tools.reading.tables`'.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.reading.asked import NAME
from tools.reading.cells import TIMES, cells_of, has_name, heads_in, is_value
from tools.reading.entries import role_of, strange_words
from tools.reading.labels import field_of
from tools.reading.lines import Line, Word
from tools.words.columns import head_key, names_of_head

MAX_GAP = 3.0
"""A gap of so many heights below a row ends its table."""
_GOES_ON = re.compile(r"(?:\b(?:with|and|of|in|for|mit|und|con|avec|de|e|y|et)|[-,&/+(])$", re.I)


@dataclass
class Draft:
    """A row before its cells are read: its name, its other boxes, the lines that it stands in."""

    name: str
    others: list[Word]
    lines: list[Line]


def is_sum(name: str) -> bool:
    """Whether a row is one of the sums below a table (a total, a tax) and no item of it."""
    bare = re.sub(r"[\d.,%()]+", " ", head_key(name)).strip()
    if field_of(bare) is not None or (bare == "service" and bare != head_key(name)):
        return True
    return role_of(bare) is not None and strange_words(bare) == 0


def heads_of(lines: Sequence[Line], at: int) -> list[Word]:
    """The heads of columns in a line: known ones, or any above two rows that they fit."""
    cells = [head for cell in cells_of(lines[at]) for head in heads_in(cell)]
    if len(cells) < 2 or any(is_value(c.text) and not _is_year(c.text) for c in cells):
        return []
    known = {names for c in cells if (names := names_of_head(c.text))}
    if len(known) >= 2 and (at + 1 < len(lines)):
        return cells
    if re.search(r"[:：]", lines[at].text):
        return []
    name_head = name_head_of(cells, lines[at + 1 : at + 4])
    below = [split(cells_of(line), name_head) for line in lines[at + 1 : at + 4]]
    counts = {len(others) for name, others in below if name and others}
    rows = sum(bool(name and others) for name, others in below)
    fits = rows >= 2 and max(counts) in (len(cells), len(cells) - 1)
    return cells if fits and max(counts) >= 2 else []


def _is_year(text: str) -> bool:
    return re.fullmatch(r"(?:19|20)\d\d", text) is not None


def is_above_price(lines: Sequence[Line]) -> bool:
    """Whether the first of two lines is a name alone, and the other holds its number and prices."""
    if len(lines) < 2 or any(is_value(cell.text) for cell in cells_of(lines[0])):
        return False
    below = cells_of(lines[1])
    return len(below) > 1 and TIMES.fullmatch(below[0].text) is not None


def name_head_of(heads: Sequence[Word], below: Sequence[Line]) -> Word | None:
    """The head of the names: a known one, else the first where it stands above the first cells."""
    for head in heads:
        if NAME in names_of_head(head.text):
            return head
    lefts = [line.level_xyxy[0] for line in below]
    is_first = bool(lefts) and heads[0].level_xyxy[0] - min(lefts) < heads[0].height
    is_other = bool(names_of_head(heads[0].text)) if is_first else True
    return None if is_other else heads[0]


def body_of(
    lines: Sequence[Line], start: int, *, headed: bool = False, name_head: Word | None = None
) -> tuple[list[Draft], int]:
    """The rows from a line on, wrapped names joined, and the line that ends the table."""
    drafts: list[Draft] = []
    alone: list[Line] = []
    end = start
    for end in range(start, len(lines)):
        line = lines[end]
        above = lines[end - 1] if end > start or headed else None
        far = above is not None and line.level_xyxy[1] - above.level_xyxy[3] > MAX_GAP * line.height
        parts = [split(cells_of(line), name_head)] if headed else _parts(line)
        is_other = not headed and (len(alone) > 1 or bool(heads_of(lines, end)))
        if far or is_other or _ends(parts, drafts):
            return drafts, end - len(alone)
        if not any(others for _, others in parts):
            alone.append(line)
            continue
        first = len(drafts)
        drafts += [Draft(name, others, [line]) for name, others in parts if others]
        _join_names(drafts, first, alone, line)
        alone = []
    _join_names(drafts, len(drafts), alone, None)
    return drafts, len(lines)


def _parts(line: Line) -> list[tuple[str, list[Word]]]:
    """The rows in a line without heads: one for each name with its prices (two columns)."""
    groups: list[list[Word]] = [[]]
    for cell in cells_of(line):
        if groups[-1] and has_name(cell.text) and any(is_value(c.text) for c in groups[-1][1:]):
            groups.append([])
        groups[-1].append(cell)
    return [split(group) for group in groups]


def split(cells: Sequence[Word], name_head: Word | None = None) -> tuple[str, list[Word]]:
    """The name of a row, and its other cells."""
    named = [cell for cell in cells if has_name(cell.text)]
    if name_head is not None:
        below = [cell for cell in cells if overlap(cell, name_head) > 0]
        named = [cell for cell in named if cell in below] or below or named
    if not named:
        return "", list(cells)
    name = named[0]
    return ("" if name.text.isdecimal() else name.text), [
        cell for cell in cells if cell is not name
    ]


def name_in(cells: Sequence[Word]) -> str:
    """The name of a row; all of it where it has none."""
    return split(cells)[0] or " ".join(cell.text for cell in cells)


def _ends(parts: Sequence[tuple[str, list[Word]]], drafts: Sequence[Draft]) -> bool:
    """Whether a line is a sum below the rows: with fewer cells than they have, or their equal."""
    name, others = parts[0]
    if len(parts) > 1 or not drafts or not name or not is_sum(name):
        return False
    most = max(len(draft.others) for draft in drafts)
    return len(others) < most or most == 1


def _join_names(drafts: list[Draft], first: int, alone: Sequence[Line], below: Line | None) -> None:
    """Lines without values between two rows: the rest of a name, its beginning, or a heading."""
    previous = drafts[first - 1] if 0 < first <= len(drafts) else None
    following = drafts[first] if first < len(drafts) else None
    rest = list(alone)
    if following is not None and not following.name:
        if rest and len(rest[-1].words) <= 2:
            line = rest.pop()
            following.name, following.lines = line.text, [line, *following.lines]
        elif previous is not None and previous.name:
            following.name = ""
    while rest and previous is not None and _continues(previous, rest[0], [*rest[1:], below][0]):
        line = rest.pop(0)
        previous.name, previous.lines = f"{previous.name} {line.text}", [*previous.lines, line]
    if rest and following is not None and re.match(r"[a-zß-ÿ]", following.name):
        line = rest[-1]
        following.name, following.lines = f"{line.text} {following.name}", [line, *following.lines]


def _continues(row: Draft, line: Line, below: Line | None) -> bool:
    """Whether a line without values goes on with the name of the row above it."""
    above = row.lines[-1]
    gap = line.level_xyxy[1] - above.level_xyxy[3]
    aligned = abs(line.level_xyxy[0] - row.lines[0].level_xyxy[0]) < 1.5 * above.height
    alike = max(line.height, above.height) <= 1.25 * min(line.height, above.height)
    if not (row.name and aligned and alike) or gap > 1.2 * above.height:
        return False
    if re.match(r"[a-zß-ÿ(&+]", line.text) or _GOES_ON.search(row.name):
        return True
    is_title = line.text.isupper() or line.text.endswith((":", "："))
    next_gap = below.level_xyxy[1] - line.level_xyxy[3] if below is not None else 0.0
    return not is_title and gap < 0.6 * next_gap


def overlap(one: Word, other: Word) -> float:
    """Horizontal overlap in pixels of the level page; negative where they stand apart."""
    return min(one.level_xyxy[2], other.level_xyxy[2]) - max(one.level_xyxy[0], other.level_xyxy[0])
