"""Ultralytics detectors on OpenVINO: their own export, our own runner.

Only the export needs ultralytics and torch: a question to exported weights imports neither.

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
from numpy.typing import NDArray

from tools.networks import cores, openvino_runtime
from tools.networks.letterbox import letterboxed, unboxed
from tools.networks.torch_runtime import threads_kept

IOU, MOST = 0.5, 300
"""Boxes that overlap more are one; so many are kept. Ultralytics' 0.7 counts some things twice."""
COLUMNS = 6
"""Of the output of a network that needs no suppression: box_xyxy, score, class."""


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
        self.side, self.stride = int(about["side"]), int(about["stride"])

    def predict(
        self,
        batch: Sequence[Any],
        shape_hw: tuple[int, int],
        classes: list[int] | None,
        floor: float,
    ) -> list[NDArray[np.float32]]:
        """Rows of left, top, right, bottom, score, class for each picture, best first.

        Args:
            batch: uint8 RGB arrays (height, width, 3).
            shape_hw: the canvas that they are seen on.
            classes: the class numbers wanted; all if None.
            floor: the least score.

        Returns:
            Shape (boxes, 6) for each array, boxes in its pixels.
        """
        boxed = np.stack([letterboxed(pixels, shape_hw) for pixels in batch])
        raw = self._seen(boxed.transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255))
        chosen = self._chosen if raw.shape[-1] == COLUMNS else self._suppressed
        found = chosen(raw, classes, floor)
        return [unboxed(r, shape_hw, p.shape) for r, p in zip(found, batch, strict=True)]

    def _seen(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the network gives: one by one where others run beside it.

        A batch is no faster then, and needs so many times the memory.
        """
        if cores.streams() == 1:
            return np.asarray(self._network(inputs)[0])
        return np.concatenate([self._network(one[None])[0] for one in inputs])

    def _chosen(
        self, raw: Any, classes: list[int] | None, floor: float
    ) -> list[NDArray[np.float32]]:
        """Of a network that has told doubles apart itself, shape (n, boxes, COLUMNS)."""
        wanted = raw[..., 4] >= floor
        if classes is not None:
            wanted &= np.isin(raw[..., 5], classes)
        return [rows[kept] for rows, kept in zip(raw, wanted, strict=True)]

    def _suppressed(
        self, raw: Any, classes: list[int] | None, floor: float
    ) -> list[NDArray[np.float32]]:
        """Of any other network, shape (n, 4 + classes, boxes): centre and size, scores."""
        return [_without_doubles(columns, classes, floor) for columns in raw]


def _without_doubles(
    columns: NDArray[np.float32], classes: list[int] | None, floor: float
) -> NDArray[np.float32]:
    """Each thing once, as ultralytics' suppression does it: a box has its best class alone."""
    import cv2

    scores, numbers = columns[4:].max(0), columns[4:].argmax(0)
    wanted = scores > floor
    if classes is not None:
        wanted &= np.isin(numbers, classes)
    if not wanted.any():
        return np.zeros((0, COLUMNS), np.float32)
    centre, size = columns[:2, wanted].T, columns[2:4, wanted].T
    scores, numbers, corner = scores[wanted], numbers[wanted], centre - size / 2
    boxes = np.hstack([corner, size]).astype(np.float64)
    kept: Any = cv2.dnn.NMSBoxesBatched(boxes, scores, numbers, floor, IOU)  # type: ignore[arg-type]
    rows = np.column_stack([corner, corner + size, scores, numbers])
    return np.asarray(rows[kept[:MOST]], np.float32)


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
