"""Tool results by content: the same look at the same pixels is made once.

The key is (picture sha256, tool, version, arguments with the region's box); what is kept is the
report as JSON, never a pickle. Failures are never kept: the runner only hands over reports. What
one owner's look found answers no look of another: a hit would tell who else has sent the picture.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import sqlite3
import threading
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any

from tools.base import VisionTool
from tools.evidence import PictureRef, Region, ToolReport

MEMORY_ENTRIES = 512
DISK_ENTRIES = 100_000
BUSY_S = 1.0
"""How long a look waits for a file that another process has locked; then it does without."""

_log = logging.getLogger(__name__)


class ResultCache:
    """In memory, least recently used first out; with `directory` also on disk.

    Safe to share between threads; several processes may share a directory. A directory that cannot
    be used is logged once and does without; a file that is locked is passed over, this once: a
    cache is never a reason to fail. `recall` and `remember` never wait; `get` and `put`, which use
    the disk as well, may, and are not for an event loop.
    """

    def __init__(self, directory: Path | None = None, entries: int = MEMORY_ENTRIES) -> None:
        self._memory: OrderedDict[str, str] = OrderedDict()
        self._entries = entries
        self._disk = None if directory is None else _Disk(directory)
        self._ages: Counter[str] = Counter()
        self._lock = threading.Lock()

    @staticmethod
    def key(
        tool: VisionTool,
        arguments: dict[str, Any],
        picture: PictureRef,
        region: Region | None,
        owner: str = "",
    ) -> str:
        """The identity of a look, behind a name for its owner, where it has one."""
        box = None if region is None else region.box_xyxy
        identity = [picture.sha256, tool.name, tool.version, box, arguments]
        look = _digest(json.dumps(identity, sort_keys=True))
        return _place(owner) + look if owner else look

    @property
    def is_on_disk(self) -> bool:
        """Whether `get` and `put` do more than `recall` and `remember`."""
        return self._disk is not None

    def recall(self, key: str, picture: PictureRef) -> ToolReport | None:
        """The report in memory, its findings bound to `picture` (ids differ by conversation)."""
        with self._lock:
            text = self._memory.get(key)
            if text is not None:
                self._memory.move_to_end(key)
        return _bound(text, picture)

    def age(self, key: str) -> int:
        """How often all of this key's owner was forgotten.

        What was begun at one age is not kept at the next one: its owner has deleted it meanwhile.
        """
        return self._ages[_place_of(key)]

    def remember(
        self, key: str, report: ToolReport, picture: PictureRef, age: int | None = None
    ) -> None:
        """Keep a report in memory, if the age is still the one that is given."""
        self._store(key, _written(report, picture), age)

    def get(self, key: str, picture: PictureRef) -> ToolReport | None:
        """The same as `recall`, from the disk where it is not in memory."""
        kept, age = self.recall(key, picture), self.age(key)
        if kept is None and self._disk is not None and (text := self._disk.get(key)) is not None:
            self._store(key, text, age)
            kept = _bound(text, picture)
        return kept

    def put(
        self, key: str, report: ToolReport, picture: PictureRef, age: int | None = None
    ) -> None:
        """Keep a report in memory and on disk, if the age is still the one that is given."""
        text = _written(report, picture)
        self._store(key, text, age)
        if self._disk is not None and self._is_of(key, age):
            self._disk.put(key, text)
            if not self._is_of(key, age):  # it changes before the disk is cleared
                self._disk.forget(_place_of(key))

    def forget(self, owner: str) -> None:
        """Delete all that was found for an owner, on disk, too."""
        place = _place(owner)
        with self._lock:
            self._ages[place] += 1
            for key in [key for key in self._memory if key.startswith(place)]:
                del self._memory[key]
        if self._disk is not None:
            self._disk.forget(place)

    def close(self) -> None:
        """Close the file; it opens again when it is needed."""
        if self._disk is not None:
            self._disk.close()

    def _is_of(self, key: str, age: int | None) -> bool:
        return age is None or age == self.age(key)

    def _store(self, key: str, text: str, age: int | None = None) -> None:
        with self._lock:
            if not self._is_of(key, age):
                return
            self._memory[key] = text
            self._memory.move_to_end(key)
            while len(self._memory) > self._entries:
                self._memory.popitem(last=False)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _place(owner: str) -> str:
    """What the keys of an owner begin with; those of nobody in particular have no such place."""
    return f"{_digest(owner)}:"


def _place_of(key: str) -> str:
    return key[: key.find(":") + 1]


def _written(report: ToolReport, picture: PictureRef) -> str:
    data = report.model_dump(mode="json") | {"picture_id": picture.id}
    return json.dumps(data, ensure_ascii=False)


def _bound(text: str | None, picture: PictureRef) -> ToolReport | None:
    """The report as if `picture` had been looked at under its present id.

    None for what another version has written, or what is damaged: then it is looked at again.
    """
    if text is None:
        return None
    try:
        data = json.loads(text)
        for finding in data["findings"]:
            finding["picture"] = picture.model_dump()
        kept_id = re.escape(data.pop("picture_id"))
        data["summary"] = re.sub(rf"\b{kept_id}\b", picture.id, data["summary"], count=1)
        return ToolReport.model_validate(data)
    except (KeyError, TypeError, ValueError):
        return None


class _Disk:
    """Key → text in one SQLite file; the oldest rows go first. One thread at a time uses it."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "results.sqlite3"
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._broken = False

    def get(self, key: str) -> str | None:
        rows = self._run("SELECT report FROM results WHERE key = ?", key)
        return rows[0][0] if rows and isinstance(rows[0][0], str) else None

    def put(self, key: str, report: str) -> None:
        self._run("INSERT OR REPLACE INTO results (key, report) VALUES (?, ?)", key, report)
        self._run(
            "DELETE FROM results WHERE rowid <= (SELECT max(rowid) FROM results) - ?", DISK_ENTRIES
        )

    def forget(self, place: str) -> None:
        self._run("DELETE FROM results WHERE substr(key, 1, ?) = ?", len(place), place)
        self._run("PRAGMA wal_checkpoint(TRUNCATE)")  # the log has what was deleted

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _run(self, statement: str, *values: object) -> list[Any]:
        with self._lock:
            if self._broken:
                return []
            try:
                return self._opened().execute(statement, values).fetchall()
            except (OSError, sqlite3.Error) as error:
                if not _is_busy(error):
                    _log.warning("results are not kept on disk: %s: %s", self._file, error)
                    self._broken = True
                return []

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self._file, timeout=BUSY_S, isolation_level=None, check_same_thread=False
            )
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS results (key TEXT UNIQUE NOT NULL, report TEXT)"
                )
            except sqlite3.Error:
                connection.close()
                raise
            self._connection = connection
        return self._connection


def _is_busy(error: Exception) -> bool:
    """Whether somebody else holds the file for now; extended codes have the kind in a byte."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
