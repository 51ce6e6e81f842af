"""How a picture comes in: a `data:` URL, an uploaded file's id, bytes, or (where allowed) a URL.

Size first, then the type by content, then what its owner may keep; nothing is decoded here. What
comes out is a handle; the content lies in the blob store, and the owner's row in the store keeps it
alive. Everything blocks: call it from threads.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from server.access.quotas import Quotas
from server.errors import BadRequestError, GoneError
from server.observing.observer import Observer
from server.pictures.blobs import Blobs, digest_of
from server.pictures.collection import PREFIX, Collection
from server.pictures.contents import media_type
from server.pictures.remote import RemotePictures
from server.settings import MB, ServerSettings
from server.store import Owned, Store
from server.store.owned import INLINE
from server.store.records import FileRecord, StoredPicture, new_id
from tools.errors import PictureError
from tools.pictures.sources import is_data, read_data

DAY_S = 86_400.0
INLINE_S = 3_600.0
"""Seconds that a picture which came inline is kept by itself: its conversation keeps it longer."""
MAX_NAME = 200
"""Characters of a file name that are kept."""


@dataclass(frozen=True)
class Handle:
    """A picture file that is here: what a question is asked about."""

    sha256: str
    name: str

    @property
    def stored(self) -> StoredPicture:
        """As the store keeps it with a conversation."""
        return StoredPicture(self.sha256, self.name)


class Intake:
    """Takes pictures in, gives their bytes out, and lets go of what nobody needs."""

    def __init__(
        self,
        settings: ServerSettings,
        store: Store,
        blobs: Blobs,
        quotas: Quotas,
        remote: RemotePictures | None = None,
        *,
        collection: Collection | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._blobs = blobs
        self._quotas = quotas
        self._remote = remote or RemotePictures(settings)
        self._collection = collection
        self._observer = observer or Observer()
        self._changing = threading.Lock()
        """So that nothing is deleted between its being kept and its being named."""
        self._held: Counter[str] = Counter()

    def upload(
        self, mine: Owned, data: bytes, filename: str, purpose: str, lives_s: float | None = None
    ) -> FileRecord:
        """Keep a file under an id of its own, for so many seconds, but not beyond `file_days`.

        Raises:
            BadRequestError: it is no picture, or too large.
            RateLimitError: it is more than the owner may send or keep.
        """
        kind = self._checked(data, "file")
        most_s = self._settings.file_days * DAY_S
        lives = time.time() + (most_s if lives_s is None else min(lives_s, most_s))
        return self._kept(mine, data, _record(data, filename, kind, purpose, lives))

    def named(self, mine: Owned, source: str, *, param: str = "pictures") -> Handle:
        """The picture that a word names: a `data:` URL, a file's id, an http(s) address, a hit.

        Raises:
            BadRequestError: it is none of them, no picture, too large, or not allowed.
            RateLimitError: it is more than the owner may send or keep.
            NotFoundError: there is no such file of this owner, or hit.
        """
        if is_data(source):
            return self.inline(mine, self._data(source, param), param=param)
        if source.startswith(("http://", "https://")):
            return self.inline(mine, self._remote.fetch(source, param), param=param)
        if source.startswith(PREFIX) and self._collection is not None:
            most = self._settings.max_picture_mb * MB
            data, name = self._collection.read(source, most)
            return self.inline(mine, data, name, param=param)
        if source.startswith("file_"):
            record = mine.files.get(source)
            return Handle(record.sha256, record.filename)
        raise BadRequestError(
            "a picture is a data: URL (data:image/png;base64,…) or the id of an uploaded file",
            param=param,
            code="invalid_image",
        )

    def inline(
        self, mine: Owned, data: bytes, name: str = "", *, param: str = "pictures"
    ) -> Handle:
        """A picture that came with a question.

        Raises:
            BadRequestError: it is no picture, or too large.
            RateLimitError: it is more than the owner may send or keep.
        """
        kind = self._checked(data, param)
        lives = time.time() + max(INLINE_S, 2 * self._settings.deadline_s)
        record = self._kept(mine, data, _record(data, name, kind, INLINE, lives))
        return Handle(record.sha256, plain_name(name))

    def content(self, sha256: str) -> bytes:
        """The bytes of a handle or a file.

        Raises:
            GoneError: they are not here any more.
        """
        try:
            return self._blobs.get(sha256)
        except KeyError:
            raise GoneError("this picture is not here any more; send it again") from None

    def release(self, digests: Sequence[str] | None = None) -> int:
        """Delete what no file and no conversation names (of these, or of all); how many."""
        gone = 0
        for digest in list(self._blobs) if digests is None else digests:
            with self._changing:
                if not self._held[digest] and not self._store.names_blob(digest):
                    self._blobs.remove(digest)
                    gone += 1
        return gone

    @contextmanager
    def holding(self, handles: Sequence[Handle]) -> Iterator[None]:
        """In the block these are not deleted, though their file may be: a question is about them.

        What nothing names at its end goes with the next `release` of all.
        """
        digests = [handle.sha256 for handle in handles]
        self._held.update(digests)
        try:
            yield
        finally:
            self._held.subtract(digests)
            self._held = +self._held

    def _kept(self, mine: Owned, data: bytes, record: FileRecord) -> FileRecord:
        with self._changing:
            is_known = mine.files.has(record.sha256)
            if not is_known:
                self._quotas.picture(mine, len(data))
            self._blobs.put(record.sha256, data, is_known=is_known)
            added = mine.files.add(record)
        self._observer.picture(record.media_type, len(data))
        return added

    def _data(self, url: str, param: str) -> bytes:
        if len(url) * 3 // 4 > self._settings.max_picture_mb * MB * 1.1:
            raise self._too_large(param)
        try:
            return read_data(url)
        except PictureError as error:
            raise BadRequestError(str(error), param=param, code="invalid_image") from None

    def _checked(self, data: bytes, param: str) -> str:
        if len(data) > self._settings.max_picture_mb * MB:
            raise self._too_large(param)
        try:
            return media_type(data)
        except PictureError as error:
            raise BadRequestError(str(error), param=param, code="invalid_image") from None

    def _too_large(self, param: str) -> BadRequestError:
        most = f"{self._settings.max_picture_mb:g} MB"
        return BadRequestError(
            f"the picture has more than {most}; make it smaller", param=param, code="too_large"
        )


def _record(data: bytes, name: str, media_type: str, purpose: str, lives: float) -> FileRecord:
    return FileRecord(
        new_id("file"), digest_of(data), plain_name(name), media_type, len(data), purpose,
        time.time(), lives,
    )  # fmt: skip


def plain_name(name: str) -> str:
    """A file's name without folders and control characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[:MAX_NAME]
