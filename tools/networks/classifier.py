"""A classifier from a folder: config.json, labels.json, model.safetensors; pixels to probabilities.

The architecture is a torchvision or timm name; the weights are safetensors, never a pickle. What a
tool says of the probabilities is `tools.kinds`'.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.errors import ToolUnavailableError
from tools.networks.classification_network import ClassificationNetwork
from tools.networks.openvino_runtime import Runtime
from tools.networks.pixel_network import InputTransform

WEIGHTS = "model.safetensors"


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
    mirrored: bool = Field(
        default=False, description="A picture and its mirror image are looked at, and averaged."
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
    """A classifier folder; its weights load on first use.

    Raises:
        OSError, ValueError: the folder lacks a file, or one of them is of no use.
    """

    def __init__(self, folder: Path, device: str = "auto", runtime: Runtime = "auto") -> None:
        self.folder = folder
        self.config = ClassifierConfig.model_validate_json((folder / "config.json").read_text())
        self.labels = _labels(folder / "labels.json")
        coarse_of = self.config.coarse_of
        if coarse_of is not None and len(coarse_of) != len(self.labels):
            raise ValueError(
                f"{folder}: {len(self.labels)} labels, and coarse classes of {len(coarse_of)}"
            )
        architecture = self.config.architecture.replace(":", "-")
        self.network = ClassificationNetwork(
            folder / WEIGHTS,
            f"{architecture}-{self._outputs}",
            self._load,
            InputTransform(self.config.input_size, self.config.mean, self.config.std),
            device=device,
            runtime=runtime,
        )

    @property
    def runtime(self) -> Runtime:
        """What it was told to run on."""
        return self.network.runtime

    @property
    def _outputs(self) -> int:
        return len(self.labels) + self.config.has_other

    def scores(self, pictures: Sequence[Any]) -> list[list[float]]:
        """Calibrated probabilities of each uint8 RGB array (height, width, 3).

        One a label, and a last one for none of them where the weights have it.

        Raises:
            ToolUnavailableError: the weights cannot be loaded into the architecture.
        """
        rows: list[list[float]] = self.network.probabilities(
            pictures, self.config.temperature, mirrored=self.config.mirrored
        ).tolist()
        return rows

    def guesses(self, pictures: Sequence[Any]) -> list[Guess]:
        """What each uint8 RGB array (height, width, 3) shows.

        Raises:
            ToolUnavailableError: the weights cannot be loaded into the architecture.
        """
        return [self.guess(row) for row in self.scores(pictures)]

    def guess(self, scores: Sequence[float]) -> Guess:
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

    def _load(self) -> Any:
        from tools.networks.torch_runtime import prepare

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
        return model

    def _architecture(self) -> Any:
        name = self.config.architecture
        if name.startswith("timm:"):
            import timm

            return timm.create_model(name.removeprefix("timm:"), num_classes=self._outputs)
        import torchvision

        return torchvision.models.get_model(name, num_classes=self._outputs)


def _labels(file: Path) -> list[str]:
    """The class names, in the order of the network's outputs.

    Raises:
        ValueError: the file holds something else.
    """
    labels = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise ValueError(f"{file} is no list of names")
    return labels
