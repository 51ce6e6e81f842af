"""Ultralytics detectors on OpenVINO: their own export, letterbox and suppression, our own runner.

Boxes equal those of the torch path within a pixel, scores within a hundredth (a test and
`benchmarks/inference.py` compare them).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from tools.networks import openvino_runtime
from tools.networks.torch_runtime import import_ultralytics, threads_kept

IOU, MOST = 0.5, 300
"""Boxes that overlap more are one; so many are kept. Ultralytics' 0.7 counts some things twice."""


class OtherTaskError(Exception):
    """Weights that do more than find boxes (masks, poses) stay on torch."""


class ExportedDetector:
    """Detection weights, exported on first use.

    Args:
        weights: an ultralytics checkpoint.
        load: how ultralytics' model of such a file is made.

    Raises:
        OtherTaskError: they are for another task than detection.
        ToolUnavailableError: what `load` raises.
    """

    def __init__(self, weights: Path, load: Callable[[Path], Any]) -> None:
        kind = f"ultralytics{version('ultralytics')}"

        def export(folder: Path) -> None:
            _export(weights, folder, load)

        self._network = openvino_runtime.compiled(weights, kind, export)
        folder = openvino_runtime.exported(weights, kind, export)
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        self.names = {int(index): str(name) for index, name in about["names"].items()}
        self.side, self._stride = int(about["side"]), int(about["stride"])

    def predict(self, batch: Sequence[Any], classes: list[int] | None, floor: float) -> list[Any]:
        """Rows of left, top, right, bottom, score, class for each BGR array, best first.

        Args:
            batch: uint8 arrays (height, width, 3) with one `canvas`.
            classes: the class numbers wanted; all if None.
            floor: the least score.

        Returns:
            A float32 tensor of shape (boxes, 6) for each array, boxes in its pixels.
        """
        import_ultralytics()
        import torch
        from ultralytics.utils import nms, ops

        boxed = np.stack(letterboxed(batch, self.side, self._stride))
        inputs = boxed[..., ::-1].transpose(0, 3, 1, 2).astype(np.float32) / 255
        raw = torch.from_numpy(self._network(inputs)[0])
        found = nms.non_max_suppression(
            raw, floor, IOU, classes=classes, max_det=MOST, nc=len(self.names)
        )
        for rows, pixels in zip(found, batch, strict=True):
            rows[:, :4] = ops.scale_boxes(boxed.shape[1:3], rows[:, :4], pixels.shape)
        return list(found)


def canvas(shape: tuple[int, int], side: int, stride: int = 32) -> tuple[int, int]:
    """Height and width that a picture of this height and width has when `letterboxed`."""
    share = side / max(shape)
    height, width = (round(pixels * share) for pixels in shape)
    return height + (side - height) % stride, width + (side - width) % stride


def letterboxed(batch: Sequence[Any], side: int, stride: int = 32) -> list[Any]:
    """Pictures with their longer side at `side` pixels, padded with grey to whole strides."""
    from ultralytics.data.augment import LetterBox

    letterbox = LetterBox((side, side), auto=True, stride=stride)
    return [letterbox(image=pixels) for pixels in batch]


def _export(weights: Path, folder: Path, load: Callable[[Path], Any]) -> None:
    """Write `network.xml` and `about.json` (names, side, stride) of ultralytics weights."""
    copy = folder / weights.name  # ultralytics writes beside the file that it exports
    shutil.copy(weights, copy)
    model = load(copy)
    if model.task != "detect":
        raise OtherTaskError(model.task)
    side = side_of(model)
    with threads_kept():
        made = Path(model.export(format="openvino", dynamic=True, imgsz=side, verbose=False))
    for suffix in (".xml", ".bin"):
        next(made.glob(f"*{suffix}")).rename((folder / openvino_runtime.FILE).with_suffix(suffix))
    about = {"names": model.names, "side": side, "stride": int(max(model.model.stride))}
    (folder / "about.json").write_text(json.dumps(about))
    shutil.rmtree(made)
    copy.unlink()


def side_of(model: Any) -> int:
    """Pixels of the longer side that the weights were trained for; 640 if they do not say."""
    side = model.overrides.get("imgsz", 640)
    return int(max(side) if isinstance(side, (list, tuple)) else side)
