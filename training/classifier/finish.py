"""Turns trained weights into the folder that the tool loads: calibrated, measured, described.

The temperature (least negative log-likelihood: Guo et al., 2017) and the bar for "not one of the
products" (most products kept and other things refused) are fitted on pictures that training never
sees. So that the figures are not those of a fit to itself, they are fitted on one half and measured
on the other, and the other way round; what is shipped is then fitted on both.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file
from torch.nn import functional

from evaluation.classifier import ClassifierFigures, figures_of, said_of
from evaluation.products import Products
from models import catalog
from tools.networks import backbone
from tools.networks.classifier import WEIGHTS, Classifier, ClassifierConfig
from tools.toolset import ToolConfig
from training.classifier.card import describe
from training.classifier.network import MEAN, STD

TOGETHER = 16


@dataclass(frozen=True)
class Kept:
    """Pictures that training did not see, with the logits of the network for each."""

    products: Products
    fine: NDArray[np.int64]
    """Of the products: their classes."""
    of_products: torch.Tensor
    of_others: torch.Tensor
    """Logits, (n, outputs), of products and of pictures that show none."""


def write(
    network: torch.nn.Module, sides: Sequence[int], validation: Products,
    others: Sequence[NDArray[np.uint8]], out: Path, training: str,
) -> ClassifierFigures:  # fmt: skip
    """Write the weights in half precision, their configuration, the card and the catalogue's row.

    Args:
        network: with an output for each product, and one for something else.
        sides: pixels of the square that it may see; the best is chosen.
        validation: the products that training did not see.
        others: uint8 RGB pictures that show no product, and that training did not see.
        out: the folder.
        training: how it was trained, for the card.
    """
    out.mkdir(parents=True, exist_ok=True)
    state = {
        name: (value.half() if value.is_floating_point() else value).contiguous().cpu()
        for name, value in network.state_dict().items()
    }
    save_file(state, out / WEIGHTS)
    (out / WEIGHTS).chmod(0o644)
    (out / "labels.json").write_text(json.dumps(validation.fine, indent=1) + "\n")
    config = ClassifierConfig(
        architecture=f"timm:{backbone.ARCHITECTURE}",
        input_size=sides[0],
        mean=MEAN,
        std=STD,
        coarse_of=tuple(validation.coarse[number] for number in validation.coarse_of),
        has_other=True,
        mirrored=True,
        kind="product",
    )
    config, kept = _best_side(config, sides, validation, others, out)
    threshold = ToolConfig().classify_threshold
    figures = cross_fitted(config, kept, threshold, out)
    config = fitted(config, kept, out)
    _save(config, out)
    describe(out, config, figures, training)
    shares = {"products": figures.fine_top1, "kinds": figures.coarse_top1, "ECE": figures.ece}
    rounded = {name: round(value, 3) for name, value in shares.items()}
    catalog.record(out / WEIGHTS, rounded, config.input_size)
    return figures


def _best_side(
    config: ClassifierConfig, sides: Sequence[int], validation: Products,
    others: Sequence[NDArray[np.uint8]], out: Path,
) -> tuple[ClassifierConfig, Kept]:  # fmt: skip
    """The configuration with the picture size of the least loss, and what is seen at that size."""
    pictures = [np.asarray(Image.open(p.file).convert("RGB")) for p in validation.products]
    fine = np.array([product.fine for product in validation.products])
    losses: list[tuple[float, ClassifierConfig, torch.Tensor]] = []
    for side in sides:
        tried = config.model_copy(update={"input_size": side})
        logits = _logits(_loaded(tried, out), pictures)
        best = temperature(logits, torch.from_numpy(fine))
        loss = float(functional.cross_entropy(logits / best, torch.from_numpy(fine)))
        losses.append((loss, tried, logits))
    _, chosen, logits = min(losses, key=lambda tried: tried[0])
    return chosen, Kept(validation, fine, logits, _logits(_loaded(chosen, out), others))


def cross_fitted(
    config: ClassifierConfig, kept: Kept, threshold: float, out: Path
) -> ClassifierFigures:
    """The figures of each half of the kept pictures, calibrated on the other half."""
    fine = np.zeros((len(kept.of_products), len(kept.products.fine)))
    said = np.zeros(len(kept.of_products), dtype="<U8")
    unlike = np.zeros(len(kept.of_others), dtype="<U8")
    halves = [(slice(n, None, 2), slice(1 - n, None, 2)) for n in range(2)]
    for half, other_half in halves:
        seen = Kept(
            kept.products,
            kept.fine[other_half],
            kept.of_products[other_half],
            kept.of_others[other_half],
        )
        classifier = _loaded(fitted(config, seen, out), out)
        scores = _scores(classifier, kept.of_products[half])
        fine[half] = scores[:, : fine.shape[1]]
        said[half] = said_of(classifier, scores, threshold)
        unlike[half] = said_of(classifier, _scores(classifier, kept.of_others[half]), threshold)
    return figures_of(kept.products, fine, said, unlike, threshold)


def fitted(config: ClassifierConfig, kept: Kept, out: Path) -> ClassifierConfig:
    """The configuration with the temperature and the bar that suit the kept pictures best."""
    best = temperature(kept.of_products, torch.from_numpy(kept.fine))
    config = config.model_copy(update={"temperature": round(best, 3)})
    classifier = _loaded(config, out)
    certainties = [
        np.array([classifier.guess(list(row)).certainty for row in _scores(classifier, logits)])
        for logits in (kept.of_products, kept.of_others)
    ]
    return config.model_copy(update={"known_threshold": round(best_bar(*certainties), 3)})


def temperature(logits: torch.Tensor, classes: torch.Tensor) -> float:
    """What the logits, shape (n, outputs), are divided by for the least cross-entropy."""
    grid = torch.linspace(0.3, 3.0, 271)
    losses = torch.stack([functional.cross_entropy(logits / t, classes) for t in grid])
    return float(grid[losses.argmin()])


def best_bar(products: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """The bar that keeps the most products and refuses the most others (Youden's J)."""
    bars = np.unique(np.concatenate([products, others]))
    gains = [(products >= bar).mean() + (others < bar).mean() for bar in bars]
    return float(bars[int(np.argmax(gains))])


def _logits(classifier: Classifier, pictures: Sequence[NDArray[np.uint8]]) -> torch.Tensor:
    """Up to a constant of each row, shape (n, outputs); as the tool sees the pictures."""
    rows: list[list[float]] = []
    for start in range(0, len(pictures), TOGETHER):
        rows += classifier.scores(pictures[start : start + TOGETHER])
    return torch.tensor(rows).clamp(min=1e-9).log()


def _scores(classifier: Classifier, logits: torch.Tensor) -> NDArray[np.float64]:
    scores: NDArray[np.float64] = (
        (logits / classifier.config.temperature).softmax(1).double().numpy()
    )
    return scores


def _loaded(config: ClassifierConfig, out: Path) -> Classifier:
    """The weights of the folder under a configuration."""
    _save(config, out)
    return Classifier(out, "cpu")


def _save(config: ClassifierConfig, out: Path) -> None:
    (out / "config.json").write_text(config.model_dump_json(indent=1) + "\n")
