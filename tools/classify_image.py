"""Picture classification with a CNN from a folder: config.json, labels.json, model.safetensors.

The architecture is a torchvision (or timm) name; the weights are safetensors, never a pickle.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.base import BatchedTool, VisionTool, vision_tool
from tools.errors import ToolUnavailableError
from tools.evidence import Finding, Region, ToolReport
from tools.pictures.store import Picture
from tools.weights.find import Missing, find

if TYPE_CHECKING:
    from tools.networks.openvino_runtime import Runtime
    from tools.toolset import ToolConfig


WEIGHTS = "model.safetensors"
MOST_NAMED = 60
"""So many labels are named in the tool's description."""


class ClassifierConfig(BaseModel):
    """`config.json` of a classifier folder."""

    model_config = ConfigDict(extra="forbid")

    architecture: str = Field(description="A torchvision name (resnet18), or timm:NAME.")
    input_size: int = Field(gt=0, description="Pixels of the square that the network sees.")
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    temperature: float = Field(default=1.0, gt=0, description="Logits are divided by this.")
    known_threshold: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="A best score, or a score of all known classes together, below this: "
        "not one of them.",
    )
    coarse_of: tuple[str, ...] | None = Field(
        default=None,
        description="The coarse class of each label; answered where the label itself is unsure.",
    )
    has_other: bool = Field(
        default=False, description="One more output, behind the labels': none of them."
    )
    kind: str = Field(default="class", description="What the labels are kinds of: product.")


@dataclass(frozen=True)
class Guess:
    """What a picture shows: calibrated scores and labels, best first, and that it is one at all."""

    fine: tuple[tuple[float, str], ...]
    coarse: tuple[tuple[float, str], ...]
    """Scores of the coarse classes, each the sum of its labels'; empty without coarse classes."""
    known: float
    """The score of all labels together."""

    @property
    def certainty(self) -> float:
        """How sure it is that this is one of the known classes, fine or coarse."""
        return min(self.known, max(self.fine[0][0], self.coarse[0][0] if self.coarse else 0.0))


class Classifier:
    """A classifier folder, loaded on first use."""

    def __init__(self, folder: Path, device: str = "auto", runtime: Runtime = "auto") -> None:
        self.folder = folder
        self.config = ClassifierConfig.model_validate_json((folder / "config.json").read_text())
        self.labels = _labels(folder / "labels.json")
        coarse_of = self.config.coarse_of
        if coarse_of is not None and len(coarse_of) != len(self.labels):
            raise ValueError(
                f"{folder}: {len(self.labels)} labels, and coarse classes of {len(coarse_of)}"
            )
        self._device = device
        self.runtime: Runtime = runtime
        self._network: Any = None
        self._model: Any = None

    @property
    def _outputs(self) -> int:
        return len(self.labels) + self.config.has_other

    def guesses(self, pictures: Sequence[Any]) -> list[Guess]:
        """What each uint8 RGB array (height, width, 3) shows.

        Raises:
            ToolUnavailableError: the weights cannot be loaded into the architecture.
        """
        return [self.guess(row) for row in self.scores(pictures)]

    def guess(self, scores: list[float]) -> Guess:
        """Probabilities of the outputs, as `scores` gives them, by label and coarse class."""
        fine = list(zip(scores, self.labels, strict=False))
        coarse: dict[str, float] = {}
        for (score, _), name in zip(fine, self.config.coarse_of or (), strict=False):
            coarse[name] = coarse.get(name, 0.0) + score
        return Guess(
            fine=tuple(sorted(fine, reverse=True)),
            coarse=tuple(sorted(((min(s, 1.0), name) for name, s in coarse.items()), reverse=True)),
            known=min(sum(score for score, _ in fine), 1.0),
        )

    def verdict(
        self, guess: Guess, threshold: float
    ) -> Literal["fine", "coarse", "unsure", "none"]:
        """At which level a guess is sure; `none`: it is not one of the classes."""
        if guess.certainty < self.config.known_threshold:
            return "none"
        if guess.fine[0][0] >= threshold:
            return "fine"
        return "coarse" if guess.coarse and guess.coarse[0][0] >= threshold else "unsure"

    def scores(self, pictures: Sequence[Any]) -> list[list[float]]:
        """Calibrated probabilities of each uint8 RGB array (height, width, 3).

        One a label, and a last one for none of them where the weights have it.

        Raises:
            ToolUnavailableError: the weights cannot be loaded into the architecture.
        """
        from tools.networks.openvino_runtime import is_wanted
        from tools.networks.torch_runtime import pick_device, prepare

        prepare()
        import torch

        batch = torch.stack([self._as_input(pixels) for pixels in pictures])
        if is_wanted(self.runtime, self._device):
            logits = torch.from_numpy(self._on_openvino()(batch.numpy())[0])
        else:
            with torch.inference_mode():
                logits = self._loaded()(batch.to(pick_device(self._device))).cpu()
        rows: list[list[float]] = (logits / self.config.temperature).softmax(1).tolist()
        return rows

    def _on_openvino(self) -> Any:
        """The network on OpenVINO, exported on first use; any number of pictures at once."""
        if self._network is None:
            from tools.networks import openvino_runtime

            architecture = self.config.architecture.replace(":", "-")
            self._network = openvino_runtime.compiled(
                self.folder / WEIGHTS,
                f"{architecture}-{self._outputs}-{self.config.input_size}px",
                self._export,
            )
        return self._network

    def _export(self, folder: Path) -> None:
        import openvino
        import torch

        from tools.networks import openvino_runtime

        side = self.config.input_size
        example = torch.zeros(1, 3, side, side)
        network = openvino.convert_model(
            self._loaded().cpu(), example_input=example, input=[-1, 3, side, side]
        )
        openvino_runtime.save(network, folder)

    def _as_input(self, pixels: Any) -> Any:
        import torch
        from PIL import Image

        side = self.config.input_size
        resized = Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC)
        tensor = torch.frombuffer(bytearray(resized.tobytes()), dtype=torch.uint8)
        tensor = tensor.view(side, side, 3).permute(2, 0, 1).float() / 255
        mean, std = (torch.tensor(v).view(3, 1, 1) for v in (self.config.mean, self.config.std))
        return (tensor - mean) / std

    def _loaded(self) -> Any:
        if self._model is None:
            from tools.networks.torch_runtime import pick_device, prepare

            prepare()
            from safetensors import SafetensorError
            from safetensors.torch import load_file

            file = self.folder / WEIGHTS
            try:
                model = self._architecture()
                model.load_state_dict(load_file(file))
            except (RuntimeError, SafetensorError, ValueError, ImportError) as error:
                raise ToolUnavailableError(
                    f"{file} does not fit {self.config.architecture}: {str(error).splitlines()[0]}"
                ) from None
            self._model = model.eval().to(pick_device(self._device))
        return self._model

    def _architecture(self) -> Any:
        name = self.config.architecture
        outputs = self._outputs
        if name.startswith("timm:"):
            import timm

            return timm.create_model(name.removeprefix("timm:"), num_classes=outputs)
        import torchvision

        return torchvision.models.get_model(name, num_classes=outputs)


def _labels(file: Path) -> list[str]:
    """The class names, in the order of the network's outputs.

    Raises:
        ValueError: the file holds something else.
    """
    labels = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise ValueError(f"{file} is no list of names")
    return labels


def classifier_weights(config: ToolConfig) -> Path | Missing:
    """The weights that the configuration finds, in the classifier's folder, or what is missing.

    Raises:
        InputError: an explicit path that does not exist.
    """
    return find(
        "classify_image",
        explicit=config.classifier,
        builtin="classifier",
        file=WEIGHTS,
    )


def classify_image_tool(config: ToolConfig) -> VisionTool | Missing:
    """The tool for the folder that the configuration finds, or what is missing."""
    weights = classifier_weights(config)
    if isinstance(weights, Missing):
        return weights
    try:
        classifier = Classifier(weights.parent, config.device, config.runtime)
    except (OSError, ValueError) as error:
        return Missing("classify_image", str(error), f"mend the files in {weights.parent}")
    return make_tool(classifier, config.classify_threshold)


def make_tool(classifier: Classifier, threshold: float) -> VisionTool:
    """The vision tool of a classifier."""

    def classify_image(
        picture: Picture,
        region: Region | None = None,
        top_k: Annotated[int, Field(ge=1, le=10)] = 5,
    ) -> ToolReport:
        """Say what kind of thing a picture, or a region of it, shows; best first.

        Args:
            top_k: How many candidates to report.
        """
        (guess,) = classifier.guesses([picture.crop(region)])
        return _report(classifier, guess, picture, region, top_k=top_k, threshold=threshold)

    def several(calls: list[dict[str, Any]]) -> list[ToolReport]:
        guesses = classifier.guesses([call["picture"].crop(call["region"]) for call in calls])
        return [
            _report(classifier, guess, **call, threshold=threshold)
            for guess, call in zip(guesses, calls, strict=True)
        ]

    stat = (classifier.folder / WEIGHTS).stat()
    version = f"3:{stat.st_size}-{stat.st_mtime_ns}:{classifier.runtime}:{threshold}"
    tool = vision_tool(classify_image, version=version)
    about = {"description": f"{tool.description} {_known(classifier)}"}
    return BatchedTool(**(vars(tool) | about), run_batch=several)


def _known(classifier: Classifier) -> str:
    """What a planner should know of the labels: all, or their kinds, or the first of them."""
    names = list(dict.fromkeys(classifier.config.coarse_of or classifier.labels))
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    of = f"{len(classifier.labels)} labels of the kinds" if classifier.config.coarse_of else "only"
    return f"It knows {of}: {', '.join(names[:MOST_NAMED])}{more}."


def _report(
    classifier: Classifier,
    guess: Guess,
    picture: Picture,
    region: Region | None,
    *,
    top_k: int,
    threshold: float,
) -> ToolReport:
    """The labels by score; first the coarse class where it is sure and no label is."""
    common: dict[str, Any] = {"picture": picture.ref, "box_xyxy": region and region.box_xyxy}
    summary = f"classify_image {picture.ref.id}"
    verdict = classifier.verdict(guess, threshold)
    if verdict == "none":
        label = f"{classifier.config.kind} that I know"
        none = Finding(**common, label=label, value=0, status="none", score=1 - guess.known)
        return ToolReport(summary=summary, findings=(none,))
    ranked = guess.fine[:top_k]
    if verdict == "coarse":
        ranked = (guess.coarse[0], *ranked)[:top_k]
    findings = tuple(
        Finding(
            **common,
            label=label,
            score=min(score, 1.0),
            status="found" if score >= threshold else "unsure",
        )
        for score, label in ranked
    )
    return ToolReport(summary=summary, findings=findings)
