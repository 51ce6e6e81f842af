"""Names what a picture or a region shows: ImageNet's thousand kinds, groceries, and what is above.

It answers at the deepest level that is sure ("dog"), then by candidates ("Labrador retriever"), or
says yes, no or unsure to kinds that are named. The networks are `tools.kinds.networks`'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from tools.base import BatchedTool, VisionTool, vision_tool
from tools.errors import BadArgumentError
from tools.evidence import Evidence, Finding, Region, ToolReport
from tools.explain.subjects import Subject
from tools.kinds.levels import Levels
from tools.kinds.networks import KindNetworks
from tools.networks import imagenet
from tools.networks.classifier import WEIGHTS, Classifier
from tools.pictures.store import Picture
from tools.weights.find import Missing, find
from tools.words.kinds import Kind

if TYPE_CHECKING:
    from tools.toolset import ToolConfig

MOST_NAMED = 60
"""So many labels are named in the tool's description, where it knows no more than these."""


def classifier_weights(config: ToolConfig) -> Path | Missing:
    """The weights that the configuration finds, in the classifier's folder, or what is missing.

    Raises:
        InputError: an explicit path that does not exist.
    """
    return find("classify_image", explicit=config.classifier, builtin="classifier", file=WEIGHTS)


def classify_image_tool(config: ToolConfig) -> VisionTool | Missing:
    """The tool for the folder that the configuration finds, or what is missing.

    A folder of one's own stands for itself; the built-in one has ImageNet's kinds beside it.
    """
    weights = classifier_weights(config)
    if isinstance(weights, Missing):
        return weights
    try:
        classifier = Classifier(weights.parent, config.device, config.runtime)
    except (OSError, ValueError) as error:
        return Missing("classify_image", str(error), f"mend the files in {weights.parent}")
    beside = None
    if config.classifier is None and imagenet.is_installed():
        beside = imagenet.ImageNet(config.device, config.runtime)
    return make_tool(KindNetworks(classifier, beside), config.classify_threshold)


def make_tool(networks: KindNetworks, threshold: float) -> VisionTool:
    """The vision tool of the networks; from the threshold on a kind is found."""

    def classify_image(
        picture: Picture,
        region: Region | None = None,
        top_k: Annotated[int, Field(ge=1, le=10)] = 5,
        kinds: list[str] | None = None,
    ) -> ToolReport:
        """Name the kind of thing.

        Args:
            kinds: null asks what it is.
        """
        (report,) = several(
            [{"picture": picture, "region": region, "top_k": top_k, "kinds": kinds}]
        )
        if isinstance(report, Exception):
            raise report
        return report

    def several(calls: list[dict[str, Any]]) -> list[ToolReport | Exception]:
        looks = networks.looks([call["picture"].crop(call["region"]) for call in calls])
        return [answer(look, **call) for look, call in zip(looks, calls, strict=True)]

    def answer(
        look: Levels, picture: Picture, region: Region | None, top_k: int, kinds: list[str] | None
    ) -> ToolReport | Exception:
        common = {"picture": picture.ref, "box_xyxy": region and region.box_xyxy}
        summary = f"classify_image {picture.ref.id}"
        if not kinds:
            findings = _named(networks, look, common, top_k, threshold)
            return ToolReport(summary=summary, findings=findings)
        try:
            asked = _known(networks, kinds)
        except BadArgumentError as error:
            return error
        findings = tuple(_judged(look, kind, common, threshold) for kind in asked)
        return ToolReport(
            summary=f"{summary} {', '.join(k.name for k in asked)}", findings=findings
        )

    tool = vision_tool(classify_image, version=_version(networks, threshold))
    about = {
        "side_by_side": True,
        "description": f"{tool.description} {_knows(networks)}",
        "explains": partial(_explained, networks),
    }
    return BatchedTool(**(vars(tool) | about), run_batch=several)


def _named(
    networks: KindNetworks, look: Levels, common: dict[str, Any], top_k: int, threshold: float
) -> tuple[Finding, ...]:
    """The deepest kind that is sure, then the candidates; or that it is none of the known."""
    if look.nothing is not None:
        label = f"{networks.classifier.config.kind} that I know"
        return (Finding(**common, label=label, value=0, status="none", score=look.nothing),)
    candidates = look.candidates()
    sure = look.deepest(threshold)
    scores = {key: look.own(key) for key in candidates}
    if sure is not None:
        scores = {sure: look.score(sure)} | {k: s for k, s in scores.items() if k != sure}
    return tuple(
        Finding(
            **common,
            label=networks.label(key),
            score=score,
            status="found" if score >= threshold else "unsure",
        )
        for key, score in list(scores.items())[:top_k]
    )


def _judged(look: Levels, kind: Kind, common: dict[str, Any], threshold: float) -> Finding:
    """Yes, no or unsure to one named kind."""
    status, score = look.judge(kind.key, threshold)
    value = 0 if status == "none" else None
    return Finding(**common, label=kind.name, value=value, score=score, status=status)


def _explained(
    networks: KindNetworks, evidence: Evidence, _arguments: Mapping[str, Any]
) -> Subject | None:
    """The probability of the kind that evidence names; None where it names none."""
    kind = networks.find(evidence.label or "")
    if kind is None:
        return None
    return Subject(
        networks.label(kind.key),
        lambda pictures: np.array([look.score(kind.key) for look in networks.looks(pictures)]),
        partial(networks.differentiable, kind.key),
    )


def _known(networks: KindNetworks, names: Sequence[str]) -> list[Kind]:
    """The kinds of these names, each once.

    Raises:
        BadArgumentError: a name that no network knows.
    """
    found = {name: networks.find(name) for name in names}
    if unknown := [name for name, kind in found.items() if kind is None]:
        raise BadArgumentError(
            f"none of my kinds: {', '.join(unknown)}; so I cannot tell whether it is one. "
            "kinds=null says what it is"
        )
    return list({kind.key: kind for kind in found.values() if kind is not None}.values())


def _version(networks: KindNetworks, threshold: float) -> str:
    stat = (networks.classifier.folder / WEIGHTS).stat()
    beside = "imagenet" if networks.imagenet is not None else "alone"
    runtime = networks.classifier.runtime
    return f"4:{stat.st_size}-{stat.st_mtime_ns}:{beside}:{runtime}:{threshold}"


def _knows(networks: KindNetworks) -> str:
    """What a planner should know of the labels: all, or their kinds, or the first of them."""
    labels, coarse_of = networks.classifier.labels, networks.classifier.config.coarse_of
    if networks.imagenet is not None:
        kind = networks.classifier.config.kind
        return f"It knows ImageNet's 1,000 kinds and {len(labels)} {kind}s."
    names = list(dict.fromkeys(coarse_of or labels))
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    of = f"{len(labels)} labels of the kinds" if coarse_of else "only"
    return f"It knows {of}: {', '.join(names[:MOST_NAMED])}{more}."
