"""What the first question costs in a fresh process, beside a plain script that only reads the page.

    python -m benchmarks.startup [--rounds 5] [--json out.json] [--goal 6]

`vqa-agent ask` on a receipt, and RapidOCR as its own readme starts it, on the same picture; they
take turns. CPU seconds are user and system time of the process and its children, as the kernel
counts them: they hold on a busy machine, wall-clock seconds do not. One run of each goes before and
is not counted: it brings the files into memory, and vqa-agent keeps its compiled networks then.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "examples" / "receipt.png"
SAID = "39.10"
"""What both have to say: a run that reads nothing is fast."""
OURS, PLAIN = "vqa-agent ask", "RapidOCR alone"
_PLAIN = """
import sys
from rapidocr import RapidOCR
read = RapidOCR(params={"Global.log_level": "critical"})(sys.argv[1])
print("\\n".join(read.txts))
"""
CONTESTANTS = {
    OURS: [sys.executable, "-m", "agent.cli", "ask", str(PICTURE), "What is the total?"],
    PLAIN: [sys.executable, "-c", _PLAIN, str(PICTURE)],
}


@dataclass(frozen=True)
class Cost:
    """What one process took, or the medians of several."""

    cpu_s: float
    wall_s: float
    memory_mb: float
    """The most that it held at once."""


def run(command: Sequence[str], said: str) -> Cost:
    """The cost of a command.

    Raises:
        RuntimeError: it failed, or did not say `said`.
    """
    started = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - the commands above
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall_s = time.perf_counter() - started
    if process.returncode or said not in output:
        raise RuntimeError(f"{' '.join(command[:4])} … did not say {said}: {output[-1000:]}")
    return Cost(used.ru_utime + used.ru_stime, wall_s, used.ru_maxrss / 1024)


def measure(
    contestants: Mapping[str, Sequence[str]], rounds: int, said: str
) -> dict[str, list[Cost]]:
    """The costs of each in turn; the first round is left out."""
    costs: dict[str, list[Cost]] = {name: [] for name in contestants}
    for _ in range(rounds + 1):
        for name, command in contestants.items():
            costs[name].append(run(command, said))
    return {name: taken[1:] for name, taken in costs.items()}


def median(costs: Sequence[Cost]) -> Cost:
    """The medians of some runs, each figure by itself."""
    return Cost(*(statistics.median(asdict(c)[name] for c in costs) for name in asdict(costs[0])))


def table(medians: Mapping[str, Cost]) -> str:
    """Rows of figures, with the ratio of CPU seconds to the plain script's."""
    lines = [f"{'':16}{'CPU s':>8}{'ratio':>8}{'wall s':>8}{'MB':>8}"]
    for name, cost in medians.items():
        ratio = cost.cpu_s / medians[PLAIN].cpu_s
        figures = f"{cost.cpu_s:8.2f}{ratio:8.2f}{cost.wall_s:8.2f}{cost.memory_mb:8.0f}"
        lines.append(f"{name:16}{figures}")
    return "\n".join(lines)


def main() -> int:
    """Measure, print, and fail if a goal was given and missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--goal", type=float, help="fail above this many CPU seconds")
    given = parser.parse_args()
    medians = {
        name: median(costs) for name, costs in measure(CONTESTANTS, given.rounds, SAID).items()
    }
    print(table(medians))
    if given.json:
        found = {name: asdict(cost) for name, cost in medians.items()}
        given.json.write_text(json.dumps({"rounds": given.rounds, "results": found}, indent=2))
    return int(given.goal is not None and medians[OURS].cpu_s > given.goal)


if __name__ == "__main__":
    sys.exit(main())
