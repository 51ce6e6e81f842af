"""The tables of a page: rows with a name, columns with a head, cells with a box.

Heads tell what a column holds; where there are none, position and arithmetic do: a small whole
number is a quantity, and quantity x unit price = amount. A cell whose column is not sure is left
out. What a question wants of a table is `tools.reading.table_search`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import zip_longest

from tools.reading.amounts import amounts, numbers, settled
from tools.reading.asked import AMOUNT, MONEY, PRICE, QUANTITY, UNIT_PRICE
from tools.reading.cells import BEHIND, TIMES, cells_of, is_value, part_of
from tools.reading.lines import Line, Word
from tools.reading.numerals import decimal_mark
from tools.reading.rows import (
    Draft,
    body_of,
    heads_of,
    is_above_price,
    is_sum,
    name_head_of,
    name_in,
    overlap,
    split,
)
from tools.reading.search import typed_of
from tools.reading.typed import Typed
from tools.words.columns import names_of_head

MIN_WHOLE_ROWS = 3
"""Rows in succession with whole numbers in one column make a price list; fewer may be anything."""
MAX_QUANTITY = 999
SIZES = ("small", "medium", "large", "extra large")
"""Columns that hold the prices of sizes."""
_UNIT = re.compile(r"[^\W_]|[%°‰]")
"""What makes more of a number than a number: letters, digits, a percent sign."""
_COUNT_BEFORE = re.compile(r"(?P<count>\d{1,3})\s?(?:[x×X]\s?|\s)(?=[^\W\d_])")
_COUNT_BEHIND = re.compile(r"\s[x×X]\s?(?P<count>\d{1,3})$")


@dataclass(frozen=True)
class Column:
    """A column: its head as printed ("" without one), and the names that it may go by.

    `names` are those of `tools.words.columns`; empty where only the head tells what it holds.
    """

    head: str
    names: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """Its head, else its name."""
        return self.head or (self.names[0] if self.names else "")


@dataclass(frozen=True)
class Cell:
    """A value in a row, under a column."""

    column: Column
    word: Word
    typed: Typed


@dataclass(frozen=True)
class Row:
    """A row: its name (of several lines, if it is wrapped) and its cells, left to right."""

    name: str
    cells: tuple[Cell, ...]
    lines: tuple[Line, ...]
    columns: frozenset[str] = frozenset()
    """The names of all columns of its table, also of those where it has no cell."""

    def under(self, *names: str) -> list[Cell]:
        """The cells of columns of these names, in the order of the names."""
        return [cell for name in names for cell in self.cells if name in cell.column.names]

    @property
    def adds_up(self) -> bool:
        """Whether quantity x unit price = amount, where the row has these three and no others."""
        told = [self.under(name) for name in (QUANTITY, UNIT_PRICE, AMOUNT)]
        if not all(len(cells) == 1 for cells in told) or len(self.cells) > len(told):
            return True
        quantity, price, amount = (cells[0].typed.parsed for cells in told)
        return None in (quantity, price, amount) or bool(quantity * price == amount)


@dataclass(frozen=True)
class Table:
    """Rows under common columns; `columns` is empty where no heads are printed."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    title: str = ""
    """The line above the heads."""

    @property
    def has_prices(self) -> bool:
        """Whether money stands in its rows."""
        return any(is_money(cell) for row in self.rows for cell in row.cells)


def is_money(cell: Cell) -> bool:
    """Whether a cell holds a price or an amount."""
    if cell.typed.value_type == "amount":
        return True
    return cell.typed.value_type == "number" and bool({*MONEY, *SIZES} & {*cell.column.names})


def tables_of(lines: Sequence[Line]) -> list[Table]:
    """The tables of a page, top to bottom; those below a sum (of taxes, of payments) left out."""
    point = decimal_mark(line.spaced_text for line in lines)
    tables: list[Table] = []
    at = 0
    while at < len(lines):
        heads = heads_of(lines, at)
        table, end = _headed(lines, at, heads, point) if heads else _headless(lines, at, point)
        if table is not None:
            tables.append(table)
        ends = end < len(lines) and any(table.has_prices for table in tables)
        if ends and is_sum(name_in(cells_of(lines[end]))):
            break
        at = max(end, at + 1)
    return tables


def _headed(
    lines: Sequence[Line], at: int, heads: list[Word], point: str | None
) -> tuple[Table | None, int]:
    name_head = name_head_of(heads, lines[at + 1 : at + 4])
    drafts, end = body_of(lines, at + 1, headed=True, name_head=name_head)
    value_heads = [head for head in heads if head is not name_head]
    columns = [Column(head.text, _names(head.text, value_heads)) for head in value_heads]
    placed = [list(_assigned(draft.others, value_heads)) for draft in drafts]
    columns = _by_product(columns, placed, point)
    filled = []
    for draft, words in zip(drafts, placed, strict=True):
        cells = [cell for word, i in words for cell in _read(word, columns[i], point)]
        filled.append(_counted(draft, cells, point))
    rows = _rows(filled, columns)
    title = lines[at - 1].text if at and not is_value(lines[at - 1].words[-1].text) else ""
    return (Table(tuple(columns), tuple(rows), title) if rows else None), end


def _by_product(
    columns: Sequence[Column], rows: Sequence[Sequence[tuple[Word, int]]], point: str | None
) -> list[Column]:
    """The columns; one whose head says nothing is the unit price where quantity x it = amount.

    "Unit" may head the kind of a unit as well: that the product is right in all rows decides.
    """
    known = {name: i for i, column in enumerate(columns) for name in column.names}
    unknown = [i for i, column in enumerate(columns) if not column.names]
    if QUANTITY not in known or AMOUNT not in known or UNIT_PRICE in known or not rows:
        return list(columns)
    for index in unknown:
        wanted = (known[QUANTITY], index, known[AMOUNT])
        numbers_of = [_numbers_under(row, wanted, point) for row in rows]
        if all(n is not None and n[0] * n[1] == n[2] for n in numbers_of):
            named = replace(columns[index], names=(UNIT_PRICE,))
            return [*columns[:index], named, *columns[index + 1 :]]
    return list(columns)


def _numbers_under(
    row: Sequence[tuple[Word, int]], wanted: Sequence[int], point: str | None
) -> list[Decimal] | None:
    """The numbers of a row in these columns; None where one of them has none."""
    typed = {i: _typed(word.text, point).parsed for word, i in row}
    numbers_of = [typed.get(i) for i in wanted]
    return [n for n in numbers_of if n is not None] if None not in numbers_of else None


def _names(head: str, heads: Sequence[Word]) -> tuple[str, ...]:
    """What a column is: "price" beside a quantity and an amount is the price of one.

    An "L" is large beside other sizes, and lost matches beside wins.
    """
    names = names_of_head(head)
    others = {name for other in heads for name in names_of_head(other.text)}
    if len(names) > 1:
        names = tuple(
            n for n in names if (n in SIZES) == (SIZES[1] in others or SIZES[0] in others)
        )
    return (UNIT_PRICE,) if names == (PRICE,) and {QUANTITY, AMOUNT} <= others else names


def _headless(lines: Sequence[Line], at: int, point: str | None) -> tuple[Table | None, int]:
    if not _is_priced(lines[at]) and not is_above_price(lines[at : at + 2]):
        return None, at + 1
    drafts, end = body_of(lines, at)
    drafts = [draft for draft in drafts if draft.name]
    counted = sum(bool(_COUNT_BEFORE.match(draft.name)) for draft in drafts) * 2 >= len(drafts)
    places = [_number(draft.others[0].text) for draft in drafts if len(draft.others) > 1]
    in_order = len(places) >= MIN_WHOLE_ROWS and places == list(range(1, len(places) + 1))
    filled = []
    for draft in drafts:
        cells = list(_by_position(draft.others[in_order:], point))
        has_count = counted or _COUNT_BEHIND.search(draft.name)
        filled.append(_counted(draft, cells, point) if has_count else (draft, cells))
    if any(_is_measure(cell) for _, cells in filled for cell in cells):
        return None, end
    rows = _of_one(_rows(filled), _amounts_in(lines[end:], point))
    whole = all(not amounts(cell.word.text) for row in rows for cell in row.cells)
    enough = MIN_WHOLE_ROWS if whole else 1
    return (Table((), tuple(rows)) if len(rows) >= enough else None), end


def _is_measure(cell: Cell) -> bool:
    """Whether it is no price: "52 Wh"."""
    return cell.typed.value_type == "text" and any(c.isdigit() for c in cell.typed.value)


def _amounts_in(lines: Sequence[Line], point: str | None) -> set[Decimal]:
    return {
        r for line in lines for typed in amounts(line.spaced_text, point) for r in typed.readings
    }


def _of_one(rows: list[Row], sums: set[Decimal]) -> list[Row]:
    """Rows whose amounts are the prices of one, where only so they come to a sum below them."""
    pairs = [(row.under(QUANTITY), row.under(AMOUNT)) for row in rows]
    parsed = [
        (quantity[0].typed.parsed if quantity else Decimal(1), amount[0].typed.parsed)
        for quantity, amount in pairs
        if amount
    ]
    if any(None in pair for pair in parsed) or any(row.under(UNIT_PRICE) for row in rows):
        return rows
    of_one, as_they_are = sum(q * a for q, a in parsed), sum(a for _, a in parsed)
    if of_one not in sums or as_they_are in sums:
        return rows
    return [replace(row, cells=tuple(_renamed(row.cells, AMOUNT, UNIT_PRICE))) for row in rows]


def _renamed(cells: Sequence[Cell], name: str, other: str) -> Iterator[Cell]:
    """The cells, those in the column without a head of the one name in one of the other."""
    for cell in cells:
        is_it = cell.column == Column("", (name,))
        yield replace(cell, column=Column("", (other,))) if is_it else cell


def _is_priced(line: Line) -> bool:
    """Whether a line may be the first of a price list: a name, and a number at its end."""
    name, others = split(cells_of(line))
    if not (name and others) or is_sum(name):
        return False
    kind = _typed(others[-1].text, None).value_type
    return kind == "amount" or (kind == "number" and not re.search(r"[:：]", line.text))


def _assigned(words: Sequence[Word], heads: Sequence[Word]) -> Iterator[tuple[Word, int]]:
    """Each cell with the head that it stands under; a cell that may stand under two is left out."""
    if len(words) == len(heads):
        yield from zip(words, range(len(heads)), strict=True)
        return
    chosen = [_nearest(word, heads) for word in words]
    for word, index in zip(words, chosen, strict=True):
        if index is not None and chosen.count(index) == 1:
            yield word, index


def _nearest(word: Word, heads: Sequence[Word]) -> int | None:
    over = [index for index, head in enumerate(heads) if overlap(word, head) > 0]
    if len(over) == 1:
        return over[0]
    ranked = sorted((_apart(word, heads[i]), i) for i in (over or range(len(heads))))
    is_clear = len(ranked) == 1 or ranked[0][0] + word.height < ranked[1][0]
    return ranked[0][1] if ranked and is_clear else None


def _apart(word: Word, head: Word) -> float:
    """How far left edges, right edges or middles are apart, whichever are nearest."""
    left, right = word.level_xyxy[0], word.level_xyxy[2]
    over, under = head.level_xyxy[0], head.level_xyxy[2]
    return min(abs(left - over), abs(right - under), abs(left + right - over - under) / 2)


def _read(word: Word, column: Column, point: str | None) -> Iterator[Cell]:
    """The cell, or quantity and unit price where both stand in it ("2 x 3.40")."""
    times = TIMES.fullmatch(word.text.strip())
    if times is None:
        yield Cell(column, word, _typed(word.text, point))
        return
    for name, group in ((QUANTITY, "count"), (UNIT_PRICE, "price")):
        part = part_of(word, *times.span(group))
        yield Cell(Column("", (name,)), part, _typed(part.text, point))


def _typed(text: str, point: str | None) -> Typed:
    """The cell as a whole: a number with a unit stays text, so that no unit is lost."""
    text = BEHIND.sub("", text)
    sums = [*amounts(text, point), *numbers(text, point)]
    typed = next((t for t in sums if not _UNIT.search(text[: t.start] + text[t.end :])), None)
    if typed is not None:
        return settled(typed, point)
    other = typed_of(text)
    is_other = other is not None and other.value_type not in {"amount", "number"}
    return other if other is not None and is_other else Typed(text, "text", 0, len(text))


def _by_position(words: Sequence[Word], point: str | None) -> Iterator[Cell]:
    """The cells of a row without heads, as far as arithmetic and type tell what they are."""
    if words and TIMES.fullmatch(words[0].text.strip()):
        yield from _read(words[0], Column(""), point)
        words = words[1:]
        kinds = [AMOUNT] if len(words) == 1 else []
    else:
        kinds = _kinds([_typed(word.text, point) for word in words])
    for word, kind in zip_longest(words, kinds):
        yield Cell(Column("", (kind,) if kind else ()), word, _typed(word.text, point))


def _kinds(values: Sequence[Typed]) -> list[str]:
    """Quantity, unit price and amount where the product is right; none where it stays open."""
    parsed = [value.parsed for value in values]
    if len(values) == 1:
        return [PRICE]
    if any(not isinstance(number, Decimal) for number in parsed) or not _is_count(parsed[0]):
        return []
    if len(values) == 3 and parsed[0] * parsed[1] == parsed[2]:
        return [QUANTITY, UNIT_PRICE, AMOUNT]
    is_pair = len(values) == 2 and values[0].value_type == "number"
    return [QUANTITY, AMOUNT] if is_pair and values[1].value_type == "amount" else []


def _is_count(number: Decimal) -> bool:
    return number == int(number) and 0 < number <= MAX_QUANTITY


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _counted(draft: Draft, cells: list[Cell], point: str | None) -> tuple[Draft, list[Cell]]:
    """With the quantity that stands in front of the name ("2 Cappuccino") or behind ("… x 2")."""
    match = _COUNT_BEFORE.match(draft.name) or _COUNT_BEHIND.search(draft.name)
    word = next((w for w in draft.lines[0].words if draft.name in w.text), None)
    if match is None or word is None or any(QUANTITY in cell.column.names for cell in cells):
        return draft, cells
    start = word.text.index(draft.name) + match.start("count")
    count = part_of(word, start, start + len(match["count"]))
    name = f"{draft.name[: match.start()]} {draft.name[match.end() :]}"
    quantity = Cell(Column("", (QUANTITY,)), count, _typed(count.text, point))
    cells = [quantity, *_renamed(cells, PRICE, AMOUNT)]
    return replace(draft, name=" ".join(name.split())), cells


def _rows(filled: Sequence[tuple[Draft, list[Cell]]], columns: Sequence[Column] = ()) -> list[Row]:
    told = [*columns, *(cell.column for _, cells in filled for cell in cells)]
    names = frozenset(name for column in told for name in column.names)
    return [
        Row(draft.name.strip(), tuple(cells), tuple(draft.lines), names)
        for draft, cells in filled
        if draft.name and cells
    ]
