"""Tool results by content: the same look at the same pixels is made once.

The key is (picture sha256, tool, version, arguments with the region's box); what is kept is the
report as JSON, never a pickle. Failures are never kept: the runner only hands over reports.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import sqlite3
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

from tools.base import VisionTool
from tools.evidence import PictureRef, Region, ToolReport

MEMORY_ENTRIES = 512
DISK_ENTRIES = 100_000

_log = logging.getLogger(__name__)


class ResultCache:
    """In memory, least recently used first out; with `directory` also on disk.

    Safe to share between threads; several processes may share a directory. A directory that cannot
    be used is logged once and does without: a cache is never a reason to fail.
    """

    def __init__(self, directory: Path | None = None, entries: int = MEMORY_ENTRIES) -> None:
        self._memory: OrderedDict[str, str] = OrderedDict()
        self._entries = entries
        self._disk = None if directory is None else _Disk(directory)
        self._lock = threading.Lock()

    @staticmethod
    def key(
        tool: VisionTool, arguments: dict[str, Any], picture: PictureRef, region: Region | None
    ) -> str:
        """The identity of a look."""
        box = None if region is None else region.box_xyxy
        identity = [picture.sha256, tool.name, tool.version, box, arguments]
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()

    def get(self, key: str, picture: PictureRef) -> ToolReport | None:
        """The kept report, its findings bound to `picture` (ids differ between conversations)."""
        with self._lock:
            text = self._memory.get(key)
            if text is None and self._disk is not None:
                text = self._disk.get(key)
            if text is None:
                return None
            self._remember(key, text)
        try:
            return _bound(json.loads(text), picture)
        except (KeyError, TypeError, ValueError):
            return None  # written by another version, or damaged: look again

    def put(self, key: str, report: ToolReport, picture: PictureRef) -> None:
        """Keep a report."""
        data = report.model_dump(mode="json") | {"picture_id": picture.id}
        text = json.dumps(data, ensure_ascii=False)
        with self._lock:
            self._remember(key, text)
            if self._disk is not None:
                self._disk.put(key, text)

    def close(self) -> None:
        """Close the file; it opens again when it is needed."""
        with self._lock:
            if self._disk is not None:
                self._disk.close()

    def _remember(self, key: str, text: str) -> None:
        self._memory[key] = text
        self._memory.move_to_end(key)
        while len(self._memory) > self._entries:
            self._memory.popitem(last=False)


def _bound(data: dict[str, Any], picture: PictureRef) -> ToolReport:
    """The report as if `picture` had been looked at under its present id."""
    for finding in data["findings"]:
        finding["picture"] = picture.model_dump()
    kept_id = re.escape(data.pop("picture_id"))
    data["summary"] = re.sub(rf"\b{kept_id}\b", picture.id, data["summary"], count=1)
    return ToolReport.model_validate(data)


class _Disk:
    """Key → text in one SQLite file; the oldest rows go first. Callers hold the cache's lock."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "results.sqlite3"
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

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _run(self, statement: str, *values: object) -> list[Any]:
        if self._broken:
            return []
        try:
            return self._opened().execute(statement, values).fetchall()
        except (OSError, sqlite3.Error) as error:
            _log.warning("results are not kept on disk: %s: %s", self._file, error)
            self._broken = True
            return []

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self._file, timeout=10, isolation_level=None, check_same_thread=False
            )
            self._connection = connection
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS results (key TEXT UNIQUE NOT NULL, report TEXT)"
            )
        return self._connection
