"""How often company, date, address and total of a receipt are right, abstained or wrong.

    python -m benchmarks.receipts --tool-only     # the tool read_text, asked for each field
    python -m benchmarks.receipts                 # the whole agent, asked in natural English

A value is right if it means the same as the true one: a total as a decimal number, a date as a
calendar day (day first), a company or an address by its letters and digits in capitals with a
similarity of at least 95 or 90 of 100 (`rapidfuzz.fuzz.ratio`); the share that is exactly the same
is printed beside it. Wrong means answered, found, and not right: an abstention is not wrong.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal, Protocol

from rapidfuzz import fuzz
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tools.reading.dates import parse_date

QUESTIONS = {
    "company": "Which company issued this receipt?",
    "date": "What is the date of this receipt?",
    "address": "What is the address of the shop?",
    "total": "What is the total?",
}
GOALS = {"company": 0.85, "date": 0.97, "address": 0.70, "total": 0.95}
SIMILARITY = {"company": 95.0, "address": 90.0}
DEFAULT_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "receipts"

Outcome = Literal["right", "abstained", "wrong", "failed"]


@dataclass(frozen=True)
class Reply:
    """What was answered for one field: `value` is None where the answer abstained."""

    value: str | None
    confidence: float
    seconds: float
    error: str | None = None


@dataclass(frozen=True)
class Row:
    """One field of one receipt."""

    receipt: str
    field: str
    outcome: Outcome
    exact: bool
    truth: str
    reply: Reply


class Asker(Protocol):
    """Asks for one field of one picture."""

    def __call__(self, picture: Path, field: str) -> Reply: ...


def outcome_of(field: str, reply: Reply, truth: str) -> Outcome:
    """Right, abstained, wrong, or failed (an error, which counts as neither right nor wrong)."""
    if reply.error is not None:
        return "failed"
    if reply.value is None:
        return "abstained"
    return "right" if same(field, reply.value, truth) else "wrong"


def same(field: str, value: str, truth: str) -> bool:
    """Whether two printed values mean the same; see the module's docstring."""
    if field == "total":
        return _decimal(value) is not None and _decimal(value) == _decimal(truth)
    if field == "date":
        day = parse_date(value.strip())
        return day is not None and day == parse_date(truth)
    return fuzz.ratio(_letters(value), _letters(truth)) >= SIMILARITY[field]


def is_exact(field: str, value: str | None, truth: str) -> bool:
    """Equal letter by letter (capitals, letters and digits only); numbers and dates by meaning."""
    if value is None:
        return False
    if field in SIMILARITY:
        return _letters(value) == _letters(truth)
    return same(field, value, truth)


def tool_asker() -> Asker:
    """Asks the tool directly, by the field's name."""
    from tools.pictures.store import PictureStore
    from tools.read_text import read_text_tool

    tool = read_text_tool()

    def ask(picture: Path, field: str) -> Reply:
        start = time.perf_counter()
        report = tool.run(PictureStore().add(picture), query=field)
        best = report.findings[0]
        value = None if best.status != "found" or best.value is None else str(best.value)
        return Reply(value, best.score, time.perf_counter() - start)

    return ask


def agent_asker() -> Asker:
    """Asks the whole agent in natural English."""
    from agent import VisualAgent

    agent = VisualAgent()

    def ask(picture: Path, field: str) -> Reply:
        start = time.perf_counter()
        answer = agent.ask(picture, QUESTIONS[field])
        value = None if answer.abstained else answer.short_answer
        return Reply(value, answer.confidence, time.perf_counter() - start)

    return ask


def measure(
    data: Path, ask: Asker, *, limit: int | None, advance: Callable[[], None]
) -> Iterator[Row]:
    """All fields of all receipts; one that fails is a row, not the end."""
    for receipt, truths in receipts_in(data)[:limit]:
        picture = data / "images" / f"{receipt}.jpg"
        for field in QUESTIONS:
            start = time.perf_counter()
            try:
                reply = ask(picture, field)
            except Exception as error:
                seconds = time.perf_counter() - start
                reply = Reply(None, 0.0, seconds, f"{type(error).__name__}: {error}")
            truth = truths[field]
            outcome = outcome_of(field, reply, truth)
            yield Row(receipt, field, outcome, is_exact(field, reply.value, truth), truth, reply)
            advance()


def receipts_in(data: Path) -> list[tuple[str, dict[str, str]]]:
    """Names and true values; exits with a message where the data is not there."""
    answers = data / "answers.json"
    if not answers.is_file():
        sys.exit(f"no receipts in {data}: pass --data DIR with answers.json and images/*.jpg")
    loaded: dict[str, dict[str, str]] = json.loads(answers.read_text(encoding="utf-8"))
    return sorted(loaded.items())


def figures(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Shares of each outcome by field, and of all fields together."""
    shares = {}
    for field in [*QUESTIONS, "all"]:
        of_field = [row for row in rows if field in ("all", row.field)]
        count = max(len(of_field), 1)
        shares[field] = {
            outcome: sum(row.outcome == outcome for row in of_field) / count
            for outcome in ("right", "abstained", "wrong", "failed")
        } | {"exact": sum(row.exact and row.outcome == "right" for row in of_field) / count}
    return shares


def show(rows: Sequence[Row], console: Console) -> None:
    """The table, then what was not right."""
    table = Table(title=f"{len({row.receipt for row in rows})} receipts")
    for name in ("field", "right", "goal", "exactly", "abstained", "wrong", "failed"):
        table.add_column(name, justify="left" if name == "field" else "right")
    for field, shares in figures(rows).items():
        goal = f"{GOALS[field]:.0%}" if field in GOALS else ""
        kinds = ("right", "exact", "abstained", "wrong", "failed")
        right, *others = (f"{shares[kind]:.1%}" for kind in kinds)
        table.add_row(field, right, goal, *others)
    console.print(table)
    for row in rows:
        if row.outcome != "right":
            said = row.reply.error or row.reply.value or "-"
            line = f"{row.receipt} {row.field} {row.outcome}: {said!r}, true: {row.truth!r}"
            console.print(line, markup=False)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, show, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tool-only", action="store_true", help="ask the tool, not the agent")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="answers.json and images/")
    parser.add_argument("--limit", type=int, default=None, help="only the first so many receipts")
    parser.add_argument("--json", type=Path, default=None, help="write figures and rows here")
    options = parser.parse_args(arguments)
    count = len(receipts_in(options.data)[: options.limit])
    ask = tool_asker() if options.tool_only else agent_asker()
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("receipts", total=count * len(QUESTIONS))

        def advance() -> None:
            progress.advance(task)

        rows = list(measure(options.data, ask, limit=options.limit, advance=advance))
    show(rows, Console())
    if options.json is not None:
        written = {
            "asked": "tool" if options.tool_only else "agent",
            "similarity": SIMILARITY,
            "figures": figures(rows),
            "rows": [asdict(row) for row in rows],
        }
        options.json.write_text(json.dumps(written, indent=1, ensure_ascii=False), encoding="utf-8")


def _decimal(text: str) -> Decimal | None:
    match = re.search(r"-?\s?\d[\d,]*\.?\d*", re.sub(r"(?<=-)[A-Z$ ]+", "", text.upper()))
    try:
        return Decimal(match.group().replace(",", "").replace(" ", "")) if match else None
    except InvalidOperation:
        return None


def _letters(text: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", text.upper())


if __name__ == "__main__":
    main()
