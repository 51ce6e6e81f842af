"""Pictures by their paths, below folders that were allowed, and nothing else of the machine.

A name is resolved first; what it resolves to has to lie below a root, and is then opened folder by
folder without following any link: what is changed meanwhile is refused, not followed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from pydantic import Field

from server.errors import BadRequestError
from server.mcp.shapes import FileShape, FilesResult
from server.mcp.sources import PAGE, ListArguments
from server.pictures.intake import Handle, Intake
from server.store import Owned
from tools.errors import InputError
from tools.pictures.sources import MAX_BYTES, SUFFIXES

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""Not blocking: a pipe without a writer would never open."""


class ListFolderArguments(ListArguments):
    """Of `list_files` where pictures are named by their paths."""

    folder: str = Field(default=".", description="A folder below the allowed ones.")


class Roots:
    """Pictures below some folders.

    Args:
        intake: keeps what was read.
        folders: the roots; a relative name is one of the first.

    Raises:
        InputError: one is no folder.
    """

    named = "A picture is a path below the allowed folders; list_files shows what there is."
    listing = ListFolderArguments

    def __init__(self, intake: Intake, folders: Sequence[Path]) -> None:
        self._intake = intake
        self._roots = check_roots(folders)

    def take(self, mine: Owned, name: str) -> Handle:
        """As `Sources.take`."""
        return self._intake.inline(mine, self.read(name), name)

    def read(self, name: str) -> bytes:
        """The bytes of a file below a root.

        Raises:
            BadRequestError: it is elsewhere, no regular file, or cannot be read.
        """
        root, inside = self._place(name)
        try:
            handle = _opened(root, inside)
        except OSError as error:
            raise _cannot(name, error) from None
        with ExitStack() as stack:
            stack.callback(os.close, handle)
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise BadRequestError(f"{name[:200]!r} is no regular file", param="picture")
            if found.st_size > MAX_BYTES:
                raise BadRequestError(f"{name[:200]!r} is too large", param="picture")
            with os.fdopen(handle, "rb", closefd=False) as file:
                return file.read(MAX_BYTES)

    def listed(self, mine: Owned, arguments: ListArguments) -> FilesResult:
        """Pictures and folders directly in a folder, by name; hidden ones and links left out."""
        del mine
        assert isinstance(arguments, ListFolderArguments)
        root, inside = self._place(arguments.folder)
        folder = root / inside
        try:
            entries = [e for e in os.scandir(folder) if _is_shown(e)]
        except OSError as error:
            raise _cannot(arguments.folder, error) from None
        after = arguments.after or ""
        later = sorted((e for e in entries if e.name > after), key=lambda e: e.name)
        shown = later[:PAGE]
        return FilesResult(
            files=[
                FileShape(picture=self._name(folder, e.name), name=e.name, bytes=e.stat().st_size)
                for e in shown
                if not e.is_dir()
            ],
            folders=[self._name(folder, e.name) for e in shown if e.is_dir()],
            more=shown[-1].name if len(later) > PAGE else None,
        )

    def _place(self, name: str) -> tuple[Path, Path]:
        """The root that something lies below, and its path from there, links resolved.

        Raises:
            BadRequestError: there is nothing of that name below a root.
        """
        try:
            found = (self._roots[0] / name).resolve(strict=True)
        except (OSError, ValueError, RuntimeError):
            found = None
        for root in self._roots if found else ():
            if found is not None and found.is_relative_to(root):
                return root, found.relative_to(root)
        # the same words for what is not there and what is elsewhere: neither is to be found out
        raise BadRequestError(
            f"there is no {name[:200]!r} below the allowed folders; list_files shows what there is",
            param="picture",
            code="not_found",
        )

    def _name(self, folder: Path, name: str) -> str:
        """As it is to be named: from the first root on, else from the beginning."""
        path = folder / name
        first = self._roots[0]
        return str(path.relative_to(first) if path.is_relative_to(first) else path)


def check_roots(folders: Sequence[Path]) -> list[Path]:
    """The folders, resolved.

    Raises:
        InputError: one is none.
    """
    for folder in folders:
        if not folder.is_dir():
            raise InputError(f"{folder} is no folder; --root takes one")
    return [folder.resolve() for folder in folders]


def _opened(root: Path, inside: Path) -> int:
    """A file descriptor of what lies there; no link is followed on the way from the root."""
    handle = os.open(root, _FOLDER)
    try:
        *folders, name = inside.parts or (".",)
        for folder in folders:
            below = os.open(folder, _FOLDER, dir_fd=handle)
            os.close(handle)
            handle = below
        return os.open(name, _FILE, dir_fd=handle)
    finally:
        os.close(handle)


def _is_shown(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or entry.is_symlink():
        return False
    with suppress(OSError):
        is_picture = Path(entry.name).suffix.lower() in SUFFIXES
        return entry.is_dir() or (is_picture and entry.is_file())
    return False


def _cannot(name: str, error: OSError) -> BadRequestError:
    why = error.strerror or type(error).__name__
    return BadRequestError(f"{name[:200]!r} cannot be opened: {why}", param="picture")
