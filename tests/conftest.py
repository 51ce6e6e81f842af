"""What all tests share: a planner that is scripted, tools that are small and real."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

from tests.fakes.weights import folder, open_weights, weights

__all__ = ["folder", "open_weights", "weights"]
