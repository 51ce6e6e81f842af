"""What a person names as a picture: a file, a folder, a pattern, `~`, a `data:` URI.

It finds files and reads them; what is in them is the store's to judge.
"""

from __future__ import annotations

import base64
import binascii
import difflib
import os
import re
import urllib.parse
from pathlib import Path

from tools.errors import PictureError

MAX_BYTES = 100_000_000
SUFFIXES = frozenset(
    (
        *(".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"),
        *(".heic", ".heif", ".avif", ".ppm", ".pdf"),
    )
)
"""Of files that are looked at in a folder."""
_DATA = re.compile(r"data:[^,]{0,200},", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?|ftp|file|s3)://?", re.IGNORECASE)
_PATTERN = re.compile(r"[*?\[]")


def is_data(word: str) -> bool:
    """Whether it is a `data:` URI."""
    return _DATA.match(word) is not None


def is_address(word: str) -> bool:
    """Whether it is a URL; those are never opened."""
    return _ADDRESS.match(word) is not None


def expanded(path: Path) -> Path:
    """The path with the home folder for `~`."""
    try:
        return path.expanduser()
    except RuntimeError:  # nobody of that name
        return path


def files_named(path: Path) -> list[Path]:
    """The files that a path means: itself, the pictures in a folder, what fits a pattern.

    Raises:
        PictureError: there is none; the message says what to do.
    """
    path = expanded(path)
    try:
        if path.is_dir():
            return _in_folder(path)
        if not path.exists() and _PATTERN.search(str(path)):
            return _fitting(path)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    return [path]


def pictures_below(folder: Path) -> tuple[list[Path], dict[Path, str]]:
    """The pictures in a folder and in the folders below it, hidden ones and links left out.

    The second says of folders that cannot be listed why not.
    """
    found: list[Path] = []
    unlisted: dict[Path, str] = {}

    def note(error: OSError) -> None:
        unlisted[Path(error.filename)] = f"cannot be listed: {error.strerror}"

    for place, folders, names in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [file for name in names if _is_picture(file := Path(place, name))]
    return sorted(found, key=_natural), unlisted


def exists(path: Path) -> bool:
    """Whether there is a file, a folder, or something that fits the pattern."""
    try:
        return all(file.exists() for file in files_named(path))
    except (PictureError, OSError, ValueError):
        return False


def is_several(path: Path) -> bool:
    """Whether it is a folder or a pattern: then one broken file is not all that was named."""
    try:
        path = expanded(path)
        return path.is_dir() or (not path.exists() and _PATTERN.search(str(path)) is not None)
    except (OSError, ValueError):
        return False


def read_data(uri: str) -> bytes:
    """The bytes of a `data:` URI (RFC 2397).

    Raises:
        PictureError: its base64 is none.
    """
    head, _, body = uri.partition(",")
    if len(body) > MAX_BYTES * 4 // 3:
        raise PictureError(f"the data: URI has more than {MAX_BYTES / 1e6:.0f} MB; make it smaller")
    plain = urllib.parse.unquote_to_bytes(body)
    if not head.lower().endswith(";base64"):
        return plain
    try:
        return base64.b64decode(b"".join(plain.split()), validate=True)
    except binascii.Error as error:
        raise PictureError(f"the data: URI is no base64 ({error}); was it cut off?") from None


def read_file(path: Path) -> bytes:
    """The bytes of a file or pipe; never more than `MAX_BYTES` are read.

    Raises:
        PictureError: it cannot be read; the message names it.
    """
    if is_address(str(path)):
        raise PictureError("addresses are not opened; save the picture and name the file")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise PictureError(f"there is no file {path}{_suggestion(path)}") from None
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    if len(data) > MAX_BYTES:
        raise PictureError(f"{path} has more than {MAX_BYTES / 1e6:.0f} MB; make it smaller")
    return data


def _in_folder(folder: Path) -> list[Path]:
    files = sorted((f for f in folder.iterdir() if _is_picture(f)), key=_natural)
    if not files:
        raise PictureError(f"{folder} is a folder without pictures; name a picture")
    return files


def _fitting(pattern: Path) -> list[Path]:
    root = Path(pattern.anchor)
    rest = str(pattern.relative_to(root)) if pattern.is_absolute() else str(pattern)
    found = sorted((f for f in root.glob(rest) if f.is_file()), key=_natural)
    if not found:
        raise PictureError(f"no file fits the pattern {pattern}")
    return found


def _is_picture(file: Path) -> bool:
    return file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.is_file()


def _natural(path: Path) -> list[tuple[int, str]]:
    """Sorts page 2 before page 10."""
    pieces = re.findall(r"\d+|\D+", str(path))
    return [(int(p), "") if p.isdecimal() else (-1, p.casefold()) for p in pieces]


def _unreadable(path: Path, error: OSError | ValueError) -> PictureError:
    reason = getattr(error, "strerror", None) or error
    return PictureError(f"{str(path)[:200]!r} cannot be read: {reason}")


def _suggestion(path: Path) -> str:
    if not path.parent.is_dir():
        return f"; the folder {path.parent} does not exist either"
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return ""
    close = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {path.parent / close[0]}?" if close else ""
