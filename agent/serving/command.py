"""The command line that serves a model: which vLLM, which flags, whether it fits."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent.planners.builtin import packaged_weights
from agent.serving.errors import ServingError
from agent.serving.families import Family, family_of
from agent.serving.hardware import LEAST_CACHE_GIB, Gpu, weights_gib
from models import catalog

ENVIRONMENT = Path(".venv-vllm")
"""The environment of vLLM's own: it pins torch."""
DEFAULT_PORT = 8000
UTILIZATION = 0.9
"""vLLM's own default share of a GPU's memory."""
CPU_CACHE_GIB = 1
"""Room for the KV cache without a GPU; the built-in planner takes 12 KiB a token."""


@dataclass(frozen=True)
class Command:
    """What is run, and where the server will answer."""

    words: tuple[str, ...]
    environment: Mapping[str, str]
    """On top of the environment of whoever starts it."""
    model: str
    served_name: str
    url: str
    """`http://host:port/v1`; of a unix socket the host is a stand-in."""
    family: Family
    uds: Path | None = None
    api_key: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        variables = [f"{name}={shlex.quote(value)}" for name, value in self.environment.items()]
        return " ".join([*variables, shlex.join(self.words)])


def build(
    model: str | None = None,
    *,
    gpus: Sequence[Gpu] = (),
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    uds: Path | None = None,
    utilization: float | None = None,
    adapters: Sequence[str] = (),
    api_key: str | None = None,
    python: Path | None = None,
    extra: Sequence[str] = (),
) -> Command:
    """The command for a model; without one, for what suits the machine.

    Args:
        model: a hub's `owner/name` or a folder; None: the catalogue's choice for the GPU's memory,
            and without a GPU the built-in planner.
        gpus: what `hardware.gpus` found.
        host, port: where to listen; loopback unless told otherwise.
        uds: a unix socket instead.
        utilization: the share of each GPU's memory that vLLM takes.
        adapters: LoRA adapters for the planner, `name=folder` each.
        api_key: what clients have to send; it guards only /v1.
        python: the interpreter of vLLM's environment; looked for if None.
        extra: words for vLLM, added last, so that they win.

    Raises:
        ServingError: there is no vLLM, or the model does not fit into the memory.
    """
    revision = None
    if model is None:
        model, revision = _choose(gpus)
    family = family_of(model)
    check_fits(model, gpus, UTILIZATION if utilization is None else utilization, extra)
    launcher, is_cpu_build = find_vllm(python)
    served = Path(model).name if Path(model).is_dir() else model
    words = [*launcher, "--model", model] if is_cpu_build else [*launcher, model]
    words += ["--served-model-name", served]
    if revision:
        words += ["--revision", revision]
    words += ["--uds", str(uds)] if uds else ["--host", host, "--port", str(port)]
    words += ["--enable-auto-tool-choice", "--tool-call-parser", family.tool_parser]
    if family.reasoning_parser:
        words += ["--reasoning-parser", family.reasoning_parser]
    if family.template_arguments:
        words += ["--default-chat-template-kwargs", json.dumps(dict(family.template_arguments))]
    if family.sampling:
        words += ["--override-generation-config", json.dumps(dict(family.sampling))]
    words += family.flags
    if adapters:
        words += ["--enable-lora", "--lora-modules", *adapters]
    environment: dict[str, str] = {"VLLM_NO_USAGE_STATS": "1"}
    if Path(model).is_dir():
        environment["HF_HUB_OFFLINE"] = "1"
    if gpus:
        if utilization is not None:
            words += ["--gpu-memory-utilization", f"{utilization:g}"]
    else:
        environment["VLLM_CPU_KVCACHE_SPACE"] = str(CPU_CACHE_GIB)
    if Path(model).resolve() == packaged_weights().resolve():
        # As the process itself runs it: the weights are halves, the arithmetic is not.
        words += ["--dtype", "float32"]
    if api_key:
        environment["VLLM_API_KEY"] = api_key
    at = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - only compared
    return Command(
        (*words, *extra), environment, model, served, f"http://{at}:{port}/v1", family, uds, api_key
    )


def check_fits(
    model: str, gpus: Sequence[Gpu], utilization: float, extra: Sequence[str] = ()
) -> None:
    """Hold the weights against the GPUs' memory, before minutes are spent on loading.

    Raises:
        ServingError: they cannot fit; the message names what does.
    """
    needed = weights_gib(model)
    if not gpus or needed is None or "--quantization" in extra:
        return
    shared = next(
        (int(n) for word, n in zip(extra, [*extra[1:], ""], strict=True)
         if word in {"--tensor-parallel-size", "-tp"} and n.isdigit()), 1,
    )  # fmt: skip
    room = sum(gpu.total_gib * utilization for gpu in gpus[:shared])
    if needed + LEAST_CACHE_GIB * shared <= room:
        free = sum(gpu.free_gib for gpu in gpus[:shared])
        if room <= free + 0.5:
            return
        raise ServingError(
            f"{free:.0f} GiB of the GPU's memory are free, and a share of {utilization:g} is "
            f"{room:.0f} GiB: end what else runs there, or give --gpu-memory-utilization "
            f"{max(free - 0.5, 0) / sum(gpu.total_gib for gpu in gpus[:shared]):.2f}"
        )
    fitting = catalog.planner_for(room / UTILIZATION)
    advice = f"; {fitting.name} would fit" if fitting else ""
    raise ServingError(
        f"{model} takes about {needed:.0f} GiB and room for its cache, and "
        f"{room:.0f} GiB of {gpus[0].name} are to be used{advice}; choose a smaller or quantised "
        "model, or spread it over several GPUs (-- --tensor-parallel-size 2)"
    )


def find_vllm(python: Path | None = None) -> tuple[list[str], bool]:
    """The words that start vLLM's server, and whether it is the build for CPUs.

    Looked for in: `python`, `.venv-vllm` here and beside the project, this environment.

    Raises:
        ServingError: it is nowhere.
    """
    project = catalog.FOLDER.parent
    places = [python] if python else [
        folder / "bin" / "python" for folder in (ENVIRONMENT, project / ENVIRONMENT)
    ] + [Path(sys.executable)]  # fmt: skip
    for place in places:
        found = _distribution(place)
        if found == "vllm-cpu":
            # Its `vllm serve` asks for the version of a distribution that it is not.
            return [str(place), "-m", "vllm.entrypoints.openai.api_server"], True
        if found:
            return [str(place.with_name("vllm")), "serve"], False
    looked = ", ".join(map(str, places))
    raise ServingError(
        f"vLLM is not installed (looked in {looked}). It wants an environment of its own: "
        "make vllm, or with a GPU: python3 -m venv .venv-vllm && .venv-vllm/bin/pip install vllm"
    )


def _distribution(python: Path) -> str | None:
    if not python.exists():
        return None
    ask = (
        "from importlib.metadata import packages_distributions as p;"
        "print(*p().get('vllm', []))"
    )
    done = subprocess.run(  # noqa: S603
        [python, "-c", ask], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": ""},
    )  # fmt: skip
    names = done.stdout.split()
    return names[0] if names else None


def _choose(gpus: Sequence[Gpu]) -> tuple[str, str | None]:
    if not gpus:
        return str(packaged_weights()), None
    chosen = catalog.planner_for(gpus[0].total_gib)
    if chosen is None:
        raise ServingError(
            f"{gpus[0].name} has {gpus[0].total_gib:.0f} GiB, and the smallest planner of the "
            "catalogue needs more; name one with --model"
        )
    return chosen.hub_id, chosen.revision
