"""Runs one network on pixels: OpenVINO on a CPU, torch elsewhere or when told so.

How pixels become an input and which file the weights are is the caller's; what the outputs mean is
`tools.networks.classification_network`'s and `tools.networks.image_encoder`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.networks import openvino_runtime
from tools.networks.encoders import Rgb
from tools.networks.openvino_runtime import Runtime
from tools.networks.torch_runtime import pick_device, prepare


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


class PixelNetwork:
    """A network that loads on first use; any number of pictures at once.

    Args:
        weights: the file that it is made from: its hash names the export.
        kind: what else changes the export: architecture, outputs.
        build: makes the torch module with its weights; it gives a tensor, or a tuple of them.
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
        self._exported: openvino_runtime.Compiled | None = None
        self._loading = Lock()
        self._module: Any = None

    def batch_of(self, pictures: Sequence[Rgb]) -> NDArray[np.float32]:
        """The network's input, shape (n, 3, side, side)."""
        return np.stack([self.inputs.of(pixels) for pixels in pictures])

    def outputs(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """The network's outputs for an input of `batch_of`, one row a picture.

        Raises:
            ToolUnavailableError: what `build` raises.
        """
        if not openvino_runtime.is_wanted(self.runtime, self.device):
            return self._of_torch(batch)
        with self._loading:
            if self._exported is None:
                kind = f"{self._kind}-{self.inputs.side}px"
                self._exported = openvino_runtime.compiled(self._weights, kind, self._export)
        result = self._exported(batch)
        return [np.asarray(result[i], np.float32) for i in range(len(result))]

    def module(self) -> Any:
        """The network as a torch module, on its device.

        Raises:
            ToolUnavailableError: what `build` raises.
        """
        prepare()
        if self._module is None:
            self._module = self._build().eval().to(pick_device(self.device))
        return self._module

    def _of_torch(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        module = self.module()
        import torch

        with torch.inference_mode():
            given = module(torch.from_numpy(batch).to(pick_device(self.device)))
        tensors = given if isinstance(given, tuple) else (given,)
        return [tensor.float().cpu().numpy() for tensor in tensors]

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
