"""Curves of a training for TensorBoard, where that is installed: `pip install vqa-agent[train]`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

FOLDER = "tensorboard"


class Board:
    """Writes numbers into `tensorboard/` of a work folder; nothing without TensorBoard.

    A training that goes on from a checkpoint writes the steps after it once more; TensorBoard
    shows the later of two.
    """

    def __init__(self, work: Path) -> None:
        self._writer = None
        if find_spec("tensorboard"):
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(str(work / FOLDER))

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        """Add a point to each curve."""
        if self._writer is not None:
            for name, value in values.items():
                self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        """Write what is still held."""
        if self._writer is not None:
            self._writer.close()
