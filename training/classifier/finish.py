"""Turns trained weights into the folder that the tool loads: calibrated, with its bars set.

Both are fitted on the validation split, which training never sees: the temperature by the least
negative log-likelihood (Guo et al., 2017), the bar for "not one of the products" where the shares
of products kept and of other things refused add up to the most.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file
from torch.nn import functional

from evaluation.products import Products
from tools.classify_image import Classifier


def write(
    network: torch.nn.Module, architecture: str, side: int, validation: Products,
    others: Sequence[NDArray[np.uint8]], out: Path,
) -> None:  # fmt: skip
    """Write `model.safetensors` (half precision), `labels.json` and `config.json`."""
    out.mkdir(parents=True, exist_ok=True)
    state = {
        name: value.half().contiguous() if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }
    save_file(state, out / "model.safetensors")
    (out / "labels.json").write_text(json.dumps(validation.fine, indent=1) + "\n")
    config = {
        "architecture": architecture,
        "input_size": side,
        "coarse_of": [validation.coarse[number] for number in validation.coarse_of],
        "has_other": True,
        "kind": "product",
        "temperature": 1.0,
        "known_threshold": 0.0,
    }
    _save(config, out)
    plain = Classifier(out, "cpu")
    pictures = [np.asarray(Image.open(p.file).convert("RGB")) for p in validation.products]
    logits = torch.tensor(plain.scores(pictures)).clamp(min=1e-9).log()
    fine = torch.tensor([product.fine for product in validation.products])
    config["temperature"] = round(temperature(logits, fine), 3)
    _save(config, out)
    calibrated = Classifier(out, "cpu")
    config["known_threshold"] = round(
        best_bar(_certainty(calibrated, pictures), _certainty(calibrated, others)), 3
    )
    _save(config, out)


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


def _certainty(
    classifier: Classifier, pictures: Sequence[NDArray[np.uint8]]
) -> NDArray[np.float64]:
    """What the tool holds against its bar, of each picture."""
    found: list[float] = []
    for start in range(0, len(pictures), 16):
        found += [g.certainty for g in classifier.guesses(pictures[start : start + 16])]
    return np.array(found)


def _save(config: dict[str, object], out: Path) -> None:
    (out / "config.json").write_text(json.dumps(config, indent=1) + "\n")
