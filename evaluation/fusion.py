"""How well fused models answer, whatever they were fused by: figures of a run, a table of many.

Which questions were asked and what a network said to them is the caller's.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluation.classifier import calibration_error
from evaluation.selective import effective_reliability, risk_coverage

RISK = 0.2
"""Wrong among answered at which coverage is told."""
PEOPLE = 3
"""So many of ten who say the same make an answer right (Antol et al.: VQA, ICCV 2015)."""


def answer_score(answer: str, given: Mapping[str, float]) -> float:
    """How right an answer is, in [0, 1]: VQA's accuracy, of people or of shares of them.

    Of ten people, the mean over those that leave one out of min(1, others who agree / 3): 0.3, 0.6,
    0.9 and 1 where one, two, three and more of them gave the answer.
    """
    total = sum(given.values())
    return min(1.0, PEOPLE * given.get(answer, 0.0) / total) if total else 0.0


@dataclass(frozen=True)
class AnswerFigures:
    """Answers to one set of questions; shares in [0, 1]."""

    questions: int
    accuracy: float
    ece: float
    """Expected calibration error of the likeliest answer, 15 bins."""
    reliability: float
    """Effective reliability Φ at a cost of 1."""
    coverage: float
    """Share that can be answered with a risk of 0.2."""


def figures_of(confidences: NDArray[np.float64], scores: NDArray[np.float64]) -> AnswerFigures:
    """The figures of confidences and scores, each of shape (n,), n > 0."""
    return AnswerFigures(
        questions=len(scores),
        accuracy=float(scores.mean()),
        ece=calibration_error(confidences, scores),
        reliability=effective_reliability(confidences, scores),
        coverage=risk_coverage(confidences, scores).coverage_at(RISK),
    )


@dataclass(frozen=True)
class FusionFigures:
    """One run."""

    name: str
    """What it is, without the seed."""
    seed: int
    generated: AnswerFigures
    """Of generated questions about photographs that no training saw."""
    people: AnswerFigures | None = None
    """Of people's questions (`vqa_dev`)."""
    parameters: int | None = None
    """Of what is fused by: projections, fusion, head."""
    latency_ms: float | None = None
    """CPU time of that for one question."""


def read_figures(file: Path) -> list[FusionFigures]:
    """The figures of runs out of the JSON that `vqa-agent eval fusion` writes."""
    rows = json.loads(file.read_text(encoding="utf-8"))
    parts = (
        {name: AnswerFigures(**row[name]) for name in ("generated", "people") if row[name]}
        for row in rows
    )
    return [FusionFigures(**(row | part)) for row, part in zip(rows, parts, strict=True)]


def table(runs: Sequence[FusionFigures]) -> str:
    """A Markdown table: a line for each kind of run, best first, mean ± deviation over seeds."""
    groups = defaultdict[str, list[FusionFigures]](list)
    for run in runs:
        groups[run.name].append(run)
    ranked = sorted(groups.values(), key=lambda g: -np.mean([r.generated.accuracy for r in g]))
    head = (
        "run", "seeds", "generated %", "people %", "ECE %", "Φ₁ %", "coverage at 20 % risk",
        "parameters", "CPU ms",
    )  # fmt: skip
    rows = [_row(group) for group in ranked]
    lines = [" | ".join(line) for line in (head, ("---", *["---:"] * (len(head) - 1)), *rows)]
    return "\n".join(f"| {line} |" for line in lines)


def _row(group: Sequence[FusionFigures]) -> tuple[str, ...]:
    generated = [run.generated for run in group]
    people = [run.people.accuracy for run in group if run.people]
    sizes = [run.parameters for run in group if run.parameters is not None]
    times = [run.latency_ms for run in group if run.latency_ms is not None]
    return (
        group[0].name,
        str(len(group)),
        _spread([f.accuracy for f in generated]),
        _spread(people),
        _spread([f.ece for f in generated]),
        _spread([f.reliability for f in generated]),
        _spread([f.coverage for f in generated]),
        f"{np.mean(sizes):,.0f}" if sizes else "–",
        f"{np.median(times):.1f}" if times else "–",
    )


def _spread(shares: Sequence[float]) -> str:
    """Percent: the mean, and the deviation of the sample where there are several."""
    if not shares:
        return "–"
    mean = f"{100 * np.mean(shares):.1f}"
    return f"{mean} ± {100 * np.std(shares, ddof=1):.1f}" if len(shares) > 1 else mean
