"""The one door to torch, torchvision and ultralytics: call `prepare()` before importing them.

What it mends, each seen with the versions that constraints.txt pins:

- Registry wheels of torchvision are built against CUDA torch. With a CPU torch their compiled
  operators do not load, and `import torchvision` fails with `operator torchvision::nms does not
  exist`; transformers and ultralytics both import it. The missing schemas are registered, and
  `nms` gets a pure torch implementation, so that ultralytics' post-processing works as well.
- Importing ultralytics sets `OMP_NUM_THREADS=1` for the whole process, and its first prediction on
  a CPU sets torch's threads to one less than there are cores: `threads_kept()` puts both back.
- ultralytics syncs usage, checks for a network, installs packages, and runs what a checkpoint tells
  it to, unless told not to.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.errors import ToolUnavailableError
from tools.weights.places import cache_directory

if TYPE_CHECKING:
    import torch

SAFE_LOAD = "ULTRALYTICS_SAFE_LOAD"
GPU_DRIVERS = ("nvidiactl", "nvhost-gpu", "nvgpu", "nvmap", "dxg", "kfd")
"""Devices of Linux: NVIDIA's cards, its boards (Jetson), Windows' GPU in WSL, AMD's ROCm."""
_lock = threading.Lock()
_done: list[bool] = []


def prepare() -> None:
    """Make torch, torchvision and transformers importable; cheap when it has run before."""
    with _lock:
        if _done:
            return
        import torch  # noqa: F401 - first, so that its own threads are set up by the environment

        try:
            import torchvision  # noqa: F401
        except RuntimeError as error:
            if "torchvision::" not in str(error):
                raise
            _register_operators()
        _done.append(True)


def import_ultralytics() -> Any:
    """The ultralytics package: offline unless told otherwise, quiet, threads left alone.

    Raises:
        ToolUnavailableError: somebody imported it before safe loading was set: it looks only then.
    """
    prepare()
    os.environ.setdefault("YOLO_OFFLINE", "True")
    os.environ.setdefault("YOLO_AUTOINSTALL", "False")
    os.environ.setdefault("YOLO_VERBOSE", "False")
    os.environ.setdefault(SAFE_LOAD, "True")  # a checkpoint is a pickle
    os.environ.setdefault("YOLO_CONFIG_DIR", str(cache_directory() / "ultralytics"))
    Path(os.environ["YOLO_CONFIG_DIR"]).mkdir(parents=True, exist_ok=True)
    with threads_kept():
        import ultralytics

        _check_safe_loading()
        ours = {"sync": False, "weights_dir": str(cache_directory() / "detector")}
        if any(ultralytics.settings.get(name) != value for name, value in ours.items()):
            ultralytics.settings.update(ours)
    return ultralytics


def _check_safe_loading() -> None:
    from ultralytics import utils

    is_wanted = os.environ[SAFE_LOAD].lower() in {"true", "1"}
    if is_wanted and not getattr(utils, "SAFE_LOAD", False):
        raise ToolUnavailableError(
            "ultralytics was imported before it was told to load safely, and a checkpoint is a "
            f"pickle, which may run anything: set {SAFE_LOAD}=True before it is imported"
        )


@contextmanager
def threads_kept() -> Iterator[None]:
    """Put `OMP_NUM_THREADS` and torch's number of threads back to what they were."""
    import torch

    variable, threads = os.environ.get("OMP_NUM_THREADS"), torch.get_num_threads()
    try:
        yield
    finally:
        if variable is None:
            os.environ.pop("OMP_NUM_THREADS", None)
        else:
            os.environ["OMP_NUM_THREADS"] = variable
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)


def pick_device(device: str) -> str:
    """`auto` → the first GPU, else the CPU; torch is asked only where there may be a GPU."""
    if device != "auto":
        return device
    if not _may_have_gpu():
        return "cpu"
    prepare()
    import torch

    return "cuda:0" if torch.cuda.is_available() else "cpu"


def is_cpu(device: str) -> bool:
    """Whether `device` is the CPU in any case: torch is not asked, so a GPU may still be of no use.

    There looks gain from running side by side, on a GPU from running in one batch.
    """
    return device == "cpu" or (device == "auto" and not _may_have_gpu())


def _may_have_gpu() -> bool:
    """Whether this system has a driver through which torch's `cuda` could reach a GPU."""
    if sys.platform == "linux":
        return any(Path("/dev", name).exists() for name in GPU_DRIVERS)
    return sys.platform != "darwin"


def _register_operators() -> None:
    import torch

    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    library = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
    for operator in ("nms", "qnms"):
        schema = f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
        library.define(schema)  # type: ignore[no-untyped-call]
    library.impl("nms", _nms, "CompositeExplicitAutograd")  # type: ignore[no-untyped-call]
    globals()["_library"] = library  # torch drops the registration with the object
    import torchvision

    torchvision.extension._has_ops = lambda: True  # noqa: SLF001 - the nms above is what it asks for


def _nms(dets: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    """Greedy non-maximum suppression: `dets` float (n, 4) xyxy, `scores` (n,) → kept indices."""
    import torch

    areas = (dets[:, 2] - dets[:, 0]) * (dets[:, 3] - dets[:, 1])
    order = scores.argsort(descending=True, stable=True)
    kept = []
    while order.numel():
        best, rest = order[0], order[1:]
        kept.append(best)
        corner = torch.maximum(dets[best, :2], dets[rest, :2])
        sides = (torch.minimum(dets[best, 2:], dets[rest, 2:]) - corner).clamp(min=0)
        shared = sides[:, 0] * sides[:, 1]
        union = areas[best] + areas[rest] - shared
        order = rest[shared <= iou_threshold * union]
    return torch.stack(kept) if kept else order
