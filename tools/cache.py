"""Tool results by content: the same look at the same pixels is made once.

The key is (picture sha256, tool, version, arguments with the region's box); what is kept is the
report as JSON. Failures are never kept: the runner only hands over reports.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

from tools.base import VisionTool
from tools.evidence import PictureRef, Region, ToolReport

MEMORY_ENTRIES = 512


class ResultCache:
    """In memory, least recently used first out; with `directory` also on disk, as JSON text.

    Safe to share between threads; several processes may share a directory.
    """

    def __init__(self, directory: Path | None = None, entries: int = MEMORY_ENTRIES) -> None:
        self._memory: OrderedDict[str, str] = OrderedDict()
        self._entries = entries
        self._directory = directory
        self._disk: Any = None
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
            if text is not None:
                self._memory.move_to_end(key)
        if text is None and self._directory is not None:
            text = self._open_disk().get(key)
        if text is None:
            return None
        data = json.loads(text)
        for finding in data["findings"]:
            finding["picture"] = picture.model_dump()
        data["summary"] = data["summary"].replace(data.pop("picture_id"), picture.id, 1)
        return ToolReport.model_validate(data)

    def put(self, key: str, report: ToolReport, picture: PictureRef) -> None:
        """Keep a report."""
        data = report.model_dump(mode="json") | {"picture_id": picture.id}
        text = json.dumps(data, ensure_ascii=False)
        with self._lock:
            self._memory[key] = text
            self._memory.move_to_end(key)
            while len(self._memory) > self._entries:
                self._memory.popitem(last=False)
        if self._directory is not None:
            self._open_disk().set(key, text)

    def close(self) -> None:
        """Close the files."""
        if self._disk is not None:
            self._disk.close()
            self._disk = None

    def _open_disk(self) -> Any:
        if self._disk is None:
            from diskcache import Cache, JSONDisk

            self._disk = Cache(str(self._directory), disk=JSONDisk)
        return self._disk
