"""What the machine has, and what a model needs of it."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

GIB = 1 << 30
_BYTES_PER_WEIGHT = (
    (r"awq|gptq|int4|w4a16|4bit|nvfp4|mxfp4", 0.6),
    (r"fp8|int8|w8a8|8bit", 1.03),
)
"""Below one byte for four bits: scales, and layers that stay in 16 bits."""
_MXFP4 = {"gpt-oss-20b": 13.0, "gpt-oss-120b": 63.0}
LEAST_CACHE_GIB = 2.0
"""For the KV cache, activations and CUDA graphs, beside the weights."""


@dataclass(frozen=True)
class Gpu:
    """One device, memory in GiB."""

    name: str
    total_gib: float
    free_gib: float


def gpus() -> list[Gpu]:
    """The NVIDIA devices that are there; none where nvidia-smi is not."""
    query = ["nvidia-smi", "--query-gpu=name,memory.total,memory.free",
             "--format=csv,noheader,nounits"]  # fmt: skip
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return []
    return parse_gpus(done.stdout)


def free_ram_gib() -> float:
    """The memory that could be had now without swapping."""
    import psutil

    return float(psutil.virtual_memory().available) / GIB


def parse_gpus(table: str) -> list[Gpu]:
    """nvidia-smi's lines "NVIDIA H200, 143771, 143160" (MiB)."""
    devices = []
    for line in table.splitlines():
        name, _, sizes = line.partition(",")
        total, _, free = sizes.partition(",")
        if total.strip().isdigit() and free.strip().isdigit():
            devices.append(Gpu(name.strip(), int(total) / 1024, int(free) / 1024))
    return devices


def weights_gib(model: str) -> float | None:
    """The memory that the weights of a folder, or of a name such as Qwen/Qwen3-8B-AWQ, take.

    None where the name does not tell.
    """
    folder = Path(model)
    if folder.is_dir():
        return sum(file.stat().st_size for file in folder.glob("*.safetensors")) / GIB or None
    name = model.rpartition("/")[2].lower()
    if name in _MXFP4:
        return _MXFP4[name]
    billions = re.search(r"(?<![\w.])(\d+(?:\.\d+)?)b(?![a-z0-9])", name.replace("_", "-"))
    if billions is None:
        return None
    per_weight = next((size for kind, size in _BYTES_PER_WEIGHT if re.search(kind, name)), 2.0)
    return float(billions[1]) * 1e9 * per_weight / GIB
