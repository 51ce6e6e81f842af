"""Ultralytics checkpoints: YOLO26 and its like, open vocabulary with YOLOE; torch or OpenVINO."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from tools.errors import ToolUnavailableError
from tools.networks.checkpoint_header import TASKS, Header, read_header
from tools.networks.detectors import Box, Detector, Look, as_boxes, class_numbers
from tools.networks.letterbox import canvas, letterboxed, unboxed

if TYPE_CHECKING:
    from tools.networks.openvino_runtime import Runtime
    from tools.networks.ultralytics_openvino import ExportedDetector


class UltralyticsDetector(Detector):
    """The predictor keeps nothing between calls."""

    def __init__(self, weights: Path, device: str = "auto", runtime: Runtime = "auto") -> None:
        super().__init__(weights, device, runtime)
        self._model: Any = None
        self._exported: ExportedDetector | None = None
        self._is_torch_only = False
        self._loading = Lock()
        self._predicting = Lock()
        """For torch: ultralytics' predictor keeps what it is at."""
        self._classes: tuple[str, ...] | None = None

    @cached_property
    def header(self) -> Header:
        """What the checkpoint says of itself."""
        return read_header(self.weights)

    @property
    def is_open_vocabulary(self) -> bool:  # type: ignore[override]
        """Whether the checkpoint takes labels as free text."""
        return self.header.is_open_vocabulary

    @property
    def text_encoder(self) -> str | None:  # type: ignore[override]
        """The file of the text encoder: mobileclip2:b is mobileclip2_b.ts."""
        encoder = self.header.text_encoder
        return encoder and encoder.replace(":", "_") + ".ts"

    def labels(self) -> list[str]:
        """All labels that the checkpoint names."""
        return list(self.header.names.values())

    @property
    def side(self) -> int:
        """Pixels of the longer side that the network sees."""
        from tools.networks.ultralytics_openvino import side_of

        exported = self._on_openvino()
        return exported.side if exported else side_of(self._loaded())

    @property
    def _stride(self) -> int:
        exported = self._on_openvino()
        return exported.stride if exported else int(max(self._loaded().model.stride))

    def detect_many(self, looks: Sequence[Look], floor: float) -> list[list[Box]]:
        """Together where the labels agree and the pictures fit the same canvas."""
        together: dict[tuple[tuple[int, int], tuple[str, ...]], list[int]] = {}
        for index, (pixels, labels) in enumerate(looks):
            key = canvas(pixels.shape, self.side, self._stride), tuple(labels)
            together.setdefault(key, []).append(index)
        found: list[list[Box]] = [[] for _ in looks]
        for (shape, labels), indices in together.items():
            boxes = self._predict([looks[index][0] for index in indices], shape, labels, floor)
            for index, mine in zip(indices, boxes, strict=True):
                found[index] = mine
        return found

    def embed(self, labels: tuple[str, ...]) -> Any:
        """Text embeddings of the labels, shape (1, labels, channels); open vocabulary only.

        Raises:
            ToolUnavailableError: ultralytics would take a file of the working directory for the
                text encoder.
        """
        if self.text_encoder and Path(self.text_encoder).exists():
            raise ToolUnavailableError(
                f"{self.text_encoder} lies in the working directory, where ultralytics looks "
                "first; start elsewhere"
            )
        return self._loaded().get_text_pe(list(labels))

    def _predict(
        self, batch: list[Any], shape_hw: tuple[int, int], labels: tuple[str, ...], floor: float
    ) -> list[list[Box]]:
        if (exported := self._on_openvino()) is not None:
            numbers = class_numbers(exported.names, labels)
            found = exported.predict(batch, shape_hw, numbers, floor)
            return [as_boxes(rows, exported.names) for rows in found]
        with self._predicting:
            return self._by_torch(batch, shape_hw, labels, floor)

    def _by_torch(
        self, batch: list[Any], shape_hw: tuple[int, int], labels: tuple[str, ...], floor: float
    ) -> list[list[Box]]:
        from tools.networks.torch_runtime import pick_device, threads_kept
        from tools.networks.ultralytics_openvino import IOU

        model = self._loaded()
        if self.is_open_vocabulary and labels and labels != self._classes:
            model.set_classes(list(labels), self.embed(labels))
            self._classes = labels
        names = {int(index): str(name) for index, name in model.names.items()}
        boxed = [letterboxed(pixels[:, :, ::-1], shape_hw) for pixels in batch]  # it takes BGR
        with threads_kept():
            results = model.predict(
                boxed,
                conf=floor,
                classes=class_numbers(names, labels),
                imgsz=shape_hw,
                iou=IOU,
                device=pick_device(self.device),
                verbose=False,
                save=False,
            )
        rows = [result.boxes.data.cpu().numpy() for result in results]
        return [
            as_boxes(unboxed(found, shape_hw, pixels.shape), names)
            for found, pixels in zip(rows, batch, strict=True)
        ]

    def _on_openvino(self) -> ExportedDetector | None:
        """The exported weights, where they run on OpenVINO: a CPU, a detector of fixed labels."""
        from tools.networks.openvino_runtime import is_wanted

        if self.is_open_vocabulary or not is_wanted(self.runtime, self.device):
            return None
        with self._loading:
            if self._exported is None and not self._is_torch_only:
                from tools.networks.ultralytics_openvino import ExportedDetector, OtherTaskError

                try:
                    self._exported = ExportedDetector(self.weights, load_checkpoint)
                except OtherTaskError:
                    self._is_torch_only = True
        return self._exported

    def _loaded(self) -> Any:
        if self._model is None:
            self._model = load_checkpoint(self.weights)
        return self._model


def load_checkpoint(weights: Path) -> Any:
    """Ultralytics' model of a checkpoint that finds boxes.

    Raises:
        ToolUnavailableError: the file is no checkpoint, or one for another task.
    """
    from tools.networks.torch_runtime import import_ultralytics, threads_kept

    ultralytics = import_ultralytics()
    try:
        with threads_kept():
            model = ultralytics.YOLO(str(weights))
    except Exception as error:
        # Unpickling a file that is no checkpoint may raise anything.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ToolUnavailableError(f"{weights} cannot be loaded: {reason}") from error
    if model.task not in TASKS:
        raise ToolUnavailableError(f"{weights} finds no boxes; its task: {model.task}")
    return model
