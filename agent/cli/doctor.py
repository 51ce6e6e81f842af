"""`vqa-agent doctor`: what is installed, what can run here, who plans, what to do about each gap.

The last check asks a real question about a small picture: what works there, works.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Literal

from agent.cli.console import ANSWERED, FAILED, clean, output, working
from agent.cli.factory import Options, open_agent
from agent.cli.render import duration, planner_name
from agent.errors import PlannerError
from agent.files import dumps
from agent.trying import QUESTION, small_picture

if TYPE_CHECKING:
    from rich.table import Table

    from agent import VisualAgent

REQUIRED = (
    "langchain", "llguidance", "torch", "transformers", "xgrammar", "ultralytics", "rapidocr",
    "onnxruntime", "zxing-cpp", "pillow", "supervision",
)  # fmt: skip
OPTIONAL = {
    "vqa-agent": "make install (it runs from the source tree all the same)",
    "pillow-heif": "pip install pillow-heif, to read HEIC pictures",
}
MARKS = {"ok": ("✓", "green"), "gap": ("–", "yellow"), "failed": ("✗", "red")}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `gap`: works without; `failed`: needed, and not there."""

    part: Literal["installed", "tools", "planner"]
    name: str
    status: Literal["ok", "gap", "failed"]
    found: str
    fix: str = ""


def run_doctor(factory: Any, options: Options, *, as_json: bool) -> int:
    """Look at everything, print it; returns 0 if questions can be answered, else 1."""
    with working("looking around …"):
        checks = [*check_installation(), check_device(), check_vllm()]
        with open_agent(factory, options) as agent:
            checks += check_settings(agent)
            planner = check_planner(agent)  # first: a tool that hangs shows when it is asked
            checks += [*check_tools(agent), planner]
    answers = {"tools", "planner"} <= {c.part for c in checks if c.status == "ok"}
    if as_json:
        print(dumps({"answers": answers, "checks": [asdict(c) for c in checks]}, indent=2))
    else:
        show(checks, answers=answers)
    return ANSWERED if answers else FAILED


def check_installation() -> Iterator[Check]:
    """Python and the packages that matter, with their versions; nothing is imported for it."""
    system = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    yield Check("installed", "Python", "ok", system)
    for name in (*REQUIRED, *OPTIONAL):
        try:
            yield Check("installed", name, "ok", version(name))
        except PackageNotFoundError:
            if name in OPTIONAL:
                yield Check("installed", name, "gap", "not installed", OPTIONAL[name])
            else:
                yield Check("installed", name, "failed", "not installed", "make install")


def check_device() -> Check:
    """What the tools compute on."""
    try:
        import torch
    except (ImportError, OSError) as error:
        return Check("installed", "device", "failed", f"torch: {error}", "make install")
    if torch.cuda.is_available():
        return Check("installed", "device", "ok", f"GPU: {torch.cuda.get_device_name()}")
    from tools.networks.openvino_runtime import is_installed

    runtime = "OpenVINO" if is_installed() else "torch (pip install openvino is faster)"
    found = f"CPU, {torch.get_num_threads()} threads, networks on {runtime}"
    return Check("installed", "device", "ok", found)


def check_vllm() -> Check:
    """What `vqa-agent serve-llm` would start; only needed for that."""
    from agent.serving import ServingError
    from agent.serving.command import find_vllm

    try:
        found = find_vllm()
    except ServingError:
        fix = "make vllm, to plan with a model of your own (vqa-agent serve-llm)"
        return Check("installed", "vLLM", "gap", "not installed", fix)
    where = f"{found.version} ({found.distribution}) in {found.python.parent.parent}"
    return Check("installed", "vLLM", "ok", where)


def check_settings(agent: VisualAgent) -> Iterator[Check]:
    """The file that settings were read from, if there is one."""
    if (file := agent.settings.env_file) is not None:
        yield Check("installed", "settings", "ok", f"those of {file}, below the environment's")


def check_tools(agent: VisualAgent) -> Iterator[Check]:
    """The tools that are offered, those that hang, and those that are not there."""
    from tools.weights.downloads import how_to_pull

    troubles = agent.troubles
    for tool in agent.toolset.offered:
        if trouble := troubles.get(tool.name):
            fix = "start again; if it stays so, give it longer (VQA_TOOL_TIMEOUT_S) or leave it out"
            yield Check("tools", tool.name, "failed", trouble, fix)
        else:
            yield Check("tools", tool.name, "ok", f"version {tool.version}")
    for row in agent.settings.not_pulled:
        found = "not here yet, built-in weights look"
        yield Check("tools", row.name, "gap", found, how_to_pull(row))
    for missing in agent.toolset.missing:
        yield Check("tools", missing.what, "gap", missing.why, missing.what_to_do)


def check_planner(agent: VisualAgent) -> Check:
    """Whether a question gets through, and who planned."""
    url = agent.settings.planner_url
    try:
        answer = agent.ask(small_picture(), QUESTION)
    except PlannerError as error:
        return Check("planner", url or "builtin", "failed", str(error))
    how = duration(answer.timings_ms.get("total", 0.0))
    if (runtime := getattr(agent.planner, "runs_on", None)) is not None:
        how += f", weights on {runtime}"
    return Check("planner", planner_name(answer), "ok", f"“{QUESTION}” → “{answer}” ({how})")


def show(checks: Iterable[Check], *, answers: bool) -> None:
    """Print the checks, part by part, and the verdict."""
    from rich.text import Text

    console = output()
    listed = list(checks)
    for part in dict.fromkeys(check.part for check in listed):
        console.print(Text(part, style="bold"))
        console.print(_table(check for check in listed if check.part == part))
        console.print()
    verdict = ("Questions can be answered.", "bold green") if answers else (
        "Questions cannot be answered yet: see ✗ above.", "bold red"
    )  # fmt: skip
    console.print(Text(verdict[0], style=verdict[1]))


def _table(checks: Iterable[Check]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for check in checks:
        mark, style = MARKS[check.status]
        said = Text(clean(check.found))
        if check.fix:
            said.append(clean(f"\n→ {check.fix}"), style="cyan")
        table.add_row(Text(mark, style=style), clean(check.name), said)
    return table
