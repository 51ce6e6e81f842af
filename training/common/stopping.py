"""Early stopping: the best weights so far, and when there is no hope of better ones."""

from __future__ import annotations

import copy
from typing import Any

import torch


class EarlyStopping:
    """Keeps a network's weights of the best measurement; over after `patience` worse ones in a row.

    It is a part of a checkpoint, so that a training which goes on stops where it would have.
    """

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.best = -float("inf")
        self.step = 0
        """The step of the best measurement."""
        self._worse = 0
        self._weights: dict[str, torch.Tensor] = {}

    @property
    def is_over(self) -> bool:
        """Whether the last `patience` measurements were all worse than the best."""
        return self._worse >= self.patience

    def tell(self, step: int, value: float, network: torch.nn.Module) -> None:
        """A measurement, larger is better, of the weights after so many steps."""
        if value > self.best:
            self.best, self.step, self._worse = value, step, 0
            self._weights = copy.deepcopy(network.state_dict())
        else:
            self._worse += 1

    def restore(self, network: torch.nn.Module) -> None:
        """Put the best weights back; the present ones stay where nothing was measured."""
        if self._weights:
            network.load_state_dict(self._weights)

    def state_dict(self) -> dict[str, Any]:
        """For the checkpoint."""
        return {
            "best": self.best,
            "step": self.step,
            "worse": self._worse,
            "weights": self._weights,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """From the checkpoint."""
        self.best, self.step = state_dict["best"], state_dict["step"]
        self._worse, self._weights = state_dict["worse"], state_dict["weights"]
