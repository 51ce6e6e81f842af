"""What every detector can do, whatever weights it has.

Weights load on first use, in the thread that first detects; making a detector reads a few bytes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.networks.openvino_runtime import Runtime

Box = tuple[str, float, tuple[float, float, float, float]]
"""Label, score in [0, 1], box_xyxy in pixels of what was looked at."""
Look = tuple[Any, Sequence[str]]
"""uint8 RGB pixels (height, width, 3), and the labels that are looked for; all if none."""


class Detector(ABC):
    """Weights that find boxes."""

    is_open_vocabulary = False
    """Whether labels are free text."""
    text_encoder: str | None = None
    """The file of the encoder that reads such labels."""

    def __init__(self, weights: Path, device: str = "auto", runtime: Runtime = "auto") -> None:
        self.weights = weights
        self.device = device
        self.runtime: Runtime = runtime

    @abstractmethod
    def labels(self) -> list[str]:
        """All labels that the weights know; reads no more of the file than that.

        Raises:
            ToolUnavailableError: they cannot be read.
        """

    @property
    @abstractmethod
    def side(self) -> int:
        """Pixels of the longer side that the network sees."""

    @abstractmethod
    def detect_many(self, looks: Sequence[Look], floor: float) -> list[list[Box]]:
        """Boxes that score at least `floor`, best first, for each look, together where possible.

        Raises:
            ToolUnavailableError: the weights cannot be loaded.
        """

    def detect(self, pixels: Any, labels: Sequence[str], floor: float) -> list[Box]:
        """What `detect_many` gives for one look."""
        return self.detect_many([(pixels, labels)], floor)[0]


def open_detector(weights: Path, device: str = "auto", runtime: Runtime = "auto") -> Detector:
    """The detector for a file of weights."""
    from tools.networks.ultralytics_detector import UltralyticsDetector

    return UltralyticsDetector(weights, device, runtime)


def class_numbers(names: dict[int, str], labels: Sequence[str]) -> list[int] | None:
    """The class numbers of labels; None, which is all, where none is named."""
    return [number for number, name in names.items() if name in labels] if labels else None


def as_boxes(rows: Any, names: dict[int, str]) -> list[Box]:
    """Rows (boxes, 6) of left, top, right, bottom, score, class as boxes, best first."""
    found: list[Box] = []
    for left, top, right, bottom, score, number in rows.tolist():
        found.append((names[int(number)], score, (left, top, right, bottom)))
    return sorted(found, key=lambda box: -box[1])
