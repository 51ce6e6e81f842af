"""What every command shares with the terminal: exit codes, error messages, a status line.

Answers go to stdout, everything else to stderr. `NO_COLOR` and pipes are rich's to notice.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

ANSWERED, FAILED, BAD_INPUT, ABSTAINED, INTERRUPTED = 0, 1, 2, 3, 130

PIPE_WIDTH = 120
"""Columns of a table where there is no terminal to ask (and no COLUMNS)."""

_turning: list[Status] = []
"""The spinners of this process's terminal, the present one last."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """Text from a picture without what a terminal would obey (a QR code may hold any byte)."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def output() -> Console:
    """The console for answers; made anew, so that it follows a redirected `sys.stdout`."""
    return _console(stderr=False)


def messages() -> Console:
    """The console for progress, notes and errors."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, width=width)


@contextmanager
def working(text: str) -> Iterator[Status | None]:
    """A spinner on stderr while something takes its time; nothing where that is no terminal."""
    console = messages()
    if not console.is_terminal:
        yield None
        return
    with console.status(text) as status:
        _turning.append(status)
        try:
            yield status
        finally:
            _turning.remove(status)


@contextmanager
def progress_bar(text: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on stderr, where that is a terminal; it takes how many are done."""
    from rich.progress import Progress

    with Progress(console=messages(), disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(text, total=total)
        yield lambda done: bar.update(task, completed=done)


def complain(message: str) -> None:
    """One error message on stderr, cleaned (file names and servers may hold anything)."""
    from rich.text import Text

    line = Text("error: ", style="bold red") + Text(clean(message), style="default")
    messages().print(line, soft_wrap=True)


def note(message: str) -> None:
    """One remark on stderr; above the spinner, where one is turning."""
    console = _turning[-1].console if _turning else messages()
    console.print(clean(message), style="dim", soft_wrap=True)


def show_log() -> None:
    """Let the tools' own remarks (a network is prepared, once) appear on stderr."""
    log = logging.getLogger("tools")
    if not any(isinstance(handler, _Notes) for handler in log.handlers):
        log.addHandler(_Notes(logging.INFO))
        log.setLevel(logging.INFO)


class _Notes(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        note(record.getMessage())


@contextmanager
def guard(debug: bool) -> Iterator[None]:
    """End a command with a message and an exit code, whatever happens; never with a trace.

    `InputError` → 2, Ctrl-C → 130, all else → 1. With `debug`, what is not the person's
    input keeps its trace.
    """
    show_log()
    try:
        yield
    except KeyboardInterrupt:
        messages().print("stopped", style="dim")
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        # The reader of our output is gone (`vqa-agent … | head`): nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(FAILED) from None
    except (typer.Exit, typer.Abort, typer.TyperException):
        raise
    except Exception as error:
        if debug:
            raise
        _end(error)


def _end(error: Exception) -> NoReturn:
    from agent.errors import PlannerError
    from tools.errors import InputError

    if isinstance(error, InputError):
        complain(str(error))
        raise typer.Exit(BAD_INPUT) from None
    if isinstance(error, PlannerError):
        complain(str(error))
    else:
        kind = type(error).__name__
        complain(f"{kind}: {error}\nThis should not happen; --debug shows where it came from.")
    raise typer.Exit(FAILED) from None
