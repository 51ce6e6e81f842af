"""Runs as files: what is written (`--trace`, `--traces`, a service), and under which names."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.errors import trace_of_failed
from agent.files import check_writable, write_json
from tools.errors import InputError

if TYPE_CHECKING:
    from agent.answer import Answer

_PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def write_trace(path: Path, answer: Answer, **first: Any) -> None:
    """Write a run down in one go: `first`, the answer's JSON, and the run under `trace`."""
    write_json(path, {**first, **answer.to_json(), "trace": answer.trace})


def write_failed_trace(path: Path, error: Exception, **first: Any) -> None:
    """Write down the run that an error ended; nothing where none had begun."""
    from agent.answer import SCHEMA_VERSION

    trace = trace_of_failed(error)
    if trace is not None:
        said = {"schema_version": SCHEMA_VERSION, "error": f"{type(error).__name__}: {error}"}
        write_json(path, {**first, **said, "trace": trace})


def trace_folder(folder: Path) -> Path:
    """The folder itself, made if it is not there.

    Raises:
        InputError: it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {folder}: {error.strerror}") from None
    check_writable(folder / "trace.json")
    return folder


def trace_name(row_id: str | int) -> str:
    """The file name for a row: its id where that is a plain name, else what can be kept of it.

    Different ids have different names, also where a file system takes no heed of upper case.
    """
    text = str(row_id)
    if _PLAIN.fullmatch(text) and (isinstance(row_id, int) or not text.isdigit()):
        return f"{text}.json"
    kept = re.sub(r"[^a-z0-9_-]+", "-", text.lower())[:40].strip("-")
    mark = hashlib.sha256(json.dumps(row_id).encode()).hexdigest()[:12]
    return f"{kept or 'row'}.{mark}.json"
