"""The service under load: many users, new and repeated pictures, beside the same models one by one.

    python -m benchmarks.load [--users 1,8,32,128] [--seconds 20] [--pictures DIR] [--soak MINUTES]

It starts `vqa-agent serve` on a free port of this machine, with data and cache of its own, and asks
it from client processes; they run on the same cores, so that they cost it a little. `new`: each
question is about a picture that nobody has sent before. `repeated`: a few questions about a few
pictures that it knows, each in a conversation of its own, as chat clients send them. First, while
the service is idle, `one by one`: `VisualAgent.ask` in a process of its own as the library is
without any setting, one question about a new picture after the other: all ratios are to that.

Seconds are those of a user, from his first try to the answer. "Come again" (429 and 503 with
Retry-After) is obeyed and counted apart from errors. CPU is the service's, user and system time
a question; MB is its resident memory at the end of a row, and its most.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from benchmarks.load_clients import QUESTIONS, Phase, known_bodies, new_pictures, run
from benchmarks.serving import percentile

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SERVICE = (sys.executable, "-m", "agent.cli", "serve", "--port", "0")
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
WARM_USERS, WARM_S = 8, 10.0
"""Who asks before anything is measured, so that every stream has loaded what it needs."""
APART = 100_000
"""New pictures between the first ones of two phases."""


@dataclass(frozen=True)
class Service:
    """A service that runs; `pid` is None where somebody else started it."""

    url: str
    pid: int | None = None

    @property
    def cpu_s(self) -> float:
        """User and system time so far; 0 where it is not known."""
        if self.pid is None:
            return 0.0
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK_S

    @property
    def memory_mb(self) -> float:
        """Resident memory; 0 where it is not known."""
        if self.pid is None:
            return 0.0
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass(frozen=True)
class Row:
    """What one number of users saw of one kind of pictures."""

    pictures: str
    users: int
    questions: int
    questions_per_s: float
    ratio: float
    """To one by one."""
    p50_s: float
    p95_s: float
    p99_s: float
    busy: int
    errors: dict[str, int]
    cpu_s: float
    memory_mb: float
    most_memory_mb: float


@contextmanager
def serving(folder: Path) -> Iterator[Service]:
    """A service of this machine that keeps everything in a folder; stopped at the end."""
    environment = os.environ | {
        "VQA_CACHE_DIR": str(folder / "cache"),
        "VQA_SERVER_DATA_DIR": str(folder / "data"),
        "VQA_SERVER_REQUESTS_PER_MINUTE": "1000000",
    }
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603 - this project's own service
            SERVICE, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            sys.exit((folder / "log").read_text())
        service = Service(line.split()[0], process.pid)
        httpx.get(f"{service.url}/readyz", timeout=120).raise_for_status()
        yield service
    finally:
        process.terminate()
        process.wait(60)


@dataclass(frozen=True)
class Alone:
    """The library as it is, asked one question after the other."""

    questions_per_s: float = float("nan")
    cpu_s: float = float("nan")
    """User and system time of a question."""


def one_by_one(files: Sequence[Path], seconds: float) -> Alone:
    """The library in a process of its own."""
    words = ["-m", "benchmarks.load", "--alone", str(seconds), *map(str, files)]
    with tempfile.TemporaryDirectory() as cache:
        done = subprocess.run(  # noqa: S603 - this module
            [sys.executable, *words],
            env=os.environ | {"VQA_CACHE_DIR": cache},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    return Alone(**json.loads(done.stdout.splitlines()[-1]))


def alone(files: Sequence[Path], seconds: float) -> Alone:
    """The library in this process; everything is loaded before."""
    from agent import VisualAgent

    pictures = new_pictures(files, 0)
    with VisualAgent() as agent:
        for question in QUESTIONS:
            agent.ask(next(pictures), question)
        count, spent, cpu_s = 0, 0.0, 0.0
        while spent < seconds:
            picture = next(pictures)
            begun, used = time.perf_counter(), time.process_time()
            agent.ask(picture, QUESTIONS[count % len(QUESTIONS)])
            spent += time.perf_counter() - begun
            cpu_s += time.process_time() - used
            count += 1
    return Alone(count / spent, cpu_s / count)


def measure(service: Service, phase: Phase, beside: Alone) -> Row:
    """One row."""
    most = service.memory_mb

    def look() -> None:
        nonlocal most
        most = max(most, service.memory_mb)

    cpu_s = service.cpu_s
    asked, seconds = run(phase, look)
    count = len(asked.seconds)
    p50, p95, p99 = (round(percentile(asked.seconds, s), 3) for s in (0.5, 0.95, 0.99))
    return Row(
        "repeated" if phase.repeated else "new",
        phase.users,
        count,
        questions_per_s=round(count / seconds, 2),
        ratio=round(count / seconds / beside.questions_per_s, 2),
        p50_s=p50,
        p95_s=p95,
        p99_s=p99,
        busy=asked.busy,
        errors=dict(asked.errors),
        cpu_s=round((service.cpu_s - cpu_s) / max(count, 1), 4),
        memory_mb=round(service.memory_mb),
        most_memory_mb=round(most),
    )


def print_row(row: Row) -> None:
    """A row for a person."""
    errors = ", ".join(f"{count} {kind}" for kind, count in row.errors.items()) or "0"
    print(
        f"{row.pictures:9}{row.users:>6}{row.questions:>10}{row.questions_per_s:>9.2f}"
        f"{row.ratio:>7.2f}{row.p50_s:>8.2f}{row.p95_s:>8.2f}{row.p99_s:>8.2f}"
        f"{row.cpu_s:>8.3f}{row.memory_mb:>7.0f}{row.most_memory_mb:>7.0f}{row.busy:>6}  {errors}",
        flush=True,
    )


def phases(service: Service, given: argparse.Namespace, files: tuple[Path, ...]) -> Iterator[Phase]:
    """Everything that is measured, in order; the soak is cut into minutes."""
    first = APART
    for repeated in (False, True):
        if repeated:
            for body in known_bodies(files):
                url = f"{service.url}/v1/chat/completions"
                httpx.post(url, json=body, timeout=120).raise_for_status()
        for users in given.users:
            yield Phase(service.url, files, users, given.seconds, repeated, first)
            first += APART
    for minute in range(given.soak):
        yield Phase(service.url, files, max(given.users), 60.0, bool(minute % 2), first)
        first += APART


def pictures_in(folder: Path) -> tuple[Path, ...]:
    """The pictures of a folder."""
    kinds = {".jpg", ".jpeg", ".png", ".webp"}
    found = tuple(sorted(path for path in folder.iterdir() if path.suffix.lower() in kinds))
    if not found:
        sys.exit(f"there are no pictures in {folder}")
    return found


def measured(
    service: Service, beside: Alone, given: argparse.Namespace, files: tuple[Path, ...]
) -> list[Row]:
    """All rows, each printed when it is there."""
    print(f"one by one: {beside.questions_per_s:.2f} questions/s, {beside.cpu_s:.3f} CPU s each")
    print("pictures  users questions      q/s  ratio   p50 s   p95 s   p99 s   CPU s     MB   most"
          "  busy  errors")  # fmt: skip
    run(Phase(service.url, files, WARM_USERS, min(WARM_S, given.seconds)))
    rows = []
    for phase in phases(service, given, files):
        rows.append(measure(service, phase, beside))
        print_row(rows[-1])
    return rows


def main(words: Sequence[str] | None = None) -> int:
    """Start, measure, print; fails where there was an error."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    numbers = lambda text: [int(number) for number in text.split(",")]  # noqa: E731
    parser.add_argument("--users", type=numbers, default=[1, 8, 32, 128], help="as 1,8,32,128")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each row")
    parser.add_argument("--pictures", type=Path, default=EXAMPLES, help="folder to make them of")
    parser.add_argument("--soak", type=int, default=0, help="minutes more, with most users")
    parser.add_argument("--url", help="a service that runs already: no CPU, memory or ratio")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--alone", type=float, help=argparse.SUPPRESS)
    parser.add_argument("files", type=Path, nargs="*", help=argparse.SUPPRESS)
    given = parser.parse_args(words)
    if given.alone:
        print(json.dumps(asdict(alone(given.files, given.alone))))
        return 0
    files = pictures_in(given.pictures)
    with tempfile.TemporaryDirectory() as folder:
        if given.url:
            beside = Alone()
            rows = measured(Service(given.url), beside, given, files)
        else:
            with serving(Path(folder)) as service:
                beside = one_by_one(files, given.seconds)
                rows = measured(service, beside, given, files)
    if given.json:
        machine = {"python": platform.python_version(), "cores": os.cpu_count()}
        found = {"one_by_one": asdict(beside), "results": [asdict(row) for row in rows]}
        given.json.write_text(json.dumps({"machine": machine} | found, indent=2) + "\n")
    return int(any(row.errors for row in rows))


if __name__ == "__main__":
    sys.exit(main())
