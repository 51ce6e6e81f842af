from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tools.errors import ToolUnavailableError

NOISE = np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)


def test_nms_of_other_architectures_works_without_compiled_operators() -> None:
    from tools.networks.torch_runtime import import_ultralytics

    ultralytics = import_ultralytics()
    import torch
    import torchvision  # noqa: F401 - once it is there, ultralytics takes its nms
    from ultralytics.utils.nms import non_max_suppression

    heap = [[50, 50, 20, 20, 0.9, 0], [52, 50, 20, 20, 0.8, 0], [51, 50, 20, 20, 0, 0.7]]
    apart = [[200, 200, 20, 20, 0.6, 0]]
    predictions = torch.tensor([*heap, *apart], dtype=torch.float32).T[None]
    (kept,) = non_max_suppression(predictions, conf_thres=0.5, iou_thres=0.5)
    assert [(round(score, 1), label) for *_, score, label in kept.tolist()] == [
        (0.9, 0), (0.7, 1), (0.6, 0),
    ]  # fmt: skip
    (result,) = ultralytics.YOLO("yolov8n.yaml").predict(
        NOISE, conf=1e-9, imgsz=160, verbose=False, device="cpu"
    )
    assert len(result.boxes) > 1


def test_an_ultralytics_that_loads_unsafely_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it does where somebody imported it before: it reads the setting at its import."""
    from tools.networks.torch_runtime import import_ultralytics
    from tools.networks.ultralytics_detector import load_checkpoint

    utils = import_ultralytics().utils
    monkeypatch.setattr(utils, "SAFE_LOAD", False)
    with pytest.raises(ToolUnavailableError, match="ULTRALYTICS_SAFE_LOAD=True before"):
        load_checkpoint(Path("mine.pt"))


def test_our_nms_keeps_the_best_of_each_heap() -> None:
    from tools.networks.torch_runtime import _nms, prepare

    prepare()
    import torch

    boxes = torch.tensor([[0, 0, 10, 10], [1, 1, 10, 10], [50, 50, 60, 60], [0, 0, 10, 10.0]])
    scores = torch.tensor([0.8, 0.9, 0.3, 0.1])
    assert _nms(boxes, scores, 0.5).tolist() == [1, 2]
    assert _nms(boxes[:0], scores[:0], 0.5).tolist() == []


def test_ultralytics_leaves_the_process_alone(weights: Path) -> None:
    """In a process of its own, where OMP_NUM_THREADS is not set."""
    program = f"""
import os, pathlib
import numpy as np
import torch
torch.set_num_threads(3)
from tools.networks.detectors import open_detector
open_detector(pathlib.Path({str(weights)!r}), "cpu").detect(np.zeros((64, 64, 3), np.uint8), [], 0.5)
import ultralytics
from ultralytics.utils import AUTOINSTALL, ONLINE
print(os.environ.get("OMP_NUM_THREADS"), torch.get_num_threads(), AUTOINSTALL, ONLINE,
      ultralytics.settings["sync"])
"""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name != "OMP_NUM_THREADS" and not name.startswith("YOLO_")
    }
    environment["XDG_CACHE_HOME"] = str(weights.parent / "cache")
    command = [sys.executable, "-c", program]
    ran = subprocess.run(
        command, capture_output=True, text=True, timeout=120, env=environment, check=False
    )
    assert ran.stdout.split() == ["None", "3", "False", "False", "False"], ran.stderr
