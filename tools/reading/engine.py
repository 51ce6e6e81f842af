"""The OCR engine: finds text boxes, tells which way they face, and reads them.

One object owns the models and loads them on first use. It knows pixels and quadrilaterals only;
turning pages is `tools.reading.orientation`'s, rows and order are `tools.reading.lines`'s.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tools.errors import ToolUnavailableError
from tools.networks import cores
from tools.networks.openvino_runtime import Runtime, compile_network, is_installed

Pixels = NDArray[np.uint8]
"""HxWx3, RGB."""
Quads = NDArray[np.float32]
"""Nx4x2: corners x, y in pixels, clockwise from the top left as the text box stands."""


LONGEST_SIDE = 20_000
"""Pixels; RapidOCR scales down what is longer, so this is out of the way: pages come in shape."""


class OcrEngine(Protocol):
    """What reading a page needs of an engine; tests pass a scripted one."""

    version: str

    def detect(self, pixels: Pixels) -> Quads:
        """Text boxes in pixels of the array given; empty where there is no text."""

    def upside_down(self, crops: Sequence[Pixels]) -> list[float]:
        """For each crop (text lying) how sure it is that it stands on its head, in [0, 1]."""

    def recognize(self, crops: Sequence[Pixels]) -> list[tuple[str, float]]:
        """Text and confidence in [0, 1] of each crop (text lying and upright)."""


class RapidOcrEngine:
    """RapidOCR with the PP-OCRv6 models of its own wheel: Chinese, English, Latin, no network.

    Args:
        threads: threads of one model run; None: as `tools.networks.cores` has it.
        runtime: OpenVINO where it is installed (auto, openvino), or ONNX Runtime (torch).

    Raises:
        ToolUnavailableError: at the first call, if rapidocr or its models are not there.
    """

    def __init__(self, *, threads: int | None = None, runtime: Runtime = "auto") -> None:
        self._threads = threads
        self._is_openvino = runtime != "torch" and is_installed()
        self.version = f"rapidocr-ppocrv6-small-{'openvino' if self._is_openvino else 'onnx'}"
        self._mine = threading.local()
        self._lock = threading.Lock()

    def detect(self, pixels: Pixels) -> Quads:
        """Text boxes in pixels of the array given; empty where there is no text."""
        result = self._loaded()(
            _bgr(pixels),
            use_det=True,
            use_cls=False,
            use_rec=False,
            return_word_box=False,
            return_single_char_box=False,
            text_score=0.0,
            box_thresh=0.5,
            unclip_ratio=1.6,
        )
        boxes = getattr(result, "boxes", None)
        if boxes is None:
            return np.zeros((0, 4, 2), dtype=np.float32)
        return np.asarray(boxes, dtype=np.float32).reshape(-1, 4, 2)

    def upside_down(self, crops: Sequence[Pixels]) -> list[float]:
        """For each crop (text lying) how sure it is that it stands on its head, in [0, 1]."""
        if not crops:
            return []
        _, result = self._loaded().cls_and_rotate([_bgr(crop) for crop in crops])
        return [
            float(score) if label == "180" else 1.0 - float(score)
            for label, score in result.cls_res
        ]

    def recognize(self, crops: Sequence[Pixels]) -> list[tuple[str, float]]:
        """Text and confidence in [0, 1] of each crop (text lying and upright)."""
        if not crops:
            return []
        result = self._loaded().recognize_txt([_bgr(crop) for crop in crops])
        return [
            (str(text), min(max(float(score), 0.0), 1.0))
            for text, score in zip(result.txts, result.scores, strict=True)
        ]

    def _loaded(self) -> Any:
        """RapidOCR as this thread has it: it keeps things from one step to the next."""
        if not hasattr(self._mine, "engine"):
            with self._lock:
                self._mine.engine = self._load()
        return self._mine.engine

    def _load(self) -> Any:
        try:
            from rapidocr import EngineType, RapidOCR
        except ImportError as error:
            raise ToolUnavailableError(
                "text cannot be read here: rapidocr is not installed; answer without read_text"
            ) from error
        engine = "openvino" if self._is_openvino else "onnxruntime"
        threads = self._threads or cores.threads()
        ocr = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.max_side_len": LONGEST_SIDE,
                "EngineConfig.onnxruntime.intra_op_num_threads": threads or -1,
                "EngineConfig.openvino.inference_num_threads": threads or -1,
            }
            | {f"{part}.engine_type": EngineType(engine) for part in ("Det", "Cls", "Rec")}
        )
        with _compiled_by_us(threads) if self._is_openvino else nullcontext():
            for part in ("det", "cls", "rec"):
                getattr(ocr, f"_load_{part}_model")()
        return ocr


@contextmanager
def _compiled_by_us(threads: int | None) -> Iterator[None]:
    """Within it, RapidOCR compiles its networks with our settings: it has none for the precision.

    Half of it reads other characters.
    """
    import openvino
    from rapidocr.inference_engine.openvino import main

    class Core(openvino.Core):  # type: ignore[misc]
        def compile_model(self, model: Any, device_name: str) -> Any:  # noqa: ARG002
            return compile_network(model, threads)

    theirs, main.Core = main.Core, Core
    try:
        yield
    finally:
        main.Core = theirs


def _bgr(pixels: Pixels) -> Pixels:
    """RapidOCR takes arrays as OpenCV does: blue first."""
    return np.ascontiguousarray(pixels[:, :, ::-1])
