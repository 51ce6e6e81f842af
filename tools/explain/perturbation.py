"""LIME and KernelSHAP: regions are hidden at random, and a linear model says which of them count.

Captum draws the samples and weighs them; the linear model is fitted here, because captum's own
needs scikit-learn for what is one system of equations. A hidden region has the picture's mean
colour.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tools.explain.regions import Regions
from tools.explain.subjects import Score
from tools.networks.encoders import Rgb

SAMPLES = 400
TOGETHER = 16
"""Pictures that are scored at once."""
KERNEL_WIDTH = 0.25
"""Of LIME's cosine kernel, as its authors have it for pictures."""
RIDGE = {"lime": 1.0, "shap": 1e-6}
"""Regularisation: LIME's (Ribeiro et al.) is 1; Shapley values want none, but a solvable system."""

Progress = Callable[[int], None]


class Masked:
    """A picture of which regions are hidden behind its mean colour."""

    def __init__(self, pixels: Rgb, regions: Regions) -> None:
        self._pixels, self._regions = pixels, regions
        self._ground = np.round(pixels.mean((0, 1))).astype(np.uint8)

    def showing(self, shown: NDArray[np.bool_]) -> Rgb:
        """The picture with only the regions shown for which `shown` (regions,) is true."""
        return self.where(shown[self._regions.labels])

    def where(self, shown: NDArray[np.bool_]) -> Rgb:
        """The picture with only those pixels shown for which `shown` (height, width) is true."""
        return np.where(shown[..., None], self._pixels, self._ground)


def weights_of_regions(
    method: Literal["lime", "shap"],
    pixels: Rgb,
    score: Score,
    regions: Regions,
    *,
    samples: int = SAMPLES,
    seed: int = 0,
    progress: Progress = lambda _: None,
) -> NDArray[np.float64]:
    """What each region adds to the score, shape (regions,); negative where it speaks against.

    `lime`: the coefficients of a ridge regression around the picture (Ribeiro, Singh, Guestrin, KDD
    2016). `shap`: estimated Shapley values (Lundberg, Lee, NeurIPS 2017), which add up to the score
    of the picture less that of the hidden one. The same seed gives the same numbers.
    """
    import torch
    from captum.attr import KernelShap, Lime
    from captum.attr._core.lime import get_exp_kernel_similarity_function

    masked = Masked(pixels, regions)
    done = 0

    def scores(shown: Any) -> Any:
        nonlocal done
        pictures = [masked.showing(row) for row in shown.numpy().astype(bool)]
        done += len(pictures)
        progress(done)
        return torch.from_numpy(np.asarray(score(pictures), np.float64))

    if method == "lime":
        kernel = get_exp_kernel_similarity_function("cosine", KERNEL_WIDTH)
        explainer = Lime(scores, similarity_func=kernel)
    else:
        explainer = KernelShap(scores)
    explainer.interpretable_model = _WeightedRidge(RIDGE[method])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        weights = explainer.attribute(
            torch.ones(1, regions.count),
            n_samples=samples,
            perturbations_per_eval=min(TOGETHER, samples),
            return_input_shape=False,
        )
    return np.asarray(weights.numpy()[0], np.float64)


class _WeightedRidge:
    """Weighted ridge regression with a free intercept: captum's interface of a surrogate model."""

    def __init__(self, regularisation: float) -> None:
        self._regularisation = regularisation
        self._weights = np.zeros(0)

    def fit(self, batches: Any) -> None:
        """Fit to batches of (inputs, outputs, sample weights)."""
        rows = [[np.asarray(part, np.float64) for part in batch] for batch in batches]
        inputs, outputs, weights = (np.concatenate(parts) for parts in zip(*rows, strict=True))
        inputs = inputs - np.average(inputs, 0, weights)
        outputs = outputs - np.average(outputs, 0, weights)
        gram = (inputs * weights[:, None]).T @ inputs
        gram += self._regularisation * np.eye(len(gram))
        self._weights = np.linalg.solve(gram, inputs.T @ (weights * outputs))

    def representation(self) -> Any:
        """The coefficients, shape (1, features)."""
        import torch

        return torch.from_numpy(self._weights)[None]
