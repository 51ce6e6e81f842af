"""The operator's indexed pictures: found by words, by a picture, by what stands on them.

They are told by their names below a folder, never by paths of this machine. What was found goes by
an id made of its content (`hit_…`), under which its file is read again, if that is still the same.
Everything blocks.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from server.errors import GoneError, NotFoundError, UnavailableError
from server.logs import log
from tools.errors import InputError
from tools.retrieval.encoders import Encoders, open_encoders
from tools.retrieval.hits import hit_json
from tools.retrieval.index_file import IndexedPicture, IndexFile, reading
from tools.retrieval.searching import Query, Searcher
from tools.weights.find import Missing

if TYPE_CHECKING:
    from tools.toolset import ToolConfig

T = TypeVar("T")
PREFIX = "hit_"
_ID = re.compile(rf"{PREFIX}([0-9a-f]{{64}})")


class Collection:
    """An index that is searched. Safe to share between threads: one of its own has the file open.

    Args:
        index: its file (`vqa-agent index`); followed when it changes.
        folder: only pictures below it are found; None: the folder that all of them are below.
        config: which weights it was made with.
        opener: makes the encoders.
    """

    def __init__(
        self,
        index: Path,
        folder: Path | None,
        config: ToolConfig,
        opener: Callable[[ToolConfig], Encoders | Missing] = open_encoders,
    ) -> None:
        self._file = index
        self._folder = Path(os.path.abspath(folder)) if folder else None  # noqa: PTH100 - as indexed
        self._config = config
        self._opener = opener
        self._thread = ThreadPoolExecutor(1, "index")
        self._stack = ExitStack()
        self._stamp: tuple[Any, ...] = ()
        self._encoders: Encoders | Missing | None = None
        self._opened: tuple[IndexFile, Path, Searcher] | None = None

    def search(self, query: Query, top: int) -> list[dict[str, Any]]:
        """The best pictures, at most so many, as JSON: by their ids, and names below the folder.

        Raises:
            UnavailableError: the index cannot be searched, or not so.
        """

        def found() -> list[dict[str, Any]]:
            _, root, searcher = self._open()
            is_by_sight = query.text is not None or query.image is not None
            if is_by_sight and isinstance(self._encoders, Missing):
                raise InputError(f"{self._encoders.what}: {self._encoders.why}")
            (ranked,) = searcher.rank([query])
            return [hit_json(hit, partial(_shown, root)) for hit in searcher.best(ranked, top)]

        return self._in_thread(found)

    def read(self, picture_id: str, most_bytes: float) -> tuple[bytes, str]:
        """The file of a picture that was found, and its name.

        Raises:
            NotFoundError: there is none of that id in the collection.
            GoneError: the file is not what was indexed any more, or larger than that.
            UnavailableError: the index does not open.
        """

        match = _ID.fullmatch(picture_id)
        content = match[1] if match else ""

        def paths() -> list[str]:
            index, root, _ = self._open()
            return index.paths_of(content, root)

        found = self._in_thread(paths) if content else []
        if not found:
            raise NotFoundError(f"there is no picture {picture_id[:80]!r}", code="not_found")
        for path in map(Path, found):
            data = _read(path, most_bytes)
            if data is not None and hashlib.sha256(data).hexdigest() == content:
                return data, path.name
        raise GoneError("this picture has changed since it was indexed; search again")

    def check(self) -> None:
        """Open the index.

        Raises:
            UnavailableError: it does not open.
        """
        self._in_thread(self._open)

    def close(self) -> None:
        """Close the file."""
        self._thread.submit(self._stack.close).result()
        self._thread.shutdown()

    def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            return self._thread.submit(work).result()
        except InputError as error:
            log.error("the index cannot be used", extra={"fields": {"error": str(error)}})
            raise UnavailableError(
                "the pictures cannot be searched now; the service's log says why",
                code="index_unavailable",
            ) from None

    def _open(self) -> tuple[IndexFile, Path, Searcher]:
        """The index as it is now, the folder that names begin at, and what searches it."""
        stamp = _stamp(self._file)
        if self._opened is None or stamp != self._stamp:
            self._opened = None
            self._stack.close()
            index = self._stack.enter_context(reading(self._file))
            root = self._folder or _common_folder(index) or self._file.parent
            if self._encoders is None:
                self._encoders = self._opener(self._config)
            encoders = None if isinstance(self._encoders, Missing) else self._encoders
            self._opened = index, root, Searcher(index, encoders, root)
            self._stamp = stamp
        return self._opened


def _stamp(file: Path) -> tuple[Any, ...]:
    """Changes with the file or its write-ahead log."""
    both = (file, file.with_name(f"{file.name}-wal"))
    return tuple((s.st_mtime_ns, s.st_size) for f in both if f.exists() and (s := f.stat()))


def _shown(root: Path, picture: IndexedPicture) -> dict[str, Any]:
    """A picture that was found: its id, and the names of its files below the folder."""
    first, *copies = (Path(path).relative_to(root).as_posix() for path in picture.paths)
    page = {"page": picture.page} if picture.page else {}
    return {"id": f"{PREFIX}{picture.content}", "picture": first, **page, "copies": copies}


def _common_folder(index: IndexFile) -> Path | None:
    """The folder that all pictures are below; None where there are none.

    Raises:
        InputError: that is the root of the file system, so that names would tell where they lie.
    """
    folders = {Path(path).parent for path in index.known(Path("/"))}
    if not folders:
        return None
    common = Path(os.path.commonpath(folders))
    if common == Path(common.anchor):
        raise InputError(
            "the indexed folders have nothing in common; say with VQA_SERVER_INDEX_FOLDER which "
            "one is served"
        )
    return common


def _read(path: Path, most_bytes: float) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= most_bytes else None
    except OSError:
        return None
