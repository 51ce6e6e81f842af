"""Questions to the tables of a page: the asked column of the asked row, or a column of all rows.

"unit price of the door handle", "large latte", "points of United", "items"; 墨盒的单价. A cell is
told only where its row and its column are sure: of two rows that match, both are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.reading.asked import (
    AMOUNT,
    HAN,
    PRICE,
    QUANTITY,
    UNIT_PRICE,
    asked_of,
    bare,
    is_whole_column,
)
from tools.reading.labels import plain
from tools.reading.lines import Line
from tools.reading.matches import Match
from tools.reading.search import FOUND, similarity
from tools.reading.tables import (
    Cell,
    Column,
    Row,
    Table,
    is_money,
    tables_of,
)
from tools.words.columns import head_key, words_for_column

GROUP = "item"
MAX_CELLS, MAX_ROWS = 12, 60
"""Cells that are told where several may be meant; rows that a whole column is told of."""
EXACT, NEAR = 0.995, 0.08
"""A row of exactly these words is meant; of others all that come so near to the best."""
HEADED, BY_POSITION, UNTOLD = 0.95, 0.85, 0.45
"""How sure a column is: by its head, by arithmetic and type, not at all."""
_GLUE = {"per", "in", "on", "at", "for", "of", "from", "the", "a", "an", "one", "size", "sized"}


@dataclass(frozen=True)
class _Candidate:
    row: Row
    column: Column | None
    similarity: float


def table_matches(lines: Sequence[Line], query: str) -> list[Match] | None:
    """The cells that are asked for; None where no table has such a row.

    No match where a row is there and has no such cell.
    """
    tables = tables_of(lines)
    asked = asked_of(query)
    if is_whole_column(query):
        found = [m for t in tables if t.has_prices for m in _column(t, asked.column or PRICE)]
        return found[:MAX_ROWS] or None
    candidates = [c for table in tables for c in _candidates(table, asked.rest)]
    best = max((c.similarity for c in candidates), default=0.0)
    if best < FOUND:
        return None
    meant = [c for c in candidates if c.similarity >= (best if best >= EXACT else best - NEAR)]
    chosen = [(c, cell) for c in meant for cell in _cells(c, asked.column)]
    if asked.column is None and all(len(c.row.cells) == 1 for c in meant):
        return None  # a label with its value: no table is needed
    return [_match(c, cell, named=len(chosen) > 1) for c, cell in chosen[:MAX_CELLS]]


def _candidates(table: Table, rest: str) -> Iterator[_Candidate]:
    """Each row with how surely it is meant, by all the words or by those without a head's."""
    for row in table.rows:
        name = plain(row.name)
        yield _Candidate(row, None, similarity(rest, name))
        for column in table.columns:
            if without := _without_head(_without(rest, table.title), column):
                yield _Candidate(row, column, similarity(without, name))


def _without(rest: str, title: str) -> str:
    """The words without those that the table's title holds, if some are left ("sales of …")."""
    told = plain(title).split()
    left = [word for word in rest.split() if word not in told]
    return " ".join(left) if _naming(" ".join(left)) else rest


def _without_head(rest: str, column: Column) -> str:
    """The words without those that name a column; empty where none do, or nothing is left."""
    forms = {head_key(column.head)}.union(*map(words_for_column, column.names))
    if HAN.search(rest):
        form = max((f for f in forms if f and f in rest), key=len, default="")
        return bare(rest.replace(form, "", 1)) if form else ""
    words = _naming(rest)
    keys = sorted(filter(None, (_naming(plain(form)) for form in forms)), key=len, reverse=True)
    for key in keys:
        for at in range(len(words) - len(key) + 1):
            if all(map(_alike, words[at : at + len(key)], key)):
                return " ".join([*words[:at], *words[at + len(key) :]])
    return ""


def _alike(word: str, other: str) -> bool:
    """Whether they are one word: arrive, arrives."""
    from rapidfuzz import fuzz

    return word == other or (min(len(word), len(other)) > 3 and fuzz.ratio(word, other) >= 85)


def _naming(text: str) -> list[str]:
    return [word for word in text.split() if word not in _GLUE]


def _cells(candidate: _Candidate, asked: str | None) -> list[Cell]:
    """The cells of a row that are meant: of the column that is named, or that fit what is asked."""
    row = candidate.row
    if candidate.column is not None:
        return [
            cell
            for cell in row.cells
            if cell.column == candidate.column and (asked is None or _may_be(cell, asked))
        ]
    if asked is None:
        return sorted(row.cells, key=lambda c: (AMOUNT not in c.column.names, not is_money(c)))
    return cells_for(row, asked)


def cells_for(row: Row, asked: str) -> list[Cell]:
    """The cells of a row that answer for a quantity, a price of one, an amount, or a price."""
    if asked == QUANTITY:
        return row.under(QUANTITY)[:1]
    is_missing = QUANTITY in row.columns and not row.under(QUANTITY)
    single = not is_missing and all(cell.typed.value == "1" for cell in row.under(QUANTITY))
    names = {
        UNIT_PRICE: (UNIT_PRICE, PRICE, *((AMOUNT,) if single else ())),
        AMOUNT: (AMOUNT, *((PRICE, UNIT_PRICE) if single else ())),
        PRICE: (UNIT_PRICE, PRICE, *((AMOUNT,) if single else ())),
    }[asked]
    told = row.under(*names)[:1]
    if told or asked == UNIT_PRICE:
        return told
    if asked == PRICE and (amounts := row.under(AMOUNT)):
        return [*amounts[:1], *row.under(QUANTITY)[:1]]
    known = {UNIT_PRICE, PRICE, AMOUNT, QUANTITY}
    return [cell for cell in row.cells if is_money(cell) and not known & {*cell.column.names}]


def _may_be(cell: Cell, asked: str) -> bool:
    """Whether a cell under a head that is named may be a quantity, or a price or amount."""
    if asked == QUANTITY:
        return cell.typed.value_type == "number"
    return is_money(cell) or (cell.typed.value_type == "number" and not cell.column.names)


def _column(table: Table, asked: str) -> Iterator[Match]:
    """A column of all rows, each called by its row; a row without such a cell by its name alone."""
    for row in table.rows:
        cells = cells_for(row, asked)
        cells = [cell for cell in cells if asked == QUANTITY or is_money(cell)]
        for cell in cells:
            name = row.name if len(cells) == 1 else f"{row.name}, {cell.column.called}"
            yield _told(row, cell, _sureness(row, cell), label=name, group=GROUP)


def _match(candidate: _Candidate, cell: Cell, *, named: bool) -> Match:
    score = min(candidate.similarity, _sureness(candidate.row, cell))
    label = ", ".join(filter(None, (candidate.row.name, cell.column.called))) if named else None
    return _told(candidate.row, cell, score, label=label)


def _told(
    row: Row, cell: Cell, score: float, *, label: str | None, group: str | None = None
) -> Match:
    """The cell as a match; its text says the row and the head, or is the row as it is printed."""
    text = f"{row.name} | {cell.column.head}: {cell.word.text}"
    if not cell.column.head:
        text = "\n".join(line.text for line in row.lines)
    return Match(
        cell.typed.value,
        cell.typed.reported_type,
        text,
        cell.word.box_xyxy,
        score * min(1.0, cell.word.score + 0.05),
        cell.typed.currency,
        label=label,
        group=group,
    )


def _sureness(row: Row, cell: Cell) -> float:
    if not row.adds_up:
        return UNTOLD
    if cell.column.head:
        return HEADED
    return BY_POSITION if cell.column.names else UNTOLD
