"""Runs one classification network on pixels.

What the outputs are called is the caller's: `tools.networks.classifier` (a folder of labels) and
`tools.networks.imagenet`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.networks.encoders import Rgb
from tools.networks.pixel_network import PixelNetwork


class ClassificationNetwork(PixelNetwork):
    """A network whose one output is logits."""

    def probabilities(
        self, pictures: Sequence[Rgb], temperature: float = 1.0, *, mirrored: bool = False
    ) -> NDArray[Any]:
        """float64 (n, outputs): the softmax of the logits divided by the temperature.

        Args:
            pictures: what is looked at.
            temperature: what the logits are divided by.
            mirrored: whether each logit is the mean of the picture's and its mirror image's.

        Raises:
            ToolUnavailableError: what `build` raises.
        """
        batch = self.batch_of(pictures)
        if mirrored:
            batch = np.concatenate([batch, batch[..., ::-1]])
        logits = np.asarray(self.outputs(batch)[0], np.float64)
        scaled = logits.reshape(-1, len(pictures), logits.shape[1]).mean(0) / temperature
        raised = np.exp(scaled - scaled.max(1, keepdims=True))
        return np.asarray(raised / raised.sum(1, keepdims=True))
