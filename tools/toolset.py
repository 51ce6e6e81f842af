"""Which tools are offered here: those whose weights and libraries are there, and one's own.

Making the set is cheap: nothing heavy is imported and no weights are loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from tools.base import VisionTool
from tools.networks.openvino_runtime import Runtime
from tools.reading.phones import REGIONS
from tools.weights.find import Missing

ENTRY_POINTS = "vqa_agent.tools"


class ToolConfig(BaseModel):
    """What the tools load, and from which score on they believe it."""

    model_config = ConfigDict(extra="forbid")

    offer: list[str] | None = Field(
        default=None,
        description="Names of the built-in tools to offer; all that work here if unset.",
    )
    detector: str | None = Field(
        default=None, description="Weights of the detector: a path, or a name such as yolo26m.pt."
    )
    detect_threshold: float | None = Field(
        default=None, ge=0, le=1, description="From here on: found; the weights' own bar if unset."
    )
    detect_floor: float | None = Field(
        default=None, ge=0, le=1, description="From here on: unsure; the weights' own bar if unset."
    )
    detect_min_ap: float = Field(
        default=0.3, ge=0, le=1, description="Labels with a lower stated AP50 are not offered."
    )
    classifier: str | None = Field(default=None, description="Folder of the classifier.")
    classify_threshold: float = Field(default=0.6, ge=0, le=1, description="From here on: found.")
    fusion: str | None = Field(default=None, description="Folder of the fused model.")
    match_threshold: float | None = Field(
        default=None, ge=0, le=1, description="From here on a text fits; the weights' own if unset."
    )
    estimate_threshold: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="From here on an answer is given; the weights' own if unset.",
    )
    phone_regions: list[str] = Field(
        default=list(REGIONS),
        description="Countries whose phone numbers are known without + and a code: MY, US …",
    )
    index: Path | None = Field(
        default=None, description="File of the pictures that can be searched; unset: this user's."
    )
    allow_download: bool = Field(default=False, description="Fetch weights that are named.")
    device: str = Field(default="auto", description="auto, cpu, cuda:0 …")
    runtime: Runtime = Field(
        default="auto",
        description="What networks run on: OpenVINO on a CPU where it is installed (auto, "
        "openvino), or torch (OCR: ONNX Runtime).",
    )


@dataclass(frozen=True)
class Toolset:
    """What the planner is offered, and what is not there."""

    offered: tuple[VisionTool, ...]
    missing: tuple[Missing, ...]


def load_toolset(config: ToolConfig, extra: Sequence[VisionTool] = ()) -> Toolset:
    """The built-in tools that work here, those of installed packages, and `extra`.

    Raises:
        ValueError: an unknown name in `offer`.
        TypeError: a tool of one's own that is no `VisionTool`.
        InputError: an explicit path to weights that is wrong.
    """
    makers = _makers(config)
    unknown = set(config.offer or ()) - set(makers)
    if unknown:
        raise ValueError(
            f"no such tool: {', '.join(sorted(unknown))}; there are {', '.join(makers)}"
        )
    made = [make() for name, make in makers.items() if config.offer is None or name in config.offer]
    if config.offer is None:
        made += _from_entry_points()
    for tool in extra:
        if not isinstance(tool, VisionTool):
            raise TypeError(f"{tool!r} is no tool; decorate the function with @vision_tool")
    return Toolset(
        offered=(*(m for m in made if isinstance(m, VisionTool)), *extra),
        missing=tuple(m for m in made if isinstance(m, Missing)),
    )


def labels_of(tools: Iterable[VisionTool]) -> list[str]:
    """The labels that tools can be asked to look for, where they say which."""
    found: list[str] = []
    for tool in tools:
        rule = tool.parameters.model_json_schema().get("properties", {}).get("labels", {})
        found += (rule.get("items") or {}).get("enum", ())
    return list(dict.fromkeys(found))


def _makers(config: ToolConfig) -> dict[str, Callable[[], VisionTool | Missing]]:
    return {
        "read_text": lambda: _with(("rapidocr", "onnxruntime"), "read_text", config),
        "detect_objects": lambda: _with(("torch", "ultralytics"), "detect_objects", config),
        "classify_image": lambda: _with(("torch", "torchvision"), "classify_image", config),
        "describe_colors": lambda: _with((), "describe_colors"),
        "read_codes": lambda: _with(("zxingcpp",), "read_codes"),
        "match_text": lambda: _with((), "match_text", config),
        "answer_by_fusion": lambda: _with((), "answer_by_fusion", config),
    }


def _with(libraries: Iterable[str], name: str, *arguments: ToolConfig) -> VisionTool | Missing:
    """The tool `name` of the module of that name, where the libraries that it needs are there.

    A module has either the tool itself or `<name>_tool(…)`, which may find it missing.
    """
    absent = [library for library in libraries if find_spec(library) is None]
    if absent:
        why = f"{', '.join(absent)} is not installed"
        return Missing(name, why, f"pip install {' '.join(absent)}")
    module = import_module(f"tools.{name}")
    made: VisionTool | Missing = (
        getattr(module, f"{name}_tool")(*arguments)
        if hasattr(module, f"{name}_tool")
        else getattr(module, name)
    )
    return made


def _from_entry_points() -> list[VisionTool | Missing]:
    found: list[VisionTool | Missing] = []
    for entry in entry_points(group=ENTRY_POINTS):
        try:
            tool = entry.load()
        except Exception as error:
            found.append(Missing(entry.name, f"{entry.value} fails: {error}", "mend or remove it"))
            continue
        if isinstance(tool, VisionTool):
            found.append(tool)
        else:
            found.append(
                Missing(entry.name, f"{entry.value} is no vision tool", "use @vision_tool")
            )
    return found
