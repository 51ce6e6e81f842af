"""`vqa-agent batch`: a file of questions in, a file of answers out, models kept warm.

One bad row never stops the run; a planner that is gone does, after a few rows.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.answer import failed_json
from agent.cli.console import ANSWERED, BAD_INPUT, FAILED, messages, note, working
from agent.cli.factory import Options, open_agent
from agent.cli.rows import AnswersFile, BadRow, Row, key, read_rows
from agent.errors import PlannerError, PlannerUnavailableError
from agent.files import check_writable, dumps
from agent.traces.files import trace_folder, trace_name, write_failed_trace, write_trace
from tools.errors import InputError

if TYPE_CHECKING:
    from agent import Answer, VisualAgent

Record = dict[str, Any]
Add = Callable[[Record], None]
Keep = Callable[[Row, "Answer | Exception"], None]

MAX_PLANNER_FAILURES = 5
"""So many failures of the planner in a row end the run: they are not the rows' fault."""
RESUME = "run again to continue (with --retry-errors also what ended in an error)"


def run_batch(
    factory: Any,
    options: Options,
    questions: str,
    out: str,
    concurrency: int,
    *,
    retry_errors: bool = False,
    traces: Path | None = None,
) -> int:
    """Answer what is not answered yet; returns 0 when every row has its line and one has an answer.

    It returns 2 where every row of this run ended in an error of its own input, and 1 where all
    ended in errors of several kinds.

    With `traces`, the run of each row is written into that folder, also where it failed.

    Raises:
        InputError: a file cannot be read or written.
        PlannerError: the planner failed several times in a row, or rows are left without one.
    """
    rows = _read(questions, out)
    if not rows:
        raise InputError(f"there are no questions in {questions!r}")
    keep = _keep_in(trace_folder(traces)) if traces is not None else _forget
    with ExitStack() as stack:
        done, write = _open_answers(out, retry_errors, stack)
        todo = [row for row in rows if key(row.id) not in done]
        tally = Counter(skipped=len(rows) - len(todo))
        stack.callback(lambda: note(_summary(tally, out)))
        if todo:
            with working("waking up …"):
                agent = stack.enter_context(open_agent(factory, options))
            quiet = out == "-" and sys.stdout.isatty()  # the answers themselves are the progress
            advance = stack.enter_context(_progress(len(todo), quiet=quiet))

            def add(record: Record) -> None:
                write(record)
                tally[_outcome(record)] += 1
                tally["input"] += record.get("error_kind") == "input"
                advance()

            asyncio.run(answer_all(agent, todo, concurrency, add, keep))
    if not todo or tally["errors"] < len(todo):
        return ANSWERED
    return BAD_INPUT if tally["input"] == len(todo) else FAILED


def _keep_in(folder: Path) -> Keep:
    def keep(row: Row, outcome: Answer | Exception) -> None:
        path = folder / trace_name(row.id)
        if isinstance(outcome, Exception):
            write_failed_trace(path, outcome, id=row.id)
        else:
            write_trace(path, outcome, id=row.id)

    return keep


def _forget(_row: Row, _outcome: Answer | Exception) -> None:
    pass


async def answer_all(
    agent: VisualAgent,
    rows: Iterable[Row | BadRow],
    concurrency: int,
    add: Add,
    keep: Keep = _forget,
) -> None:
    """Answer the rows, `concurrency` at a time, and hand each record to `add` as it comes.

    Each answer, and each error that ended a run, goes to `keep` first: a row that has its record
    has its trace.

    Raises:
        PlannerError: the planner failed `MAX_PLANNER_FAILURES` times in a row (at once), or there
            was none for some rows (at the end, when all others are answered).
    """
    waiting = iter(rows)
    failures = 0
    left: list[str] = []

    async def work() -> None:
        nonlocal failures
        for row in waiting:
            try:
                record = await answer_row(agent, row, keep)
            except PlannerUnavailableError as error:
                problem = str(error)
                left.append(problem)
            else:
                add(record)
                problem = record["error"] if record.get("error_kind") == "planner" else ""
            failures = failures + 1 if problem else 0
            if failures >= MAX_PLANNER_FAILURES:
                raise PlannerError(f"{problem}\nStopped after {failures} such failures; {RESUME}")

    await asyncio.gather(*(work() for _ in range(concurrency)))
    if left:
        raise PlannerUnavailableError(
            f"{left[-1]}\nRows left without an answer: {len(left)}; {RESUME}"
        )


async def answer_row(agent: VisualAgent, row: Row | BadRow, keep: Keep = _forget) -> Record:
    """The record of one row: the answer's JSON, or what went wrong, with the row's id.

    Raises:
        PlannerUnavailableError: nobody could plan, which is not the row's fault.
    """
    if isinstance(row, BadRow):
        return failed_json(row.id, "input", row.problem)
    try:
        answer = await agent.aask(*row.pictures, row.question)
    except InputError as error:
        return failed_json(row.id, "input", str(error))
    except PlannerUnavailableError as error:
        keep(row, error)
        raise
    except PlannerError as error:
        keep(row, error)
        return failed_json(row.id, "planner", str(error))
    except Exception as error:  # the row is written as failed: one bad row never stops the run
        keep(row, error)
        return failed_json(row.id, "internal", f"{type(error).__name__}: {error}")
    keep(row, answer)
    return {"id": row.id, **answer.to_json()}


def _outcome(record: Record) -> str:
    if "error" in record:
        return "errors"
    return "abstained" if record["abstained"] else "answered"


def _summary(tally: Counter[str], out: str) -> str:
    parts = [f"{tally[name]} {name}" for name in ("answered", "abstained", "errors")]
    if tally["skipped"]:
        parts.append(f"{tally['skipped']} were there already")
    return ", ".join(parts) + ("" if out == "-" else f" → {out}")


def _read(questions: str, out: str) -> list[Row | BadRow]:
    if questions == "-":
        return read_rows(sys.stdin.buffer.read(), [Path()])
    path = Path(questions)
    if not path.is_file() and not path.is_fifo():
        raise InputError(f"there is no file {questions!r}")
    if out != "-" and Path(out).exists() and path.samefile(out):
        raise InputError("--out is the questions file itself; name another file")
    return read_rows(path.read_bytes(), [path.parent, Path()])


def _open_answers(out: str, retry_errors: bool, stack: ExitStack) -> tuple[set[str], Add]:
    if out == "-":
        return set(), lambda record: print(dumps(record), flush=True)
    path = check_writable(Path(out))
    if path.exists() and not path.is_file():
        raise InputError(f"{out} is not a regular file; `--out -` writes to standard output")
    answers = stack.enter_context(AnswersFile(path, retry_errors=retry_errors))
    return answers.done, answers.add


@contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[Callable[[], None]]:
    """A progress bar on stderr where that is a terminal; yields what moves it by one row."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = messages()
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)
