"""The forms that a questions file may have: JSON lines, a JSON array, CSV; UTF-8 or UTF-16.

It gives each row as data, or what is wrong with it; what a row must hold is `agent.cli.rows`'s. The
form is told by the content: names and suffixes do not count.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

COLUMNS = ("id", "image", "images", "question")
_DELIMITERS = (",", ";", "\t")
_BETWEEN_IMAGES = re.compile(r"\s*[;|]\s*")
_LINE_END = re.compile(r"\r\n|\n|\r")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_NO_UTF8 = re.compile("[\udc80-\udcff]")
"""What `surrogateescape` makes of bytes that are no UTF-8."""


@dataclass(frozen=True)
class RawRow:
    """A row before anything of it was looked at: how it is called, and its data or its problem."""

    name: str
    data: Any = None
    problem: str = ""


def raw_rows(data: bytes) -> Iterator[RawRow]:
    """The rows of a file, in order; a broken one loses none of the others."""
    text = _decoded(data)
    first = next((line for line in _LINE_END.split(text) if line.strip()), "")
    if delimiter := _delimiter_of(first):
        yield from _of_csv(text, delimiter)
    elif first.lstrip().startswith("["):
        yield from _of_array(text)
    else:
        yield from _of_lines(text)


def _decoded(data: bytes) -> str:
    """The text of a file, its mark of byte order dropped; what is no text stays to be found."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    beginning = data[:64]
    for form, nulls in (("utf-16-le", beginning[1::2]), ("utf-16-be", beginning[::2])):
        if len(beginning) >= 4 and not any(nulls):
            return data.decode(form, "replace")
    return data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")


def _delimiter_of(header: str) -> str | None:
    """What parts the columns, where a line is the header of a CSV file of ours."""
    for delimiter in _DELIMITERS:
        names = {name.strip().strip('"').casefold() for name in header.split(delimiter)}
        if "question" in names and names & {"image", "images"}:
            return delimiter
    return None


def _of_csv(text: str, delimiter: str) -> Iterator[RawRow]:
    """The rows below the header; a line that breaks its row is passed over, and read on behind."""
    lines = _LINE.findall(text)
    blank = next(n for n, line in enumerate(lines) if line.strip())
    names = [n.strip().casefold() for n in next(csv.reader(lines[blank:], delimiter=delimiter))]
    begins = blank + 1
    while begins < len(lines):
        rest = (lines[n] for n in range(begins, len(lines)))
        reader = csv.reader(rest, delimiter=delimiter, strict=True)
        name = f"line {begins + 1}"
        try:
            cells = next(reader)
        except csv.Error as error:
            yield RawRow(name, problem=f"not CSV: {error}")
            begins += 1
            continue
        begins += reader.line_num
        if any(cell.strip() for cell in cells):
            yield _of_cells(name, names, cells)


def _of_cells(name: str, names: list[str], cells: list[str]) -> RawRow:
    if _NO_UTF8.search("".join(cells)):
        return RawRow(name, problem="not UTF-8; save the file as UTF-8")
    if len(cells) > len(names):
        return RawRow(name, problem=f"{len(cells)} cells under {len(names)} columns")
    named = zip(names, (cell.strip() for cell in cells), strict=False)
    data: dict[str, Any] = {column: cell for column, cell in named if column in COLUMNS and cell}
    if "images" in data:
        data["images"] = [image for image in _BETWEEN_IMAGES.split(data["images"]) if image]
    return RawRow(name, data)


def _of_array(text: str) -> Iterator[RawRow]:
    """The elements of an array, up to where it is broken."""
    decoder = json.JSONDecoder()
    at, number = text.index("[") + 1, 1
    while (at := _past(text, at, " \t\r\n,")) < len(text) and text[at] != "]":
        try:
            data, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            yield RawRow(f"row {number}", problem=f"not JSON from here on: {error}")
            return
        yield RawRow(f"row {number}", data, _encoding_problem(data))
        number += 1


def _past(text: str, at: int, what: str) -> int:
    while at < len(text) and text[at] in what:
        at += 1
    return at


def _of_lines(text: str) -> Iterator[RawRow]:
    for number, line in enumerate(_LINE_END.split(text), start=1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield RawRow(f"line {number}", problem=f"not JSON: {error}")
        else:
            yield RawRow(f"line {number}", data, _encoding_problem(line))


def _encoding_problem(data: Any) -> str:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return "not UTF-8; save the file as UTF-8" if _NO_UTF8.search(text) else ""
