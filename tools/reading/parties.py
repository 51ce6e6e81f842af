"""The parties of a document: who is labelled as its sender, its recipient or its consignee.

A party is a label ("Bill to:", "Rechnung an", 购买方) with the cells that belong to it: behind it,
or below it in its column, beside those of others. What a party says of itself (address, phone) is
read as on any page (`tools.reading.fields`); what is nobody else's is the sender's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal, get_args

from tools.reading.amounts import amounts
from tools.reading.dates import dates
from tools.reading.labels import plain
from tools.reading.lines import MIN_CELL_GAP, Line, Word
from tools.reading.postal import NEAR, mark_of
from tools.reading.values import emails, phones, urls
from tools.words.lists import words_of_kind

Role = Literal["sender", "recipient", "delivery"]

MAX_LINES = 9
MIN_ROWS = 3
"""Rows of two cells that make two addresses side by side."""
BELOW_LABEL = 2.0
"""A label may stand so many heights above the first line of its party."""
WEAK_LETTERS = 4
"""Labels of so few letters ("To", "Von") are prepositions: they need a colon or a second party."""
_COLON = re.compile(r"\s*[:：]\s*")
_REACHED = re.compile(
    r"\W*(?:tel|te1|ph|phone|telephone|telefono?|fax|mobile?|mob|cell|e-?mail|web|address|attn|vat|tax|abn"
    r"|gstin?|ust|tva|siret|nif|cif|p\.? ?iva|tlf|地址|电话|手机|邮箱|税号|纳税人|开户|账号|联系)",
    re.IGNORECASE,
)
"""What stands below a name: how to reach it, and its numbers."""
_NAME_LABEL = re.compile(
    r"\s*(?:(?:company |full )?name|company|firma|nom|nombre|nome|naam|(?:单位|公司)?名称|姓名"
    r"|单位)\s*[:：]\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Party:
    """One side of a document: its role by its label, its name (may be empty), its cells.

    The first cell is the label's where the name stands behind it, or where there is none.
    """

    role: Role | None
    name: str
    lines: tuple[Line, ...]
    label: Line


@dataclass(frozen=True)
class _Label:
    """A cell that says a role, and what stands behind the label in it."""

    cell: Line
    role: Role
    behind: str

    @property
    def is_weak(self) -> bool:
        said = plain(_COLON.split(self.cell.text)[0])
        return said.isascii() and len(said) <= WEAK_LETTERS and said != "attn"


def parties_of(lines: Sequence[Line]) -> list[Party]:
    """The labelled parties, in the order of their labels; else who stands right of the sender."""
    rows = [cells_of(line) for line in lines]
    labels = _labels_in(rows)
    parties = [_party(rows, label, labels) for label in labels]
    return [party for party in parties if party is not None] or _unlabelled(rows)


def own_lines(lines: Sequence[Line], parties: Collection[Party]) -> list[Line]:
    """The lines without the cells of recipients and without labels: what the sender says."""
    taken = {id(word) for party in parties for word in _of_others(party)}
    kept = [(line, tuple(w for w in line.words if id(w) not in taken)) for line in lines]
    return [line if len(w) == len(line.words) else Line(w) for line, w in kept if w]


def column_below(lines: Sequence[Line], head: Line) -> list[Line]:
    """The cells that stand close below a cell in its column, up to the next party."""
    rows = [cells_of(line) for line in lines]
    return _below(rows, head, _labels_in(rows), gap=NEAR)


def cells_of(line: Line) -> list[Line]:
    """The parts of a row that wide gaps keep apart."""
    cells: list[list[Word]] = [[line.words[0]]]
    for left, right in pairwise(line.words):
        gap = right.level_xyxy[0] - left.level_xyxy[2]
        if gap > MIN_CELL_GAP * min(left.height, right.height):
            cells.append([])
        cells[-1].append(right)
    return [Line(tuple(words)) for words in cells]


def role_named(text: str) -> Role | None:
    """The role that a word of a question means ("buyer", "billing", 销售方); None for any other."""
    said = re.sub(r"^(?:the|our|my) | s$", "", plain(text).replace("-", " "))
    return next((r for r in get_args(Role) if said in _words(r) | _words(f"{r} asked")), None)


def _of_others(party: Party) -> tuple[Word, ...]:
    """The words of a party that its sender does not say of itself."""
    if party.role == "sender":
        return () if party.label in party.lines else party.label.words
    return tuple(word for cell in (party.label, *party.lines) for word in cell.words)


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(words_of_kind("parties", kind))


def _labels_in(rows: Sequence[Sequence[Line]]) -> list[_Label]:
    labels = [label for row in rows for cell in row if (label := _label_of(cell)) is not None]
    roles = {label.role for label in labels}
    return [
        label
        for label in labels
        if not label.is_weak or len(roles) > 1 or _COLON.search(label.cell.text)
    ]


def _label_of(cell: Line) -> _Label | None:
    head, *rest = _COLON.split(cell.text.strip(), maxsplit=1)
    if rest:
        return _said(cell, head, rest[0].strip())
    if label := _said(cell, head, ""):
        return label
    words = head.split()
    for count in range(min(4, len(words) - 1), 0, -1):
        head, name = " ".join(words[:count]), " ".join(words[count:])
        is_clear = count > 1 or not head.isascii()
        if is_clear and not name[0].islower() and (found := _said(cell, head, name)):
            return found
    return None


def _said(cell: Line, label: str, behind: str) -> _Label | None:
    said = plain(label)
    role = next((role for role in get_args(Role) if said in _words(role)), None)
    is_name = not behind or (_has_letters(behind) and not dates(behind) and not amounts(behind))
    return _Label(cell, role, behind) if role is not None and is_name else None


def _party(
    rows: Sequence[Sequence[Line]], label: _Label, labels: Collection[_Label]
) -> Party | None:
    cell = label.cell
    if label.behind:
        below = _reaching(_below(rows, cell, labels, gap=NEAR))
        if label.is_weak and not below:
            return None
        return Party(label.role, _bare_name(label.behind), (cell, *below), cell)
    lines = _beside(rows, cell, labels) or _below(rows, cell, labels, gap=BELOW_LABEL)
    if not lines or (label.is_weak and len(lines) < 2):
        return None
    return Party(label.role, _name_in(lines), tuple(lines), cell)


def _unlabelled(rows: Sequence[Sequence[Line]]) -> list[Party]:
    """Whose address stands beside another one, where nothing says who they are."""
    for start, first in enumerate(rows):
        end = start
        while end < len(rows) and len(rows[end]) == len(first) == 2:
            if not _in_column(
                rows[end][1], first[1].level_xyxy[0], first[1].level_xyxy[2], first[1].height
            ):
                break
            end += 1
        sides = [[row[side] for row in rows[start:end]] for side in (0, 1)]
        if end - start >= MIN_ROWS and all(any(mark_of(c.text) for c in side) for side in sides):
            lines = [first[1], *_below(rows, first[1], (), gap=NEAR)]
            return [Party(None, _name_in(lines), tuple(lines), first[1])]
    return []


def _below(
    rows: Sequence[Sequence[Line]], head: Line, labels: Collection[_Label], *, gap: float
) -> list[Line]:
    """The cells below one, in its column, as long as they follow closely and are no label."""
    found: list[Line] = []
    left, _, right, _ = head.level_xyxy
    above = head
    cells = [cell for row in rows for cell in row if _top(cell) > _top(head) + head.height / 2]
    for cell in sorted(cells, key=_top):
        if not _in_column(cell, left, right, head.height):
            continue
        height = max(cell.height, above.height)
        is_far = _top(cell) - above.level_xyxy[3] > (NEAR if found else gap) * height
        if is_far or len(found) == MAX_LINES or _ends(cell) or any(cell == x.cell for x in labels):
            break
        found.append(cell)
        above = cell
        right = max(right, cell.level_xyxy[2])
    return found


def _in_column(cell: Line, left: float, right: float, height: float) -> bool:
    """Whether a cell begins where the column does, or stands centred in it."""
    cell_left, _, cell_right, _ = cell.level_xyxy
    if abs(cell_left - left) < 1.5 * height:
        return True
    middle = (cell_left + cell_right) / 2
    return left < middle < right and abs(middle - (left + right) / 2) < 1.5 * height


def _beside(rows: Sequence[Sequence[Line]], label: Line, labels: Collection[_Label]) -> list[Line]:
    """The values of a form whose labels stand in a column of their own, up to the next party."""
    at = next(i for i, row in enumerate(rows) if label in row)
    if len(rows[at]) != 2 or rows[at][0] != label or any(rows[at][1] == x.cell for x in labels):
        return []
    below = _below(rows, label, labels, gap=NEAR)
    if below and not _COLON.search(below[0].text) and not _REACHED.match(below[0].text):
        return []
    found = [rows[at][1]]
    for row in rows[at + 1 : at + MAX_LINES]:
        joined = Line(tuple(word for cell in row for word in cell.words))
        is_far = _top(joined) - found[-1].level_xyxy[3] > NEAR * joined.height
        if is_far or any(cell == x.cell for cell in row for x in labels) or not _reaching([joined]):
            break
        found.append(joined)
    return found


def _reaching(lines: Sequence[Line]) -> list[Line]:
    """The first lines as long as they say where somebody is, or how to reach them."""
    found = []
    for line in lines:
        text = line.text
        if not (
            _REACHED.match(text) or mark_of(text) or emails(text) or urls(text) or phones(text)
        ):
            break
        found.append(line)
    return found


def _ends(cell: Line) -> bool:
    """Whether a cell belongs to the rest of the document: a date, a sum."""
    return not mark_of(cell.text) and bool(dates(cell.text) or amounts(cell.text))


def _name_in(lines: Sequence[Line]) -> str:
    """The first line, unless it says where somebody is."""
    name = _bare_name(lines[0].text)
    says_where = mark_of(lines[0].text) == "street" or _REACHED.match(lines[0].text)
    return name if _has_letters(name) and not says_where else ""


def _bare_name(text: str) -> str:
    return _NAME_LABEL.sub("", text, count=1).strip(" ,:;-*")


def _has_letters(text: str) -> bool:
    return bool(re.search(r"[^\W\d_]{2}", text))


def _top(line: Line) -> float:
    return line.level_xyxy[1]
