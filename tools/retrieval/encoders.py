"""The encoders whose vectors an index holds, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.networks.encoders import Encoder, Rgb, SharedSpace, Vectors
from tools.weights.find import Missing

if TYPE_CHECKING:
    from tools.toolset import ToolConfig

SHARED, LOOK = "shared", "look"


@dataclass(frozen=True)
class Column:
    """One vector for each picture of an index: what it is called and what makes it."""

    name: str
    version: str
    dimensions: int
    encode: Callable[[Sequence[Rgb]], Vectors]


@dataclass(frozen=True)
class Encoders:
    """What pictures are indexed and searched by.

    `space` compares them with words. `look` compares them with each other, where that is another
    encoder; without it the shared space does.
    """

    space: SharedSpace
    look: Encoder[Rgb] | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The vectors that each picture has."""
        shared = Column(SHARED, self.space.version, self.space.dimensions, self.space.images)
        if self.look is None:
            return (shared,)
        look = self.look
        return shared, Column(LOOK, look.version, look.dimensions, look.encode)

    @property
    def between_pictures(self) -> Column:
        """The vectors by which pictures are compared with each other."""
        return self.columns[-1]


def open_encoders(config: ToolConfig) -> Encoders | Missing:
    """The encoders of the built-in weights, or of those that the settings name.

    Raises:
        InputError: an explicit path to weights that is wrong.
    """
    from tools.classify_image import classifier_weights
    from tools.match_text import fusion_weights
    from tools.networks.classifier import Classifier
    from tools.networks.look_encoder import LookEncoder
    from tools.networks.shared_space import FusedSpace, open_space

    weights = fusion_weights(config, "search")
    if isinstance(weights, Missing):
        return weights
    space = open_space(weights, config.device, config.runtime)
    kinds = classifier_weights(config)
    if isinstance(kinds, Missing) or not isinstance(space, FusedSpace):
        return Encoders(space)
    classifier = Classifier(kinds.parent, config.device, config.runtime)
    return Encoders(space, LookEncoder(space, classifier))
