"""What one run is: everything that its weights depend on but the data."""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from tools.errors import InputError
from tools.networks.fusion import fusion_functions
from training.fusion.losses import contrastive_losses
from training.fusion.sides import image_encoders

Strategy = Literal["end-to-end", "joint"]
Sees = Literal["both", "question", "image"]
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
SEES: tuple[Sees, ...] = get_args(Sees)


@dataclass(frozen=True)
class Recipe:
    """The options of a run."""

    fusion: str = "cross-attention"
    strategy: Strategy = "joint"
    seed: int = 0
    steps: int = 600
    sees: Sees = "both"
    """What the network may look at; with one side alone it is what fusing has to beat."""
    augment: bool = False
    pseudo_labels: bool = False
    contrastive: str = "clip"
    """A name of `contrastive_losses`; joint learning only."""
    teacher: str = ""
    """A file of vectors to distil, `names` and `vectors`; joint learning only."""
    image: str = "backbone"
    """A name of `image_encoders`; joint learning only."""
    width: int = 256
    pictures: int = 24
    """Of a batch; each is asked about four times."""
    questions: int = 30_000
    """With pictures, at most."""
    prior: int = 30_000
    """Without pictures, at most."""
    kept: int = 1_000
    """Of those for stopping, and of those that are measured, at most."""
    every: int = 50
    """Steps between two measurements for stopping, and between checkpoints."""

    @property
    def name(self) -> str:
        """The run's folder: what differs between the runs of a table, and the seed."""
        usual = Recipe()
        marks = {
            self.image: self.image != usual.image,
            self.contrastive: self.contrastive != usual.contrastive,
            "taught": bool(self.teacher),
            "augmented": self.augment,
            "pseudo": self.pseudo_labels,
        }
        first = self.fusion if self.sees == "both" else f"{self.sees}-only"
        words = [first, self.strategy, *(mark for mark, is_so in marks.items() if is_so)]
        return f"{'-'.join(words)}-seed{self.seed}"

    def to_json(self) -> dict[str, Any]:
        """As `run.json` holds it."""
        return asdict(self)


def add_options(parser: argparse.ArgumentParser) -> None:
    """An option for each field of a recipe."""
    for field in fields(Recipe):
        flag = f"--{field.name.replace('_', '-')}"
        if isinstance(field.default, bool):
            parser.add_argument(flag, action="store_true")
        else:
            parser.add_argument(flag, type=type(field.default), default=field.default)


def recipe_of(options: argparse.Namespace) -> Recipe:
    """The recipe of parsed options.

    Raises:
        InputError: a name is none that there is, or a number cannot be.
    """
    recipe = Recipe(**{field.name: getattr(options, field.name) for field in fields(Recipe)})
    known = {
        "fusion": fusion_functions, "strategy": STRATEGIES, "sees": SEES,
        "contrastive": contrastive_losses, "image": image_encoders,
    }  # fmt: skip
    for name, values in known.items():
        if getattr(recipe, name) not in values:
            raise InputError(f"--{name} {getattr(recipe, name)}: choose from {', '.join(values)}")
    for name in ("steps", "width", "pictures", "questions", "kept", "every"):
        if getattr(recipe, name) < 1:
            raise InputError(f"--{name} must be at least 1")
    if recipe.teacher and not Path(recipe.teacher).is_file():
        raise InputError(f"--teacher {recipe.teacher}: there is no such file")
    return recipe
