"""Our own detection networks, one file for all of them: what each sees is fused.

The file is safetensors; its metadata has `networks`, a JSON list of {"name", "side"}, and `names`,
a JSON list of class names; the tensors of a network begin with its name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tools.errors import ToolUnavailableError
from tools.networks import boxes
from tools.networks.detectors import Box, Detector, Look, as_boxes, class_numbers

if TYPE_CHECKING:
    from tools.networks.openvino_runtime import Runtime

Run = Callable[[Any], tuple[Any, Any]]
"""float32 pixels (n, 3, h, w) → scores (n, anchors, classes) and boxes_xyxy (n, anchors, 4)."""

STRIDE = 32
GREY = 114
"""What a picture is padded with."""
_SHAPES = ((1.0, 1.0), (1.0, 0.75), (0.75, 1.0))
"""Height and width of the canvases, in sides: few, so that pictures of most sizes go together."""


class _Network(NamedTuple):
    name: str
    side: int


class FusedDetector(Detector):
    """One or more networks (`tools.networks.detector.NanoDetG`), their boxes averaged."""

    def __init__(self, weights: Path, device: str = "auto", runtime: Runtime = "auto") -> None:
        super().__init__(weights, device, runtime)
        self._runs: list[Run] | None = None

    def labels(self) -> list[str]:
        """All class names."""
        return list(self._header[1])

    @property
    def side(self) -> int:
        """Pixels of the longer side that the first network sees."""
        return self._header[0][0].side

    def detect_many(self, looks: Sequence[Look], floor: float) -> list[list[Box]]:
        """Together where the pictures fit the same canvas."""
        networks, names = self._header
        numbered = dict(enumerate(names))
        seen: list[list[boxes.Rows]] = [[] for _ in looks]
        for network, run in zip(networks, self._loaded(), strict=True):
            together: dict[tuple[int, int], list[int]] = {}
            for index, (pixels, _) in enumerate(looks):
                together.setdefault(canvas(pixels.shape, network.side), []).append(index)
            for shape, indices in together.items():
                fitted = [fit(looks[index][0], shape) for index in indices]
                scores, edges = run(np.stack([picture for picture, _ in fitted]))
                for at, index in enumerate(indices):
                    wanted = class_numbers(numbered, looks[index][1])
                    least = floor / len(networks)  # a box may gain nothing from the others
                    rows = boxes.suppress(scores[at], edges[at] / fitted[at][1], wanted, least)
                    seen[index].append(rows)
        found = []
        for rows, (pixels, _) in zip(map(boxes.fuse, seen), looks, strict=True):
            height, width = pixels.shape[:2]
            rows[:, [0, 2]] = rows[:, [0, 2]].clip(0, width)
            rows[:, [1, 3]] = rows[:, [1, 3]].clip(0, height)
            found.append(as_boxes(rows[(rows[:, 4] >= floor) & (boxes.areas(rows) > 0)], numbered))
        return found

    @cached_property
    def _header(self) -> tuple[tuple[_Network, ...], tuple[str, ...]]:
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(self.weights, "numpy") as content:
                about = content.metadata() or {}
            networks = tuple(_Network(**row) for row in json.loads(about["networks"]))
            return networks, tuple(json.loads(about["names"]))
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
            raise ToolUnavailableError(f"{self.weights} cannot be loaded: {error}") from None

    def _loaded(self) -> list[Run]:
        from tools.networks.openvino_runtime import is_wanted

        if self._runs is None:
            start = self._on_openvino if is_wanted(self.runtime, self.device) else self._on_torch
            self._runs = [start(network.name) for network in self._header[0]]
        return self._runs

    def _on_openvino(self, name: str) -> Run:
        from tools.networks import openvino_runtime

        def export(folder: Path) -> None:
            import openvino
            import torch

            deployed = self._network(name)
            example = torch.zeros(1, 3, 10 * STRIDE, 10 * STRIDE)
            network = openvino.convert_model(deployed, example_input=example, input=[-1, 3, -1, -1])
            openvino_runtime.save(network, folder)

        compiled = openvino_runtime.compiled(self.weights, f"nanodet-{name}", export)

        def run(pixels: Any) -> tuple[Any, Any]:
            scores, edges = compiled(pixels).values()
            return scores, edges

        return run

    def _on_torch(self, name: str) -> Run:
        import torch

        from tools.networks.torch_runtime import pick_device

        device = pick_device(self.device)
        deployed = self._network(name).to(device)

        def run(pixels: Any) -> tuple[Any, Any]:
            with torch.inference_mode():
                scores, edges = deployed(torch.from_numpy(pixels).to(device))
            return scores.cpu().numpy(), edges.cpu().numpy()

        return run

    def _network(self, name: str) -> Any:
        """The torch network, which gives scores and boxes."""
        from tools.networks.torch_runtime import prepare

        prepare()
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        from tools.networks.detector import Deployed, NanoDetG

        prefix = f"{name}."
        try:
            state = {
                key.removeprefix(prefix): tensor.float()
                for key, tensor in load_file(self.weights).items()
                if key.startswith(prefix)
            }
            made = NanoDetG(len(self._header[1]))
            made.load_state_dict(state)
        except (RuntimeError, SafetensorError) as error:
            reason = str(error).splitlines()[0]
            raise ToolUnavailableError(f"{self.weights} cannot be loaded: {reason}") from None
        return Deployed(made, len(self._header[1])).eval()


def canvas(shape: Sequence[int], side: int) -> tuple[int, int]:
    """Height and width, whole strides, of the smallest canvas that a picture of this shape fits."""
    share = side / max(shape[:2])
    fits = []
    for down, across in _SHAPES:
        height, width = (-(-int(side * part) // STRIDE) * STRIDE for part in (down, across))
        if round(shape[0] * share) <= height and round(shape[1] * share) <= width:
            fits.append((height, width))
    return min(fits, key=lambda size: size[0] * size[1])


def fit(pixels: Any, shape_hw: tuple[int, int]) -> tuple[Any, float]:
    """A picture in the upper left of a canvas, as large as fits, and how many times as large it is.

    Returns:
        float32 RGB in [0, 255] of shape (3, height, width), and the scale.
    """
    import cv2

    height, width = pixels.shape[:2]
    scale = min(shape_hw[0] / height, shape_hw[1] / width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = cv2.INTER_LINEAR if scale > 1 else cv2.INTER_AREA
    board = np.full((*shape_hw, 3), GREY, dtype=np.float32)
    board[: size[1], : size[0]] = cv2.resize(np.ascontiguousarray(pixels), size, interpolation=how)
    return board.transpose(2, 0, 1), scale
