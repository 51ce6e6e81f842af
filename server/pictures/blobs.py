"""Files by their sha256, in a folder: whole or not there, whatever happens in between.

Whose they are stands in the store; this knows nothing of owners.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Blobs:
    """Content-addressed files below a folder, readable by this user only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, digest: str, data: bytes, *, is_known: bool = False) -> None:
        """Keep what `digest_of` it is; it is on the disk when this returns.

        Unless the caller is known to have it here, it is written though it be here already: a put
        that takes less time would tell that somebody else has it.
        """
        path = self._path(digest)
        if is_known and path.exists():
            return
        path.parent.mkdir(exist_ok=True, mode=0o700)
        temporary = path.with_name(f".{digest}.{os.getpid()}.{time.monotonic_ns()}")
        try:
            with temporary.open("wb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        for folder in (path.parent, self._folder):
            _sync(folder)

    def get(self, digest: str) -> bytes:
        """The content of a sha256.

        Raises:
            KeyError: it is not here.
        """
        try:
            return self._path(digest).read_bytes()
        except FileNotFoundError:
            raise KeyError(digest) from None

    def remove(self, digest: str) -> None:
        """Delete it, if it is here."""
        self._path(digest).unlink(missing_ok=True)

    def __iter__(self) -> Iterator[str]:
        """All that is here; files that a crash left half written are deleted on the way."""
        for path in self._folder.glob("??/*"):
            if _DIGEST.fullmatch(path.name):
                yield path.name
            elif path.name.startswith(".") and path.stat().st_mtime < time.time() - 3600:
                path.unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise KeyError(digest)
        return self._folder / digest[:2] / digest


def digest_of(data: bytes) -> str:
    """What a content is kept under: its sha256, 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
