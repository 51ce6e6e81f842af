"""The two files of a batch: questions that are read, answers that are added to.

A broken question line becomes a `BadRow`, never an exception. An answers file that was cut off
in the middle of a line is repaired when it is opened.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterable
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from agent.cli.row_formats import raw_rows
from agent.files import dumps, replacing
from tools.errors import InputError, PictureError
from tools.pictures.sources import exists, expanded, is_address, is_data

Id = str | int


@dataclass(frozen=True)
class Row:
    """One question: its id, its pictures (found on the disk, or `data:` URIs) and the words."""

    id: Id
    pictures: tuple[str, ...]
    question: str


@dataclass(frozen=True)
class BadRow:
    """A line that cannot be asked, and why."""

    id: Id
    problem: str


def read_rows(data: bytes, folders: Iterable[Path]) -> list[Row | BadRow]:
    """All rows of a questions file; relative pictures are looked for in `folders`, in turn.

    A row without an id (or that cannot be read) is called by its number, as in `line 7`.
    """
    places = list(folders)
    rows: list[Row | BadRow] = []
    seen: set[str] = set()
    for raw in raw_rows(data):
        row = BadRow(raw.name, raw.problem) if raw.problem else _row(raw.data, raw.name, places)
        if key(row.id) in seen:
            row = BadRow(row.id, f"{raw.name}: the id {row.id!r} is used before")
        seen.add(key(row.id))
        rows.append(row)
    return rows


def key(row_id: Id) -> str:
    """An id as something to compare: 1 and "1" are different."""
    return json.dumps(row_id)


def _row(data: Any, name: str, places: list[Path]) -> Row | BadRow:
    if not isinstance(data, dict):
        return BadRow(name, "not an object with id, image and question")
    row_id = data.get("id", name)
    if not isinstance(row_id, str | int) or isinstance(row_id, bool):
        return BadRow(name, "`id` is neither a text nor a whole number")
    images = [data["image"]] if "image" in data else data.get("images")
    problem = _problem(data, images)
    if problem:
        return BadRow(row_id, problem)
    try:
        pictures = tuple(find_picture(image, places) for image in images or ())
    except PictureError as error:
        return BadRow(row_id, str(error))
    return Row(row_id, pictures, data["question"])


def _problem(data: dict[str, Any], images: Any) -> str:
    """What is wrong with the fields of a row, or ""."""
    question = data.get("question")
    if not isinstance(question, str) or not question.strip():
        return "`question` is missing or empty"
    if ("image" in data) == ("images" in data):
        return "give either `image` or `images`"
    if not isinstance(images, list) or not images or not all(isinstance(i, str) for i in images):
        return "`image` is one path, `images` a list of paths"
    return ""


def find_picture(image: str, places: Iterable[Path]) -> str:
    """The picture, folder or pattern where it is found; a `data:` URI is all there.

    Raises:
        PictureError: it is a URL, or there is no such file.
    """
    if is_data(image):
        return image
    if is_address(image):
        raise PictureError(f"{image} is a URL; save the picture to a file first")
    for place in places:
        if exists(path := place / expanded(Path(image))):
            return str(path)
    raise PictureError(f"there is no file {image!r}")


class AnswersFile:
    """The answers so far, and the place where the next one goes: one line, written at once.

    Raises:
        InputError: the file is not one of ours, or another batch is writing to it.
    """

    def __init__(self, path: Path, *, retry_errors: bool = False) -> None:
        self.done: set[str] = set()
        self._file = _open_alone(path)
        try:
            if not self._continue(path, retry_errors):
                self._file.close()
                self._file = _open_alone(path)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, record: dict[str, Any]) -> None:
        """Add one answer."""
        self._file.write((dumps(record) + "\n").encode())
        self.done.add(key(record["id"]))

    def _continue(self, path: Path, retry_errors: bool) -> bool:
        """Read which ids are done; drop a half-written end, and errors where they are retried.

        Returns False if that made a new file of it.
        """
        lines = path.read_bytes().splitlines(keepends=True)
        kept: list[bytes] = []
        for number, line in enumerate(lines, start=1):
            record = _record(line)
            if record is None:
                if number == len(lines) and not line.endswith(b"\n"):
                    continue
                raise InputError(
                    f"{path} line {number} is not an answer of a batch; name another --out file"
                )
            if retry_errors and "error" in record:
                continue
            kept.append(line.rstrip(b"\r\n") + b"\n")
            self.done.add(key(record["id"]))
        if kept == lines:
            return True
        with replacing(path) as temporary:
            temporary.write_bytes(b"".join(kept))
        return False


def _open_alone(path: Path) -> FileIO:
    file = path.open("ab", buffering=0)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise InputError(f"another batch is writing to {path}") from None
    return file


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    ours = isinstance(record, dict) and "id" in record and ("answer" in record or "error" in record)
    return record if ours else None
