"""The networks behind `classify_image`: a classifier's folder, and ImageNet's thousand kinds.

One look of each, joined on one tree. The folder's network (groceries) has an output for "none of
mine": what it holds goes to the kinds of ImageNet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tools.explain.gradcam import of_classes
from tools.explain.subjects import Differentiable
from tools.kinds.levels import Levels
from tools.networks.classification_network import ClassificationNetwork
from tools.networks.classifier import Classifier
from tools.networks.imagenet import ImageNet
from tools.words import kinds as words

NO_GROCERY = ("animal", "vehicle", "furniture", "clothing", "musical instrument", "building")
CONTRADICTS = 0.7
"""From this probability of one of those kinds on, the folder is not asked.

With it, 4.4 % of cut-out things that are no food are called a food, without it 5.4, by ImageNet's
network alone 3.2; of 296 groceries two more are named wrongly."""


class KindNetworks:
    """Names what a look shows.

    Args:
        classifier: a folder of one's own or the built-in groceries.
        imagenet: the network of ImageNet's kinds, asked about every look; None: only the folder.
    """

    def __init__(self, classifier: Classifier, imagenet: ImageNet | None = None) -> None:
        self.classifier = classifier
        self.imagenet = imagenet
        config = classifier.config
        self.kinds, self._keys = words.standard().with_labels(classifier.labels, config.coarse_of)
        self._excluding = [kind.key for n in NO_GROCERY if (kind := self.kinds.find(n)) is not None]
        outputs = {*self._keys.values(), *(words.imagenet() if imagenet is not None else ())}
        self._seen = {above for key in outputs for above in self.kinds.above(key)}
        self._said = {key: label for label, key in reversed(self._keys.items())}

    def looks(self, pictures: Sequence[Any]) -> list[Levels]:
        """What each uint8 RGB array (height, width, 3) shows.

        Raises:
            ToolUnavailableError: weights cannot be loaded.
        """
        mine = self.classifier.scores(pictures)
        if self.imagenet is None:
            return [self._alone(row) for row in mine]
        others = self.imagenet.scores(pictures).tolist()
        return [
            Levels(self.kinds, self._joined(row, other))
            for row, other in zip(mine, others, strict=True)
        ]

    def find(self, name: str) -> words.Kind | None:
        """The kind of that name, if one of the networks can see it."""
        kind = self.kinds.find(name)
        return kind if kind is not None and kind.key in self._seen else None

    def label(self, key: str) -> str:
        """A kind by the folder's own word for it, else by its name."""
        return self._said.get(key) or self.kinds[key].name

    def differentiable(self, key: str, pixels: Any) -> Differentiable:
        """The network behind the probability of a kind; of two, the one that is surer of it.

        Raises:
            ToolUnavailableError: weights cannot be loaded.
        """
        outputs = self._outputs(key, [self._keys[label] for label in self.classifier.labels])
        able: list[tuple[float, ClassificationNetwork, list[int]]] = []
        if outputs:
            (row,) = self.classifier.scores([pixels])
            able.append((sum(row[at] for at in outputs), self.classifier.network, outputs))
        if self.imagenet is not None and (others := self._outputs(key, words.imagenet())):
            row = self.imagenet.scores([pixels])[0].tolist()
            able.append((sum(row[at] for at in others), self.imagenet.network, others))
        _, network, chosen = max(able, key=lambda row: row[0])
        return of_classes(network.module(), chosen, network.inputs.of)

    def _outputs(self, key: str, keys: Sequence[str]) -> list[int]:
        """Which of a network's outputs are of a kind."""
        return [at for at, output in enumerate(keys) if self.kinds.is_a(output, key)]

    def _alone(self, row: Sequence[float]) -> Levels:
        if self._is_mine(row):
            return Levels(self.kinds, self._by_kind(row))
        return Levels(self.kinds, {}, nothing=1 - self.classifier.guess(row).known)

    def _joined(self, row: Sequence[float], other: Sequence[float]) -> dict[str, float]:
        """The folder's probabilities, and ImageNet's for what the folder leaves over."""
        others = dict(zip(words.imagenet(), other, strict=True))
        seen = Levels(self.kinds, others)
        excluded = any(seen.score(key) >= CONTRADICTS for key in self._excluding)
        if excluded or not self._is_mine(row):
            return others
        own = self._by_kind(row)
        left = max(1 - sum(own.values()), 0.0)
        joined = {key: score * left for key, score in others.items()}
        for key, score in own.items():
            joined[key] = joined.get(key, 0.0) + score
        return joined

    def _is_mine(self, row: Sequence[float]) -> bool:
        """Whether the folder's network takes it for one of its labels."""
        certainty = self.classifier.guess(row).certainty
        return certainty >= self.classifier.config.known_threshold

    def _by_kind(self, row: Sequence[float]) -> dict[str, float]:
        own: dict[str, float] = {}
        for label, score in zip(self.classifier.labels, row, strict=False):
            key = self._keys[label]
            own[key] = own.get(key, 0.0) + score
        return own
