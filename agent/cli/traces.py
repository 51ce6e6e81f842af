"""`vqa-agent traces export`, and the files of `--trace` and `--traces` that it reads.

Which runs are accepted, and as what, is `agent.finetuning`'s.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from agent.cli.console import ANSWERED, FAILED, complain, messages
from agent.cli.files import check_writable, dumps, replacing, write_json
from agent.errors import trace_of_failed
from tools.errors import InputError

if TYPE_CHECKING:
    from agent.answer import Answer
    from agent.finetuning import Conversation, Form, Refused

ACCEPTED, ABSTENTIONS = "accepted", "of these, abstentions"
DUPLICATE = "the same conversation as another"
LEFT_OUT = "abstentions, which were to be left out"
BAD = "files that cannot be read"

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


def run_export(paths: Sequence[Path], out: str, form: Form, *, abstentions: bool) -> int:
    """Write the accepted conversations of some traces; returns 0 if all could be read.

    Raises:
        InputError: a path does not exist, or the output cannot be written.
    """
    files = list(_trace_files(paths))
    if out != "-" and Path(out).resolve() in {file.resolve() for file in files}:
        raise InputError(f"--out {out} is one of the traces; name another file")
    tally: Counter[str] = Counter()
    rows = _rows(files, form, tally, abstentions=abstentions)
    if out == "-":
        _write(rows, sys.stdout)
    else:
        _write_file(rows, check_writable(Path(out)))
    _show(len(files), tally, out)
    return ANSWERED if tally[ACCEPTED] and not tally[BAD] else FAILED


def _trace_files(paths: Sequence[Path]) -> Iterator[Path]:
    """Each file once; of folders all `*.json` below, without hidden (half-written) ones."""
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise InputError(f"there is no file or folder {str(path)!r}")
        found = sorted(path.rglob("[!.]*.json")) if path.is_dir() else [path]
        for file in found:
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


def _rows(
    files: Sequence[Path], form: Form, tally: Counter[str], *, abstentions: bool
) -> Iterator[str]:
    """The lines of the export; `tally` counts what became of each file."""
    seen: set[bytes] = set()
    for file in files:
        found = _read(file)
        if found is None:
            tally[BAD] += 1
        elif isinstance(found, str):
            tally[str(found)] += 1
        elif found.abstained and not abstentions:
            tally[LEFT_OUT] += 1
        elif (key := hashlib.sha256(found.key.encode()).digest()) in seen:
            tally[DUPLICATE] += 1
        else:
            seen.add(key)
            tally[ACCEPTED] += 1
            tally[ABSTENTIONS] += found.abstained
            yield dumps(found.row(form)) + "\n"


def _read(file: Path) -> Conversation | Refused | None:
    """What a file holds; None, and a word to the person, where that is no trace."""
    from agent.finetuning import MalformedTraceError, conversation_of

    try:
        return conversation_of(json.loads(file.read_bytes()))
    except MalformedTraceError as error:
        complain(f"{file}: {error}")
    except OSError as error:
        complain(f"{file}: {error.strerror}")
    except (ValueError, RecursionError) as error:
        complain(f"{file}: not JSON ({error})")
    return None


def _write(rows: Iterator[str], file: TextIO) -> None:
    for row in rows:
        file.write(row)
    file.flush()


def _write_file(rows: Iterator[str], path: Path) -> None:
    """Write the rows in one go; where there is none, what stood there stays."""
    first = next(rows, None)
    if first is None:
        return
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        _write(chain((first,), rows), file)


def _show(read: int, tally: Counter[str], out: str) -> None:
    """Say what became of the files: a table on stderr."""
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(justify="right")
    table.add_row(str(read), "read")
    table.add_row(str(tally[ACCEPTED]), ACCEPTED + ("" if out == "-" else f" → {out}"))
    if tally[ABSTENTIONS]:
        table.add_row(str(tally[ABSTENTIONS]), ABSTENTIONS)
    for reason, count in tally.most_common():
        if count and reason not in (ACCEPTED, ABSTENTIONS):
            table.add_row(str(count), f"left out: {reason}")
    console = messages()
    console.print(table)
    if not tally[ACCEPTED]:
        complain("there is nothing to export; nothing was written")
