"""`vqa-agent index`: brings the index of pictures that can be searched up to date with folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from agent.cli.console import ANSWERED, FAILED, clean, complain, messages, note, output, working
from agent.cli.factory import Options, settings_from
from agent.files import dumps
from tools.errors import InputError
from tools.retrieval.encoders import Encoders, open_encoders
from tools.weights.find import Missing

if TYPE_CHECKING:
    from tools.retrieval.updating import Progress, Update
    from tools.toolset import ToolConfig

Opener = Callable[["ToolConfig"], Encoders | Missing]


def run_index(
    folders: list[Path],
    file: Path | None,
    *,
    words: bool = True,
    as_json: bool = False,
    opener: Opener = open_encoders,
) -> int:
    """Index what is new or changed in the folders, and take out what is gone.

    Raises:
        InputError: a folder is none, or has no pictures; the index cannot be written.
    """
    from tools.read_text import read_text_tool
    from tools.retrieval.index_file import index_at, writing
    from tools.retrieval.reading_words import ToolWordReader
    from tools.retrieval.updating import update

    settings = settings_from(Options())
    with working("waking up …"):
        encoders = opener(settings.tools)
    if isinstance(encoders, Missing):
        return say_missing(encoders)
    reading = (
        ToolWordReader(read_text_tool(settings.tools), settings.cache_dir)
        if words
        else nullcontext()
    )
    with writing(file or index_at(settings.tools)) as index, reading as reader:
        for folder in map(absolute, folders):
            with _progress() as progress:
                done = update(
                    index, folder, encoders, reader,
                    progress=progress, max_pages=settings.max_pages,
                )  # fmt: skip
            if not (done.files or done.removed or done.problems):
                raise InputError(f"{folder} is a folder without pictures")
            _say(folder, done, as_json=as_json)
    return ANSWERED


def run_forget(folders: list[Path], file: Path | None) -> int:
    """Take folders out of the index, whether or not they still exist."""
    from tools.retrieval.index_file import index_at, writing
    from tools.retrieval.updating import forget

    with writing(file or index_at(settings_from(Options()).tools)) as index:
        for folder in map(absolute, folders):
            output().print(clean(f"{folder}: {forget(index, folder)} forgotten"), soft_wrap=True)
    return ANSWERED


def absolute(folder: Path) -> Path:
    """A path as the index has it: from the root on, without `..`, links as they are."""
    return Path(os.path.abspath(folder.expanduser()))  # noqa: PTH100 - resolve() follows links


def say_missing(missing: Missing) -> int:
    """Say that weights are missing; returns the exit code."""
    complain(f"{missing.why}\n→ {missing.what_to_do}")
    return FAILED


def _say(folder: Path, done: Update, *, as_json: bool) -> None:
    for problem in done.problems:
        note(f"left out: {problem.path}: {problem.why}")
    if as_json:
        print(dumps({"folder": str(folder), **asdict(done)}))
        return
    parts = [f"{done.files} files", f"{done.added} new", f"{done.changed} changed"]
    parts += [f"{done.removed} gone", f"{len(done.problems)} not or not wholly readable"]
    output().print(clean(f"{folder}: {', '.join(parts)}"), soft_wrap=True)


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar for each step on stderr, where that is a terminal."""
    from rich import progress as rich

    console = messages()
    columns = (
        rich.TextColumn("{task.description}"), rich.BarColumn(), rich.MofNCompleteColumn(),
        rich.TimeRemainingColumn(),
    )  # fmt: skip
    bar = rich.Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
    steps: dict[str, rich.TaskID] = {}

    def show(what: str, done: int, total: int) -> None:
        if what not in steps:
            steps[what] = bar.add_task(what)
        bar.update(steps[what], completed=done, total=total)

    with bar:
        yield show
