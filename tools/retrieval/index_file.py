"""The index: one SQLite file with the files of folders, their pictures, vectors and words.

Why SQLite and not a vector database: exact search of 100,000 vectors is one product of a matrix
with a vector, which NumPy does in some ten milliseconds (`benchmarks.retrieval`), so that nothing
approximate is needed; SQLite commits a file's rows together or not at all, whatever kills the
process; it ranks words (FTS5); and it is in Python. LanceDB, the other candidate, duplicates rows
when two processes merge one key, and brings Arrow with it. One process writes at a time
(a lock beside the file), others read meanwhile (write-ahead log: not on a network's file system).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tools.errors import InputError
from tools.networks.encoders import Vectors
from tools.retrieval.encoders import Column
from tools.retrieval.terms import spaced

if TYPE_CHECKING:
    from tools.toolset import ToolConfig

FORMAT = 1
"""Of the tables, as the file says in `user_version`."""
APPLICATION = 0x56514149
"""Marks the file as ours (`application_id`)."""
BUSY_S = 30.0
_MARK = "\x02"

_TABLES = """
CREATE TABLE files (
    path TEXT PRIMARY KEY, stamp TEXT NOT NULL, content TEXT NOT NULL, problem TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX files_by_content ON files (content);
CREATE TABLE pictures (
    id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, content TEXT NOT NULL, page INTEGER,
    fingerprint BLOB NOT NULL
);
CREATE INDEX pictures_by_content ON pictures (content);
CREATE TABLE vectors (
    picture INTEGER NOT NULL REFERENCES pictures ON DELETE CASCADE, encoder TEXT NOT NULL,
    version TEXT NOT NULL, vector BLOB NOT NULL, UNIQUE (picture, encoder)
);
CREATE TABLE texts (
    picture INTEGER PRIMARY KEY REFERENCES pictures ON DELETE CASCADE,
    reader TEXT NOT NULL, text TEXT NOT NULL
);
CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'porter unicode61 remove_diacritics 2');
CREATE TRIGGER words_go AFTER DELETE ON texts BEGIN
    DELETE FROM words WHERE rowid = old.picture;
END;
"""


@dataclass(frozen=True)
class KnownFile:
    """A file of the index. `stamp` changes with it; `content` is its sha256, "" if unreadable."""

    stamp: str
    content: str
    problem: str


@dataclass(frozen=True)
class IndexedPicture:
    """A picture of the index: where it lies (identical files are one), its page from 1 if many.

    `content` is the sha256 of these files.
    """

    id: int
    paths: tuple[str, ...]
    page: int | None
    fingerprint: bytes
    content: str


@dataclass(frozen=True)
class NewPicture:
    """A picture to be kept: `vectors` by the name of their column, float32 (dimensions,)."""

    sha256: str
    page: int | None
    fingerprint: bytes
    vectors: dict[str, NDArray[np.float32]]


def index_at(config: ToolConfig) -> Path:
    """The index of the settings, else this user's own."""
    from platformdirs import user_data_path

    return config.index or user_data_path("vqa-agent") / "pictures.sqlite3"


class IndexFile:
    """The open file; made by `reading` and `writing`.

    Raises (all methods):
        InputError: the file is damaged, or the disk is full.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def known(self, folder: Path) -> dict[str, KnownFile]:
        """The files below a folder, by path."""
        rows = self._run(
            "SELECT path, stamp, content, problem FROM files WHERE path >= ? AND path < ?",
            _below(folder),
        )
        return {path: KnownFile(*rest) for path, *rest in rows}

    def whole(self, columns: Sequence[Column]) -> set[str]:
        """Contents all of whose pictures have these vectors, of the present versions."""
        contents = {content for (content,) in self._run("SELECT DISTINCT content FROM pictures")}
        for column in columns:
            lacking = self._run(
                "SELECT DISTINCT content FROM pictures WHERE id NOT IN "
                "(SELECT picture FROM vectors WHERE encoder = ? AND version = ?)",
                (column.name, column.version),
            )
            contents -= {content for (content,) in lacking}
        return contents

    def problems(self) -> dict[str, str]:
        """What is wrong with some of the pictures of a content."""
        return dict(
            self._run("SELECT content, problem FROM files WHERE content != '' AND problem != ''")
        )

    def put_file(self, path: str, file: KnownFile) -> None:
        """Keep a file, in place of what was known under its path."""
        self._run(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)",
            (path, file.stamp, file.content, file.problem),
        )

    def put_picture(self, content: str, new: NewPicture, columns: Sequence[Column]) -> None:
        """Keep a picture of a file's content; its vectors take the place of older ones."""
        self._run(
            "INSERT INTO pictures (sha256, content, page, fingerprint) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (sha256) DO UPDATE SET fingerprint = excluded.fingerprint",
            (new.sha256, content, new.page, new.fingerprint),
        )
        ((picture,),) = self._run("SELECT id FROM pictures WHERE sha256 = ?", (new.sha256,))
        for column in columns:
            vector = np.asarray(new.vectors[column.name], np.float32).tobytes()
            self._run(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)",
                (picture, column.name, column.version, vector),
            )

    def put_text(self, picture: int, reader: str, text: str) -> None:
        """Keep the words that were read on a picture."""
        self._run("DELETE FROM texts WHERE picture = ?", (picture,))
        self._run("INSERT INTO texts VALUES (?, ?, ?)", (picture, reader, text))
        self._run("INSERT INTO words (rowid, text) VALUES (?, ?)", (picture, spaced(text)))

    def unread(self, folder: Path, reader: str) -> list[tuple[int, str, str]]:
        """Pictures below a folder that this reader has not read: id, sha256 and a path."""
        return self._run(
            "SELECT pictures.id, sha256, min(path) FROM pictures JOIN files USING (content) "
            "WHERE path >= ? AND path < ? "
            "AND pictures.id NOT IN (SELECT picture FROM texts WHERE reader = ?) "
            "GROUP BY pictures.id ORDER BY 3, page",
            (*_below(folder), reader),
        )

    def remove(self, paths: Iterable[str]) -> None:
        """Forget files, and the pictures that no file has any more."""
        for path in paths:
            self._run("DELETE FROM files WHERE path = ?", (path,))
        self._run("DELETE FROM pictures WHERE content NOT IN (SELECT content FROM files)")

    def ids(self, folder: Path | None = None) -> NDArray[np.int64]:
        """The pictures, of all folders or of one, in the order in which they came."""
        rows = self._run(
            "SELECT DISTINCT pictures.id FROM pictures JOIN files USING (content) "
            "WHERE path >= ? AND path < ? ORDER BY 1",
            _below(folder),
        )
        return np.array([row[0] for row in rows], np.int64)

    def vectors(self, column: Column) -> tuple[NDArray[np.int64], Vectors]:
        """Pictures' ids (n,) and vectors (n, dimensions), as far as they are of its version."""
        rows = self._run(
            "SELECT picture, vector FROM vectors WHERE encoder = ? AND version = ?",
            (column.name, column.version),
        )
        ids = np.array([row[0] for row in rows], np.int64)
        joined = np.frombuffer(b"".join(row[1] for row in rows), np.float32)
        return ids, joined.reshape(len(rows), column.dimensions)

    def picture(self, picture: int, folder: Path | None = None) -> IndexedPicture | None:
        """What is known of a picture; with a folder, of its paths those below it."""
        rows = self._run(
            "SELECT path, page, fingerprint, content FROM pictures JOIN files USING (content) "
            "WHERE pictures.id = ? AND path >= ? AND path < ? ORDER BY path",
            (picture, *_below(folder)),
        )
        if not rows:
            return None
        return IndexedPicture(picture, tuple(row[0] for row in rows), *rows[0][1:])

    def paths_of(self, content: str, folder: Path) -> list[str]:
        """The files below a folder that have this content (sha256) and pictures in it."""
        rows = self._run(
            "SELECT DISTINCT path FROM files JOIN pictures USING (content) "
            "WHERE content = ? AND path >= ? AND path < ? ORDER BY path",
            (content, *_below(folder)),
        )
        return [path for (path,) in rows]

    def saying(self, terms: Sequence[str]) -> list[tuple[int, float]]:
        """The pictures that say any of the terms, with the share of the terms that they say.

        Terms are phrases of FTS5 (`terms.phrase`). Those that say most of them come first; of these
        the best by BM25.
        """
        shares: dict[int, float] = {}
        for term in terms:
            for (picture,) in self._run("SELECT rowid FROM words WHERE words MATCH ?", (term,)):
                shares[picture] = shares.get(picture, 0.0) + 1 / len(terms)
        by_bm25 = self._run(
            "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank, rowid",
            (" OR ".join(terms),),
        )
        ranked = [(picture, shares[picture]) for (picture,) in by_bm25]
        return sorted(ranked, key=lambda row: -round(row[1], 6))

    def line_saying(self, picture: int, terms: Sequence[str]) -> str:
        """The line of a picture's text with most of the terms in it; "" if none is."""
        rows = self._run(
            "SELECT highlight(words, 0, ?, ''), texts.text FROM words "
            "JOIN texts ON picture = words.rowid WHERE words.rowid = ? AND words MATCH ?",
            (_MARK, picture, " OR ".join(terms)),
        )
        if not rows:
            return ""
        marked, text = (cell.split("\n") for cell in rows[0])
        marks = [line.count(_MARK) for line in marked]
        return str(text[marks.index(max(marks))]).strip() if max(marks) else ""

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """What is written in the block is kept altogether, or nothing of it is."""
        self._run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._run("COMMIT")

    def _run(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        with _explained():
            return self._connection.execute(statement, values).fetchall()


@contextmanager
def reading(file: Path) -> Iterator[IndexFile]:
    """The index, to ask it; somebody may be writing to it meanwhile.

    Raises:
        InputError: there is none, or it is not one of this version.
    """
    if not file.is_file():
        raise InputError(f"there is no index yet ({file}); make one: vqa-agent index FOLDER")
    with closing(_connected(f"{file.absolute().as_uri()}?mode=ro", file)) as connection:
        yield IndexFile(connection)


@contextmanager
def writing(file: Path) -> Iterator[IndexFile]:
    """The index, to fill it; made if there is none. One process at a time may.

    Raises:
        InputError: another process writes to it, or it cannot be written.
    """
    from filelock import FileLock, Timeout

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{file}.lock", timeout=0):
            uri = f"{file.absolute().as_uri()}?mode=rwc"
            with closing(_connected(uri, file)) as connection:
                yield IndexFile(connection)
    except Timeout:
        raise InputError(f"another process is writing to the index {file}; wait for it") from None
    except OSError as error:
        raise InputError(f"the index {file} cannot be written: {error}") from None


def _below(folder: Path | None) -> tuple[str, str]:
    """The bounds of paths below a folder (`0` comes next after `/`), or of all."""
    if folder is None:
        return "", "\U0010ffff"
    prefix = str(folder).rstrip("/")
    return f"{prefix}/", f"{prefix}0"


def _connected(uri: str, file: Path) -> sqlite3.Connection:
    """The file with its tables.

    Raises:
        InputError: it is something else, or of another version.
    """
    with _explained():
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)
        try:
            if uri.endswith("rwc"):
                _prepare(connection)
            (ours,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if (ours, version) == (APPLICATION, FORMAT):
                return connection
        except BaseException:
            connection.close()
            raise
    connection.close()
    what = f"an index of version {version}" if ours == APPLICATION else "no index of pictures"
    raise InputError(f"{file} is {what}; delete it, or name another file with --index")


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables, where the file is new."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        marks = f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT};"
        connection.executescript(f"BEGIN; {_TABLES} {marks} COMMIT;")


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise InputError(
            f"the index cannot be used ({error}); if it is damaged, delete it and index again"
        ) from error
