"""How well a classifier names products, what its scores mean, what it says of other things."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluation import plots
from evaluation.pictures import pixels_of
from evaluation.products import Products
from tools.errors import InputError
from tools.networks.classifier import Classifier

TOGETHER = 16
BINS = 15
"""Bins of the calibration error (Guo et al.: On Calibration of Modern Neural Networks, 2017)."""


@dataclass(frozen=True)
class ClassifierFigures:
    """A classifier on one split; shares in [0, 1]."""

    pictures: int
    fine_top1: float
    fine_top5: float
    coarse_top1: float
    fine_macro_f1: float
    coarse_macro_f1: float
    ece: float
    """Expected calibration error of the best fine score."""
    answered_fine: float
    """Pictures that get a label at the threshold, and how many of those labels are right."""
    answered_fine_right: float
    answered_coarse: float
    """Pictures that get only a coarse class, and how many of those are right."""
    answered_coarse_right: float
    refused: float
    """Products of which it is said that they are not known."""
    threshold: float
    others: int | None = None
    """Pictures of other things, if a folder of them was given."""
    others_refused: float | None = None
    others_claimed: float | None = None
    """Other things that get a label or a coarse class all the same."""


def evaluate(
    classifier: Classifier,
    products: Products,
    *,
    threshold: float,
    others: Sequence[Path | NDArray[np.uint8]] = (),
    plots_to: Path | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> ClassifierFigures:
    """Name every product, and look at what is said of the `others`.

    Args:
        classifier: weights whose labels are the fine classes, in any order.
        products: labelled photographs.
        threshold: the score from which on the tool says a label.
        others: pictures that show none of the products: files, or uint8 RGB arrays.
        plots_to: a folder for `confusion.png` (coarse classes) and `confusion_fine.png`.
        progress: called with the number of pictures done.

    Raises:
        InputError: the classifier lacks a class of the products.
    """
    if missing := set(products.fine) - set(classifier.labels):
        raise InputError(f"the classifier does not know {', '.join(sorted(missing)[:5])}")
    scores = _scores(classifier, [p.file for p in products.products], progress)
    order = [classifier.labels.index(name) for name in products.fine]
    unlike = said_of(classifier, _scores(classifier, others, progress), threshold)
    if plots_to is not None:
        _plot(products, scores[:, order], plots_to)
    said = said_of(classifier, scores, threshold)
    return figures_of(products, scores[:, order], said, unlike, threshold)


def figures_of(
    products: Products,
    fine: NDArray[np.float64],
    said: NDArray[np.str_],
    unlike: NDArray[np.str_],
    threshold: float,
) -> ClassifierFigures:
    """The figures of scores and verdicts, whoever gave them.

    Args:
        products: labelled photographs.
        fine: the scores of the fine classes, shape (photographs, classes).
        said: the verdict on each photograph (`said_of`).
        unlike: the verdict on each picture of something else; may be empty.
        threshold: that the verdicts were found with.
    """
    true_fine = np.array([p.fine for p in products.products])
    true_coarse = np.array([p.coarse for p in products.products])
    coarse = coarse_of(products, fine)
    said_fine, said_coarse, refused = (said == kind for kind in ("fine", "coarse", "none"))
    fine_right, coarse_right = fine.argmax(1) == true_fine, coarse.argmax(1) == true_coarse
    claimed = (unlike == "fine") | (unlike == "coarse")
    return ClassifierFigures(
        pictures=len(products.products),
        fine_top1=float(fine_right.mean()),
        fine_top5=float((np.argsort(-fine, 1)[:, :5] == true_fine[:, None]).any(1).mean()),
        coarse_top1=float(coarse_right.mean()),
        fine_macro_f1=macro_f1(true_fine, fine.argmax(1)),
        coarse_macro_f1=macro_f1(true_coarse, coarse.argmax(1)),
        ece=calibration_error(fine.max(1), fine_right),
        answered_fine=float(said_fine.mean()),
        answered_fine_right=_mean(fine_right[said_fine]),
        answered_coarse=float(said_coarse.mean()),
        answered_coarse_right=_mean(coarse_right[said_coarse]),
        refused=float(refused.mean()),
        threshold=threshold,
        others=len(unlike) or None,
        others_refused=float((unlike == "none").mean()) if len(unlike) else None,
        others_claimed=float(claimed.mean()) if len(unlike) else None,
    )


def coarse_of(products: Products, fine: NDArray[np.float64]) -> NDArray[np.float64]:
    """The scores of the coarse classes, each the sum of its fine ones; (n, coarse classes)."""
    parents = np.array(products.coarse_of)
    sums = [fine[:, parents == number].sum(1) for number in range(len(products.coarse))]
    return np.stack(sums, 1)


def _plot(products: Products, fine: NDArray[np.float64], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    coarse = coarse_of(products, fine)
    true_fine = np.array([p.fine for p in products.products])
    true_coarse = np.array([p.coarse for p in products.products])
    for name, best, true, names in (
        ("confusion.png", coarse.argmax(1), true_coarse, products.coarse),
        ("confusion_fine.png", fine.argmax(1), true_fine, products.fine),
    ):
        plots.confusion(_counts(true, best, len(names)), names, folder / name)


def _scores(
    classifier: Classifier,
    pictures: Sequence[Path | NDArray[np.uint8]],
    progress: Callable[[int], None],
) -> NDArray[np.float64]:
    """Probabilities of each picture, shape (n, outputs)."""
    rows: list[list[float]] = []
    for start in range(0, len(pictures), TOGETHER):
        chunk = pictures[start : start + TOGETHER]
        rows += classifier.scores([pixels_of(p) if isinstance(p, Path) else p for p in chunk])
        progress(len(rows))
    return np.array(rows)


def said_of(
    classifier: Classifier, scores: NDArray[np.float64], threshold: float
) -> NDArray[np.str_]:
    """What the tool makes of each row of probabilities: fine, coarse, unsure or none."""
    return np.array(
        [classifier.verdict(classifier.guess(list(row)), threshold) for row in scores], dtype=str
    )


def calibration_error(
    scores: NDArray[np.float64], is_right: NDArray[np.bool_] | NDArray[np.float64]
) -> float:
    """Expected calibration error of best scores, shape (n,), in 15 bins of equal width.

    What is right may be a share: of people, say, who gave the answer.
    """
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    gaps = [
        abs(scores[bins == b].mean() - is_right[bins == b].mean()) * (bins == b).mean()
        for b in np.unique(bins)
    ]
    return float(sum(gaps))


def macro_f1(true: NDArray[np.int64], said: NDArray[np.int64]) -> float:
    """The mean over the classes that occur of 2 TP / (2 TP + FP + FN)."""
    f1 = []
    for number in np.unique(true):
        right = int(((true == number) & (said == number)).sum())
        f1.append(2 * right / int((true == number).sum() + (said == number).sum()))
    return float(np.mean(f1))


def _counts(true: NDArray[np.int64], said: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    matrix = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(matrix, (true, said), 1)
    return matrix


def _mean(values: NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else float("nan")
