"""The one door to OpenVINO: networks exported once, kept by the hash of their weights, run on CPUs.

Networks compute in float32, as torch does: OpenVINO would choose bfloat16 where the CPU has it,
which moves scores by a hundredth.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from threading import Lock, local
from typing import Any, Literal

from models.catalog import sha256_of
from tools.errors import ToolUnavailableError
from tools.networks import cores
from tools.networks.torch_runtime import pick_device
from tools.weights.places import cache_directory

log = logging.getLogger(__name__)

Runtime = Literal["auto", "openvino", "torch"]
FILE = "network.xml"
_ALONE = Lock()
"""OpenVINO sets the process's locale to C while it compiles; two at once leave it there."""


def is_installed() -> bool:
    """Whether the package is there; it is not imported for that."""
    return find_spec("openvino") is not None


def is_wanted(runtime: Runtime, device: str) -> bool:
    """Whether a network runs on OpenVINO: on a CPU, unless the setting says torch.

    Raises:
        ToolUnavailableError: the setting asks for OpenVINO, which is not installed.
    """
    if runtime == "torch":
        return False
    if runtime == "openvino" and not is_installed():
        raise ToolUnavailableError("openvino is not installed; pip install openvino")
    return is_installed() and pick_device(device) == "cpu"


def exported(weights: Path, kind: str, export: Callable[[Path], None]) -> Path:
    """The folder of a network's export; made by `export(folder)` if it is not in the cache.

    Args:
        weights: the file that it is made from; another content, another export.
        kind: what else changes it: the package and its version, the size.
        export: writes `network.xml` and what belongs to it into the folder given.
    """
    name = f"{sha256_of(weights)[:32]}-{kind}-openvino{version('openvino')}"
    folder = cache_directory() / "openvino" / name
    if not (folder / FILE).is_file():
        log.info("preparing %s for this CPU (once, some seconds) …", weights.name)
        folder.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix="making-", dir=folder.parent))
        try:
            with warnings.catch_warnings():
                # OpenVINO and ultralytics convert by torch.jit.trace, which torch deprecates.
                warnings.simplefilter("ignore", DeprecationWarning)
                export(making)
            _put(making, folder)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return folder


class Compiled:
    """A network that is ready to run; threads may run it at the same time, each for itself."""

    def __init__(self, network: Any) -> None:
        self._network = network
        self._mine = local()

    def __call__(self, batch: Any) -> Any:
        """The outputs for an input, by their numbers."""
        if not hasattr(self._mine, "request"):
            self._mine.request = self._network.create_infer_request()
        return self._mine.request.infer(batch, share_inputs=True)


def compiled(weights: Path, kind: str, export: Callable[[Path], None]) -> Compiled:
    """The network, ready to run; an export that cannot be read is made again, once."""
    folder = exported(weights, kind, export)
    try:
        return _read(folder / FILE)
    except RuntimeError:
        shutil.rmtree(folder, ignore_errors=True)
        return _read(exported(weights, kind, export) / FILE)


def compile_network(network: Any, threads: int | None, streams: int = 1) -> Any:
    """A network that was read, for single pictures on the CPU in float32.

    Args:
        network: OpenVINO's model.
        threads: of one inference; None: one for each core.
        streams: inferences that run side by side.

    OpenVINO keeps what it compiled, for this processor and this network: the next process reads it
    in a third of the time. A cache that cannot be written is done without.
    """
    import openvino

    options = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    if streams > 1:
        options["NUM_STREAMS"] = str(streams)
    if cores.streams() > 1:
        # Else each network's first stream would be tied to the same core.
        options["ENABLE_CPU_PINNING"] = "NO"
    with suppress(OSError):
        kept = cache_directory() / "openvino-compiled"
        kept.mkdir(parents=True, exist_ok=True)
        if os.access(kept, os.W_OK):
            options["CACHE_DIR"] = str(kept)
    if threads is not None:
        options["INFERENCE_NUM_THREADS"] = str(threads * streams)
    with _ALONE:
        return openvino.Core().compile_model(network, "CPU", options)


def save(network: Any, folder: Path) -> None:
    """Write a converted network in full precision as `network.xml`."""
    import openvino

    openvino.save_model(network, folder / FILE, compress_to_fp16=False)


def _put(made: Path, folder: Path) -> None:
    try:
        made.rename(folder)
    except OSError:
        if not (folder / FILE).is_file():  # another process was not the faster one: a broken rest
            shutil.rmtree(folder, ignore_errors=True)
            made.rename(folder)


def _read(file: Path) -> Compiled:
    import openvino

    network = openvino.Core().read_model(file)
    return Compiled(compile_network(network, cores.threads(), cores.streams()))
