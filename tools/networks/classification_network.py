"""Runs one classification network on pixels: OpenVINO on a CPU, torch elsewhere or when told so.

How pixels become an input, which file the weights are and what the outputs mean is the caller's:
`tools.networks.classifier` (a folder of labels) and `tools.networks.imagenet`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.networks import openvino_runtime
from tools.networks.openvino_runtime import Runtime
from tools.networks.torch_runtime import pick_device, prepare

Rgb = NDArray[np.uint8]
"""Pixels of shape (height, width, 3)."""


@dataclass(frozen=True)
class InputTransform:
    """How pixels become a square of `side` × `side`, normalised to (x / 255 - mean) / std.

    The picture is squeezed into the square, whatever its shape, so that nothing at its edges is
    lost: a thing in its box fills all of it.
    """

    side: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    def of(self, pixels: Rgb) -> NDArray[np.float32]:
        """float32 of shape (3, side, side)."""
        from PIL import Image

        image = Image.fromarray(np.ascontiguousarray(pixels))
        square = image.resize((self.side, self.side), Image.Resampling.BICUBIC)
        scaled = np.asarray(square, np.float32) / 255
        normalised = (scaled - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)
        return np.ascontiguousarray(normalised.transpose(2, 0, 1))


class ClassificationNetwork:
    """A classification network that loads on first use; any number of pictures at once.

    Args:
        weights: the file that it is made from: its hash names the export.
        kind: what else changes the export: architecture, outputs.
        build: makes the torch module with its weights.
        inputs: how pixels become an input.
    """

    def __init__(
        self,
        weights: Path,
        kind: str,
        build: Callable[[], Any],
        inputs: InputTransform,
        *,
        device: str = "auto",
        runtime: Runtime = "auto",
    ) -> None:
        self._weights, self._kind, self._build = weights, kind, build
        self.inputs = inputs
        self.device = device
        self.runtime: Runtime = runtime
        self._exported: Any = None
        self._module: Any = None

    def probabilities(
        self, pictures: Sequence[Rgb], temperature: float = 1.0, *, mirrored: bool = False
    ) -> NDArray[Any]:
        """float64 (n, outputs): the softmax of the logits divided by the temperature.

        Args:
            pictures: what is looked at.
            temperature: what the logits are divided by.
            mirrored: whether each logit is the mean of the picture's and its mirror image's.

        Raises:
            ToolUnavailableError: what `build` raises.
        """
        batch = np.stack([self.inputs.of(pixels) for pixels in pictures])
        if mirrored:
            batch = np.concatenate([batch, batch[..., ::-1]])
        if openvino_runtime.is_wanted(self.runtime, self.device):
            logits = np.asarray(self._on_openvino()(batch)[0], np.float64)
        else:
            logits = self._on_torch(batch)
        scaled = logits.reshape(-1, len(pictures), logits.shape[1]).mean(0) / temperature
        raised = np.exp(scaled - scaled.max(1, keepdims=True))
        return np.asarray(raised / raised.sum(1, keepdims=True))

    def module(self) -> Any:
        """The network as a torch module, on its device: pictures → logits.

        Raises:
            ToolUnavailableError: what `build` raises.
        """
        prepare()
        if self._module is None:
            self._module = self._build().eval().to(pick_device(self.device))
        return self._module

    def _on_torch(self, batch: NDArray[np.float32]) -> NDArray[np.float64]:
        module = self.module()
        import torch

        with torch.inference_mode():
            logits = module(torch.from_numpy(batch).to(pick_device(self.device)))
        return np.asarray(logits.float().cpu().numpy(), np.float64)

    def _on_openvino(self) -> Any:
        """Exported on first use."""
        if self._exported is None:
            kind = f"{self._kind}-{self.inputs.side}px"
            self._exported = openvino_runtime.compiled(self._weights, kind, self._export)
        return self._exported

    def _export(self, folder: Path) -> None:
        prepare()
        import openvino
        import torch

        side = self.inputs.side
        network = openvino.convert_model(
            self._build().eval().cpu(),
            example_input=torch.zeros(1, 3, side, side),
            input=[-1, 3, side, side],
        )
        openvino_runtime.save(network, folder)
