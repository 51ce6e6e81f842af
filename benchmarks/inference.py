"""Networks on the CPU: OpenVINO against torch (OCR: ONNX Runtime), side by side in one run.

    python -m benchmarks.inference [--rounds 20] [--json out.json]

The built-in weights look at the same pictures on both, taking turns, so that a busy machine slows
them alike. Times are median wall-clock milliseconds a picture, with each side's own pre- and
post-processing. The largest difference of what they say is printed beside them: it is part of the
result.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.networks.openvino_runtime import Runtime

ROOT = Path(__file__).resolve().parents[1]

Pixels = NDArray[np.uint8]
Look = Callable[[Pixels], Any]
RUNTIMES: tuple[Runtime, ...] = ("openvino", "torch")
FLOOR = 0.01
"""The least score of a box: low, so that there are some to compare."""


@dataclass(frozen=True)
class Row:
    """One network on both runtimes."""

    what: str
    torch_ms: float
    openvino_ms: float
    difference: str

    @property
    def ratio(self) -> float:
        """How many times as fast OpenVINO is."""
        return self.torch_ms / self.openvino_ms


def compare(
    what: str,
    sides: Sequence[Look],
    pictures: Sequence[Pixels],
    rounds: int,
    differ: Callable[[Any, Any], str],
) -> Row:
    """Time both on each picture in turn; the first look of each, which loads, is not timed."""
    ours, theirs = sides
    said = [(ours(picture), theirs(picture)) for picture in pictures]
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds):
        picture = pictures[turn % len(pictures)]
        order = ((0, ours), (1, theirs)) if turn % 2 else ((1, theirs), (0, ours))
        for side, look in order:
            began = time.perf_counter()
            look(picture)
            times[side].append(1000 * (time.perf_counter() - began))
    worst = max((differ(a, b) for a, b in said), default="")
    return Row(what, statistics.median(times[1]), statistics.median(times[0]), worst)


def detector(what: str, weights: Path, pictures: Sequence[Pixels], rounds: int) -> Row:
    """A detector's weights."""
    from tools.networks.detectors import Box, open_detector

    sides = [open_detector(weights, "cpu", runtime) for runtime in RUNTIMES]

    def differ(a: list[Box], b: list[Box]) -> str:
        if len(a) != len(b):
            return f"{len(a)} and {len(b)} boxes"
        pairs = list(zip(a, b, strict=True))
        score = max((abs(x[1] - y[1]) for x, y in pairs), default=0.0)
        pixels = max((max(abs(np.subtract(x[2], y[2]))) for x, y in pairs), default=0.0)
        return f"score {score:.5f}, box {pixels:.3f} px"

    looks = [(lambda p, s=side: s.detect(p, [], FLOOR)) for side in sides]
    return compare(what, looks, pictures, rounds, differ)


def classifier(what: str, sides: Sequence[Any], pictures: Sequence[Pixels], rounds: int) -> Row:
    """A network that gives scores, on both runtimes."""

    def differ(a: Any, b: Any) -> str:
        return f"score {np.abs(np.subtract(a, b)).max():.5f}"

    looks = [(lambda p, s=side: s.scores([p])) for side in sides]
    return compare(what, looks, pictures, rounds, differ)


def reader(pictures: Sequence[Pixels], rounds: int) -> Row:
    """The OCR of a page."""
    from tools.reading.engine import RapidOcrEngine
    from tools.reading.page import read_page

    sides = [RapidOcrEngine(runtime=runtime) for runtime in RUNTIMES]

    def lines(pixels: Pixels, engine: RapidOcrEngine) -> list[str]:
        return [line.text for line in read_page(pixels, engine).lines]

    def differ(a: list[str], b: list[str]) -> str:
        return "same text" if a == b else f"{sum(x != y for x, y in zip(a, b, strict=False))} lines"

    looks = [(lambda p, s=side: lines(p, s)) for side in sides]
    return compare("OCR, a receipt", looks, pictures, rounds, differ)


def measure(rounds: int) -> list[Row]:
    """All rows."""
    from evaluation.pictures import pixels_of
    from models.catalog import FOLDER
    from tools.networks import imagenet
    from tools.networks.classifier import Classifier

    generator = np.random.default_rng(0)
    pictures = [generator.integers(0, 256, (480, 640, 3), dtype=np.uint8) for _ in range(4)]
    rows = []
    weights, folder = FOLDER / "detector" / "detector.pt", FOLDER / "classifier"
    if weights.is_file():
        rows.append(detector("detector", weights, pictures, rounds))
    if (folder / "model.safetensors").is_file():
        sides = [Classifier(folder, "cpu", runtime) for runtime in RUNTIMES]
        rows.append(classifier("products", sides, pictures, rounds))
    if imagenet.is_installed():
        kinds = [imagenet.ImageNet("cpu", runtime) for runtime in RUNTIMES]
        rows.append(classifier("ImageNet's kinds", kinds, pictures, rounds))
    receipt = pixels_of(ROOT / "examples" / "receipt.png")
    rows.append(reader([receipt], max(2, rounds // 4)))
    return rows


def main() -> None:
    """Measure, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = measure(options.rounds)
    import torch

    machine = f"{platform.machine()}, {torch.get_num_threads()} threads"
    print(f"{machine}\n{'':22}{'torch':>9}{'OpenVINO':>10}{'ratio':>7}  largest difference")
    for row in rows:
        print(
            f"{row.what:22}{row.torch_ms:7.1f}ms{row.openvino_ms:8.1f}ms{row.ratio:7.2f}"
            f"  {row.difference}"
        )
    if options.json:
        found = [asdict(row) | {"ratio": row.ratio} for row in rows]
        options.json.write_text(json.dumps({"machine": machine, "rows": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
