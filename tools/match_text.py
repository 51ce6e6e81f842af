"""Scores short descriptions against a picture or a region: which of them fits, or none of them.

Pictures and texts meet in one space (`tools.networks.encoders.SharedSpace`), so that anything which
can be said in a few words can be asked for. What it reports are estimates: nothing was found,
counted or read.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.base import BatchedTool, VisionTool, vision_tool
from tools.errors import BadArgumentError
from tools.evidence import Finding, Region, Status, ToolReport
from tools.explain.subjects import of_text
from tools.networks.encoders import SharedSpace
from tools.pictures.store import Picture
from tools.weights.find import Missing, find

if TYPE_CHECKING:
    from tools.toolset import ToolConfig

WEIGHTS = "model.safetensors"
MOST_CANDIDATES = 100
WHEN = "Where no tool sees it."
"""What a planner should know of every tool that estimates."""


def fusion_weights(config: ToolConfig, tool: str = "match_text") -> Path | Missing:
    """The folder of the fused model that the configuration finds, or what `tool` is missing.

    Raises:
        InputError: an explicit path that does not exist.
    """
    weights = find(tool, explicit=config.fusion, builtin="fusion", file=WEIGHTS)
    return weights if isinstance(weights, Missing) else weights.parent


def match_text_tool(config: ToolConfig) -> VisionTool | Missing:
    """The tool for the folder that the configuration finds, or what is missing."""
    folder = fusion_weights(config)
    if isinstance(folder, Missing):
        return folder
    from tools.networks.shared_space import open_space

    try:
        space = open_space(folder, config.device, config.runtime)
    except (OSError, ValueError) as error:
        return Missing("match_text", str(error), f"mend the files in {folder}")
    return make_tool(space, config.match_threshold)


def make_tool(space: SharedSpace, threshold: float | None = None) -> VisionTool:
    """The vision tool of a space; from the threshold on (the space's bar, if None) a text fits."""
    bar = space.bar if threshold is None else threshold
    floor = space.floor if threshold is None else min(space.floor, 1 - threshold)

    def match_text(
        picture: Picture, candidates: list[str], region: Region | None = None
    ) -> ToolReport:
        """Estimate which description fits."""
        (report,) = several([{"picture": picture, "candidates": candidates, "region": region}])
        if isinstance(report, Exception):
            raise report
        return report

    def several(calls: list[dict[str, Any]]) -> list[ToolReport | Exception]:
        images = space.images([call["picture"].crop(call["region"]) for call in calls])
        return [answer(images[i : i + 1], **call) for i, call in enumerate(calls)]

    def answer(
        image: Any, picture: Picture, candidates: Sequence[str], region: Region | None
    ) -> ToolReport | Exception:
        texts = list(dict.fromkeys(text.strip() for text in candidates if text.strip()))
        if not 0 < len(texts) <= MOST_CANDIDATES:
            return BadArgumentError(f"give between 1 and {MOST_CANDIDATES} candidates")
        scores = space.probabilities(image, space.texts(texts))[0]
        ranked = sorted(zip(map(float, scores), texts, strict=True), key=lambda row: -row[0])
        common = {"picture": picture.ref, "box_xyxy": region and region.box_xyxy}
        findings = tuple(
            _judged(text, score, common, bar, floor, is_best=not rank)
            for rank, (score, text) in enumerate(ranked)
        )
        return ToolReport(summary=f"match_text {picture.ref.id}", findings=findings)

    tool = vision_tool(match_text, version=f"1:{space.version}:{bar}")
    about = {
        "side_by_side": True,
        "description": f"{tool.description} {WHEN}",
        "explains": lambda evidence, _arguments: of_text(space, evidence.label or ""),
    }
    return BatchedTool(**(vars(tool) | about), run_batch=several)


def _judged(
    text: str, score: float, common: dict[str, Any], bar: float, floor: float, *, is_best: bool
) -> Finding:
    """The best is found from the bar on; what is at most at the floor, and below it, is `none`."""
    status: Status = "unsure"
    if score >= bar and is_best:
        status = "found"
    elif score <= floor and score < bar:
        status, score = "none", 1 - score
    return Finding(**common, label=text, score=score, status=status, kind="estimate")
