"""Picture classification with a CNN from a folder: config.json, labels.json, model.safetensors.

The architecture is a torchvision (or timm) name; the weights are safetensors, never a pickle.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from tools.base import VisionTool, vision_tool
from tools.errors import ToolUnavailableError
from tools.evidence import Finding, Region, ToolReport
from tools.images import Picture
from tools.weights import Missing, find

if TYPE_CHECKING:
    from tools.toolset import ToolConfig


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
        description="A best score below this: not one of the known classes.",
    )


class Classifier:
    """A classifier folder, loaded on first use."""

    def __init__(self, folder: Path, device: str = "auto") -> None:
        self.folder = folder
        self.config = ClassifierConfig.model_validate_json((folder / "config.json").read_text())
        self.labels: list[str] = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        self._device = device
        self._model: Any = None

    def scores(self, pixels: Any) -> list[float]:
        """Calibrated probabilities, one a label, of uint8 RGB pixels (height, width, 3).

        Raises:
            ToolUnavailableError: the weights do not fit the architecture.
        """
        model = self._loaded()
        import torch
        from PIL import Image

        side = self.config.input_size
        resized = Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC)
        tensor = torch.frombuffer(bytearray(resized.tobytes()), dtype=torch.uint8)
        tensor = tensor.view(side, side, 3).permute(2, 0, 1).float() / 255
        mean, std = (torch.tensor(v).view(3, 1, 1) for v in (self.config.mean, self.config.std))
        with torch.inference_mode():
            logits = model(((tensor - mean) / std)[None].to(self._where))[0]
            return [float(p) for p in (logits / self.config.temperature).softmax(0).cpu()]

    def _loaded(self) -> Any:
        if self._model is None:
            from tools.torch_runtime import pick_device, prepare

            prepare()
            from safetensors.torch import load_file

            self._where = pick_device(self._device)
            model = self._architecture()
            try:
                model.load_state_dict(load_file(self.folder / "model.safetensors"))
            except RuntimeError as error:
                raise ToolUnavailableError(
                    f"{self.folder / 'model.safetensors'} does not fit {self.config.architecture}: "
                    f"{str(error).splitlines()[0]}"
                ) from None
            self._model = model.eval().to(self._where)
        return self._model

    def _architecture(self) -> Any:
        name = self.config.architecture
        if name.startswith("timm:"):
            import timm

            return timm.create_model(name.removeprefix("timm:"), num_classes=len(self.labels))
        import torchvision

        return torchvision.models.get_model(name, num_classes=len(self.labels))


def classify_image_tool(config: ToolConfig) -> VisionTool | Missing:
    """The tool for the folder that the configuration finds, or what is missing."""
    weights = find(
        "classify_image",
        explicit=config.classifier,
        builtin="classifier",
        file="model.safetensors",
    )
    if isinstance(weights, Missing):
        return weights
    return make_tool(Classifier(weights.parent, config.device), config.classify_threshold)


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
        scores = classifier.scores(picture.crop(region))
        ranked = sorted(zip(scores, classifier.labels, strict=True), reverse=True)[:top_k]
        box = region.box_xyxy if region else None
        if ranked[0][0] < classifier.config.known_threshold:
            findings = [
                Finding(
                    picture=picture.ref, box_xyxy=box, label="known class", value=0, status="none",
                    score=1 - ranked[0][0],
                )
            ]  # fmt: skip
        else:
            status = "found" if ranked[0][0] >= threshold else "unsure"
            findings = [
                Finding(picture=picture.ref, box_xyxy=box, label=label, score=score, status=status)
                for score, label in ranked
            ]
        return ToolReport(summary=f"classify_image {picture.ref.id}", findings=tuple(findings))

    stat = (classifier.folder / "model.safetensors").stat()
    return vision_tool(classify_image, version=f"1:{stat.st_size}-{stat.st_mtime_ns}:{threshold}")
