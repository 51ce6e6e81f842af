"""The numbers of a fused model, as its configuration file has them."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict

WEIGHTS, ANSWERS, CONFIG = "model.safetensors", "answers.json", "config.json"
"""Its files, in one folder with those of its text encoder (`tools.networks.text_config`)."""


class FusionConfig(BaseModel):
    """What `tools.networks.shared_space` and `tools.networks.fused_answers` compute with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    side: int
    """Pixels of the square that the image encoder sees."""
    image_width: int
    """Dimensions of its vectors."""
    slope: float
    offset: float
    """Of the logistic that makes a probability of how much better than others a picture fits."""
    match_bar: float
    """From this probability on a text is said to fit."""
    candidates: int
    """So many answers, the likeliest by the question and the fused features, are looked into."""
    fused_strength: float
    space_strength: float
    """What the evidence of the picture weighs beside what the question alone says."""
    temperature: float
    """What the logits are divided by before they are called probabilities."""
    answer_bar: float
    """From this probability on an answer is said."""

    @classmethod
    def of(cls, folder: Path) -> Self:
        """The configuration in a folder.

        Raises:
            pydantic.ValidationError: the file is another one's.
        """
        return cls.model_validate_json((folder / CONFIG).read_text(encoding="utf-8"))
