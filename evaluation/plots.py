"""The pictures that an evaluation leaves: confusion, precision over recall, risk over coverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.selective import RiskCoverage


def confusion(matrix: NDArray[np.int64], names: Sequence[str], file: Path) -> None:
    """Draw a matrix of shape (true, said), each row as shares of its sum, with the counts in it."""
    rows, columns = matrix.shape
    side = max(6.0, 0.32 * columns)
    figure, axes = _figure(side + 2, side)
    shares = matrix / matrix.sum(1, keepdims=True).clip(1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(columns), names[:columns], rotation=90, fontsize=7)
    axes.set_yticks(range(rows), names[:rows], fontsize=7)
    axes.set_xlabel("said")
    axes.set_ylabel("is")
    for row, column in zip(*np.nonzero(matrix), strict=True):
        colour = "white" if shares[row, column] > 0.5 else "black"
        number = str(matrix[row, column])
        axes.text(column, row, number, ha="center", va="center", fontsize=6, color=colour)
    _save(figure, file)


def precision_recall(
    recall: NDArray[np.float64],
    precision: NDArray[np.float64],
    ap_of: Mapping[str, float],
    file: Path,
) -> None:
    """Draw the curve of each class, and their mean.

    Args:
        recall: shape (points,).
        precision: shape (classes, points), in the order of `ap_of`.
        ap_of: label → average precision, for the legend.
        file: where to write the PNG.
    """
    figure, axes = _figure(9, 6)
    for curve, (label, ap) in zip(precision, ap_of.items(), strict=True):
        axes.plot(recall, curve, linewidth=0.8, alpha=0.7, label=f"{label} {100 * ap:.0f}")
    mean = float(np.mean(list(ap_of.values())))
    axes.plot(recall, precision.mean(0), "k", linewidth=2.5, label=f"all {100 * mean:.1f}")
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.01))
    axes.set_title("IoU 0.5; AP50 in the legend", fontsize=9)
    axes.legend(fontsize=7, ncols=1 + len(ap_of) // 26, bbox_to_anchor=(1.01, 1), loc="upper left")
    _save(figure, file)


def risk_coverage(curves: Mapping[str, RiskCoverage], file: Path) -> None:
    """Draw risk over coverage, a curve a model, its area in the legend."""
    figure, axes = _figure(9, 6)
    for name, curve in curves.items():
        axes.plot(curve.coverage, curve.risk, linewidth=1, label=f"{name} {100 * curve.area:.1f}")
    axes.set(xlabel="coverage", ylabel="risk", xlim=(0, 1), ylim=(0, 1))
    axes.set_title("area under the curve in the legend, %", fontsize=9)
    axes.legend(fontsize=7, bbox_to_anchor=(1.01, 1), loc="upper left")
    _save(figure, file)


def _figure(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def _save(figure: Any, file: Path) -> None:
    figure.savefig(file, dpi=110)
