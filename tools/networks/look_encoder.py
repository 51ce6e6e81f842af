"""How a picture looks, to be compared with other pictures: the image encoder's vector, and kinds.

The image encoder tells scenes and things apart, the product classifier the packages that it would
take for the same. Both parts are of unit length: the square roots of probabilities are, and their
product is the Bhattacharyya coefficient of two distributions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.catalog import sha256_of
from tools.networks.classifier import WEIGHTS, Classifier
from tools.networks.encoders import Rgb, Tokens, Vectors, unit
from tools.networks.shared_space import FusedSpace

OF_KINDS = 1.0
"""What the kinds weigh beside the image encoder's vector."""


class LookEncoder:
    """An `Encoder` of pictures.

    Args:
        space: whose image encoder it is.
        classifier: one that has an output for none of its labels.
    """

    def __init__(self, space: FusedSpace, classifier: Classifier) -> None:
        self._space, self._classifier = space, classifier

    @property
    def version(self) -> str:
        """By the hashes of both networks' weights."""
        kinds = sha256_of(self._classifier.folder / WEIGHTS)
        return f"look-{OF_KINDS}-{kinds[:16]}-{self._space.version}"

    @property
    def dimensions(self) -> int:
        """Of a vector."""
        config = self._classifier.config
        return self._space.config.image_width + len(self._classifier.labels) + config.has_other

    def encode(self, batch: Sequence[Rgb]) -> Vectors:
        """One vector of unit length for each picture, float32 (n, `dimensions`)."""
        if not batch:
            return np.zeros((0, self.dimensions), np.float32)
        kinds = np.sqrt(np.asarray(self._classifier.scores(batch), np.float32))
        both = np.concatenate([self._space.seen(batch), OF_KINDS * kinds], axis=1)
        return unit(both)

    def tokens(self, batch: Sequence[Rgb]) -> Tokens:
        """The whole picture as its one part."""
        whole = self.encode(batch)[:, None]
        return Tokens(whole, np.ones(whole.shape[:2], bool))
