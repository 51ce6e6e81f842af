"""Brings an index up to date with a folder: what is new, what changed, what is gone.

It looks again at files whose size or times changed, and knows pictures by their content: a file
that was only moved costs no more than reading it. All of a file's rows are written at once, so
that whatever ends the process, the next run goes on from there. Words are read last: they take
longest, and all else can be searched meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Protocol

from tools.errors import InputError, PictureError, ToolError
from tools.pictures.sources import pictures_below, read_file
from tools.pictures.store import MAX_PAGES, LeftOut, Picture, PictureStore
from tools.retrieval.encoders import Encoders
from tools.retrieval.fingerprints import fingerprint
from tools.retrieval.index_file import IndexFile, KnownFile, NewPicture

BATCH_PICTURES, BATCH_PIXELS = 32, 16_000_000
"""Pictures are encoded, and written, when there are so many, or so many pixels of 3 bytes."""

Progress = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and how much there is."""


class WordReader(Protocol):
    """Reads the words that stand on a picture."""

    @property
    def version(self) -> str:
        """Changes with what it reads."""

    def read(self, picture: Picture) -> str:
        """Its text, line by line; "" if there is none.

        Raises:
            ToolError: it cannot be read.
        """


@dataclass(frozen=True)
class Problem:
    """A file that is not in the index as it should be, and why."""

    path: str
    why: str


@dataclass
class Update:
    """What a run did: counts of files, but for `encoded` and `read`, which count pictures."""

    files: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    encoded: int = 0
    read: int = 0
    problems: list[Problem] = field(default_factory=list)


def update(
    index: IndexFile,
    folder: Path,
    encoders: Encoders,
    reader: WordReader | None = None,
    *,
    progress: Progress = lambda _what, _done, _of: None,
    max_pages: int = MAX_PAGES,
) -> Update:
    """Bring the index up to date with the pictures below a folder (an absolute path).

    Raises:
        InputError: it is no folder, or the index cannot be written.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; name one with pictures, or --forget it")
    done = Update()
    found, unlisted = pictures_below(folder)
    done.problems += [Problem(str(path), why) for path, why in unlisted.items()]
    files = {str(path): path for path in found if _is_nameable(path, done)}
    known = index.known(folder)
    pipeline = _Pipeline(index, encoders, done, max_pages)
    for number, (path, file) in enumerate(files.items(), start=1):
        pipeline.look(path, file, known.get(path))
        progress("looking at pictures", number, len(files))
    pipeline.flush()
    gone = [path for path in known if path not in files and not _is_hidden(path, unlisted)]
    with index.at_once():
        index.remove(gone)
    done.files, done.removed = len(files), len(gone)
    if reader is not None:
        _read_words(index, folder, reader, done, progress=progress, max_pages=max_pages)
    return done


def forget(index: IndexFile, folder: Path) -> int:
    """Take all files below a folder out of the index; how many there were."""
    paths = list(index.known(folder))
    with index.at_once():
        index.remove(paths)
    return len(paths)


@dataclass(frozen=True)
class _LookedAt:
    """A file with its pictures, whose vectors may still have to come."""

    path: str
    file: KnownFile
    pictures: list[NewPicture]


class _Pipeline:
    """Decodes files, encodes their pictures in batches, writes what is complete."""

    def __init__(self, index: IndexFile, encoders: Encoders, done: Update, max_pages: int) -> None:
        self._index = index
        self._columns = encoders.columns
        self._done = done
        self._max_pages = max_pages
        self._whole = index.whole(self._columns)
        self._problems = index.problems()
        self._files: list[_LookedAt] = []
        self._waiting: list[tuple[Picture, NewPicture]] = []
        self._pixels = 0  # of the pictures since the last flush

    def look(self, path: str, file: Path, known: KnownFile | None) -> None:
        """Look at a file, unless nothing about it is new; what cannot be read is kept as such."""
        stamp = _stamp(file)
        if known is not None and known.stamp == stamp and known.content in self._whole:
            now = known
        else:
            now, pictures = self._read(file, stamp)
            self._files.append(_LookedAt(path, now, pictures))
            if now.content:
                self._done.added += known is None or not known.content
                self._done.changed += known is not None and known.content not in ("", now.content)
        if now.problem:
            self._done.problems.append(Problem(path, now.problem))
        count = sum(len(looked_at.pictures) for looked_at in self._files)
        if count >= BATCH_PICTURES or self._pixels >= BATCH_PIXELS:
            self.flush()

    def flush(self) -> None:
        """Encode what waits, and write all files: altogether, or (if this fails) none."""
        self._encode()
        with self._index.at_once():
            for looked_at in self._files:
                for picture in looked_at.pictures:
                    self._index.put_picture(looked_at.file.content, picture, self._columns)
                self._index.put_file(looked_at.path, looked_at.file)
        self._files.clear()
        self._pixels = 0

    def _read(self, file: Path, stamp: str) -> tuple[KnownFile, list[NewPicture]]:
        try:
            data = read_file(file)
            content = hashlib.sha256(data).hexdigest()
            if content in self._whole:
                return KnownFile(stamp, content, self._problems.get(content, "")), []
            pictures, problem = self._decode(data)
        except PictureError as error:
            return KnownFile(stamp, "", str(error)), []
        self._whole.add(content)
        self._problems[content] = problem
        return KnownFile(stamp, content, problem), pictures

    def _decode(self, data: bytes) -> tuple[list[NewPicture], str]:
        """The pictures of a file, whose vectors are on their way; what is wrong with others."""
        store = PictureStore(self._max_pages)
        pictures: list[NewPicture] = []
        problems = []
        for picture in store.add_all(data):
            try:
                mark = fingerprint(picture.pixels)
            except ToolError as error:
                problems.append(str(error).replace(picture.ref.id, f"page {picture.ref.page}"))
                continue
            pictures.append(NewPicture(picture.ref.sha256, picture.ref.page, mark, {}))
            self._waiting.append((picture, pictures[-1]))
            self._pixels += picture.ref.width * picture.ref.height
            if len(self._waiting) >= BATCH_PICTURES or self._pixels >= BATCH_PIXELS:
                self._encode()  # a file may have many pages
        if not pictures:
            raise PictureError("; ".join(problems))
        return pictures, "; ".join([*problems, *map(_in_words, store.left_out)])

    def _encode(self) -> None:
        if not self._waiting:
            return
        pixels = [picture.pixels for picture, _ in self._waiting]
        for column in self._columns:
            for (_, new), vector in zip(self._waiting, column.encode(pixels), strict=True):
                new.vectors[column.name] = vector
        self._done.encoded += len(self._waiting)
        self._waiting.clear()


def _read_words(
    index: IndexFile,
    folder: Path,
    reader: WordReader,
    done: Update,
    *,
    progress: Progress,
    max_pages: int,
) -> None:
    """Read what stands on the pictures that this reader has not read."""
    unread = index.unread(folder, reader.version)
    number = 0
    for path, rows in groupby(unread, key=lambda row: row[2]):
        ids = {sha256: picture for picture, sha256, _ in rows}
        try:
            for picture in PictureStore(max_pages).add_all(read_file(Path(path))):
                if picture.ref.sha256 in ids:
                    text = reader.read(picture)
                    with index.at_once():
                        index.put_text(ids[picture.ref.sha256], reader.version, text)
                    done.read += 1
        except (PictureError, ToolError) as error:
            done.problems.append(Problem(path, f"its words cannot be read: {error}"))
        number += len(ids)
        progress("reading words", number, len(unread))


def _in_words(left_out: LeftOut) -> str:
    if left_out.why:
        return f"{left_out.unit} {left_out.page}: {left_out.why}"
    return f"only the first {left_out.looked} of {left_out.total} {left_out.unit}s are looked at"


def _stamp(file: Path) -> str:
    """Changes whenever the file is written, also by a program that sets its time back."""
    try:
        about = file.stat()
    except OSError:
        return ""
    return f"{about.st_size} {about.st_mtime_ns} {about.st_ctime_ns}"


def _is_hidden(path: str, unlisted: Iterable[Path]) -> bool:
    """Whether it lies in a folder that could not be listed: it may still be there."""
    return any(Path(path).is_relative_to(folder) for folder in unlisted)


def _is_nameable(path: Path, done: Update) -> bool:
    """Whether its name is text, which everything else here takes for granted."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        done.problems.append(Problem(repr(str(path)), "its name is no UTF-8; rename it"))
        return False
    return True
