"""Turns trained weights into the folder that the tool loads: calibrated, measured, described.

The temperature (least negative log-likelihood: Guo et al., 2017) and the bar for "not one of the
products" (most products kept and other things refused) are fitted on the validation split, which
training never sees; they are two numbers, so the figures on that split still mean something.
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

from evaluation.classifier import ClassifierFigures, evaluate
from evaluation.products import Products
from models import catalog
from tools.networks.classifier import WEIGHTS, Classifier
from tools.toolset import ToolConfig

_CARD = """# Model card: the built-in product classifier

Names groceries in photographs: {fine} products of {coarse} kinds. {architecture}, trained from
nothing by `training/classifier`: no weights of others went into it.

| | |
| --- | --- |
| architecture | {architecture} (torchvision), {outputs} outputs: the products, and "something else" |
| size | {megabytes:.1f} MB, half precision |
| picture size | {side} px |
| coarse classes | the sum of their products' scores |
| training | {training} |
| data | Grocery Store Dataset (Klasson et al., WACV 2019, MIT): the training split; as "something else" the photographs of the detector without fruit, carrots or bottles, and receipts |
| calibration | temperature {temperature:g} |
| "not one of them" | a score of all products together, or of the best kind, below {bar:g} |
| re-made by | `make train-classifier` |
| licence | AGPL-3.0, as the project |

## Measured

On the validation split of the data set ({pictures} photographs of products) and on {others}
photographs, cut-out things and receipts that show none of them; training saw neither. Temperature,
bar and picture size were chosen on the same pictures. By `vqa-agent eval classifier` for the products.

| | % |
| --- | --- |
| top-1, products | {fine_top1} |
| top-5, products | {fine_top5} |
| top-1, kinds | {coarse_top1} |
| macro-F1, products / kinds | {fine_macro_f1} / {coarse_macro_f1} |
| expected calibration error | {ece} |
| product named, at a score of {threshold:g} | {answered_fine} |
| … of these right | {answered_fine_right} |
| only the kind named | {answered_coarse} |
| … of these right | {answered_coarse_right} |
| product said to be none of them | {refused} |
| other picture said to be none of them | {others_refused} |
| other picture taken for a product or a kind | {others_claimed} |

## Limits

- It knows the products of one Swedish supermarket of 2018; an unknown juice is taken for a known one
  when it looks alike.
- One product a picture, filling a good part of it.
- Accuracy published for networks pretrained on ImageNet is far higher (86 % of products, 92 % of
  kinds: Antioquia, 2021).
"""  # noqa: E501


def write(
    network: torch.nn.Module, architecture: str, sides: Sequence[int], validation: Products,
    others: Sequence[NDArray[np.uint8]], out: Path, training: str,
) -> ClassifierFigures:  # fmt: skip
    """Write the weights in half precision, their configuration, the card and the catalogue's row.

    Args:
        network: with an output for each product, and one for something else.
        architecture: its name in torchvision.
        sides: pixels of the square that it may see; the best is chosen.
        validation: the products that training did not see.
        others: uint8 RGB pictures that show no product, and that training did not see.
        out: the folder.
        training: how it was trained, for the card.
    """
    out.mkdir(parents=True, exist_ok=True)
    state = {
        name: value.half().contiguous() if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }
    save_file(state, out / WEIGHTS)
    (out / "labels.json").write_text(json.dumps(validation.fine, indent=1) + "\n")
    config: dict[str, object] = {
        "architecture": architecture,
        "input_size": sides[0],
        "coarse_of": [validation.coarse[number] for number in validation.coarse_of],
        "has_other": True,
        "kind": "product",
    }
    config |= _fitted(config, sides, validation, others, out)
    _save(config, out)
    figures = evaluate(
        Classifier(out, "cpu"), validation, threshold=ToolConfig().classify_threshold, others=others
    )
    _describe(out, config, validation, figures, training)
    shares = {"products": figures.fine_top1, "kinds": figures.coarse_top1, "ECE": figures.ece}
    rounded = {name: round(value, 3) for name, value in shares.items()}
    catalog.record(out / WEIGHTS, rounded, Classifier(out, "cpu").config.input_size)
    return figures


def _fitted(
    config: dict[str, object], sides: Sequence[int], validation: Products,
    others: Sequence[NDArray[np.uint8]], out: Path,
) -> dict[str, object]:  # fmt: skip
    """The picture size and the temperature of the least loss, and the bar."""
    pictures = [np.asarray(Image.open(p.file).convert("RGB")) for p in validation.products]
    fine = torch.tensor([product.fine for product in validation.products])
    losses: list[tuple[float, dict[str, object]]] = []
    for side in sides:
        _save(config | {"input_size": side}, out)
        scores = Classifier(out, "cpu").scores(pictures)
        logits = torch.tensor(scores).clamp(min=1e-9).log()
        best = temperature(logits, fine)
        loss = float(functional.cross_entropy(logits / best, fine))
        losses.append((loss, {"input_size": side, "temperature": round(best, 3)}))
    found = min(losses, key=lambda tried: tried[0])[1]
    _save(config | found, out)
    calibrated = Classifier(out, "cpu")
    bar = best_bar(_certainty(calibrated, pictures), _certainty(calibrated, others))
    return found | {"known_threshold": round(bar, 3)}


def _describe(
    out: Path, config: dict[str, object], products: Products, figures: ClassifierFigures,
    training: str,
) -> None:  # fmt: skip
    shares = {
        name: f"{100 * value:.1f}" for name, value in vars(figures).items()
        if isinstance(value, float) and name != "threshold"
    }  # fmt: skip
    card = _CARD.format(
        **shares,
        fine=len(products.fine),
        coarse=len(set(products.coarse_of)),
        architecture=config["architecture"],
        outputs=len(products.fine) + 1,
        megabytes=(out / WEIGHTS).stat().st_size / 1e6,
        side=config["input_size"],
        training=training,
        temperature=config["temperature"],
        bar=config["known_threshold"],
        pictures=figures.pictures,
        others=figures.others,
        threshold=figures.threshold,
    )
    (out / "MODEL_CARD.md").write_text(card, encoding="utf-8")


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
