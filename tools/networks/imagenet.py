"""EfficientNet-Lite2 as Google published it: ImageNet's thousand kinds, calibrated.

Weights and architecture are `tools.networks.backbone`'s. The names of the outputs are
`tools.words.kinds`'.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from tools.networks import backbone
from tools.networks.classification_network import ClassificationNetwork
from tools.networks.encoders import Rgb
from tools.networks.openvino_runtime import Runtime
from tools.networks.pixel_network import InputTransform

OUTPUTS = 1000
INPUT = InputTransform(260, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
"""(x - 127.5) / 127.5, as it was trained. Squeezed, 80 % of 480 cut-out things of VOC's classes are
named rightly; of the centre that Google evaluated it on, 73 %."""
TEMPERATURE = 0.8
"""Of the least negative log-likelihood on 1,788 cut-out things: the weights are modest."""


def is_installed() -> bool:
    """Whether the package with the weights is there; its file is not read for that."""
    from tools.errors import ToolUnavailableError

    try:
        return backbone.published_file().is_file()
    except ToolUnavailableError:
        return False


class ImageNet:
    """The network with its head; loads on first use."""

    def __init__(self, device: str = "auto", runtime: Runtime = "auto") -> None:
        self._settings: dict[str, Any] = {"device": device, "runtime": runtime}
        self._network: ClassificationNetwork | None = None

    def scores(self, pictures: Sequence[Rgb]) -> NDArray[Any]:
        """Calibrated probabilities (n, 1000), in ImageNet's order.

        Raises:
            ToolUnavailableError: the package is not installed, or holds another file.
        """
        return self.network.probabilities(pictures, TEMPERATURE)

    @property
    def network(self) -> ClassificationNetwork:
        """What runs it.

        Raises:
            ToolUnavailableError: the package is not installed.
        """
        if self._network is None:
            weights, kind = backbone.published_file(), f"{backbone.ARCHITECTURE}-{OUTPUTS}"
            self._network = ClassificationNetwork(weights, kind, _build, INPUT, **self._settings)
        return self._network


def _build() -> Any:
    network = backbone.network()
    network.load_state_dict(backbone.published())
    return network
