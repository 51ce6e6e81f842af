"""Files that are either the old one or the whole new one, never half of it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_BREAKING = re.compile(r"[\x7f-\x9f\u2028\u2029]")


def dumps(data: Any, *, indent: int | None = None) -> str:
    """JSON as people read it (UTF-8), with control characters and what ends lines escaped."""
    text = json.dumps(data, ensure_ascii=False, indent=indent, default=str)
    return _BREAKING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def check_writable(path: Path) -> Path:
    """The path itself, if a file can be put there; asked before the work, not after it.

    Raises:
        InputError: if it is a folder, or its folder is missing or cannot be written.
    """
    from tools.errors import InputError

    folder = path.resolve().parent
    if path.is_dir():
        raise InputError(f"{path} is a folder; name a file to write")
    if not folder.is_dir():
        raise InputError(f"cannot write {path}: the folder {folder} does not exist")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise InputError(f"cannot write {path}: no permission")
    return path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to that takes the place of `path` when the block ends without error.

    It keeps the suffix (writers choose the format by it). A path that is not a regular file
    (`/dev/stdout`, a pipe) is handed out as it is.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        yield target
        return
    temporary = target.with_name(f".{target.stem}.{os.getpid()}{target.suffix}")
    try:
        yield temporary
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: Path, data: Any) -> None:
    """Write a JSON file in one go."""
    with replacing(path) as temporary:
        temporary.write_text(dumps(data, indent=2) + "\n", encoding="utf-8")
