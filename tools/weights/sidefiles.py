"""What stands beside a detector's weights: how well it sees each label, and from which score on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

LABELS, BARS = "labels.json", "bars.json"


@dataclass(frozen=True)
class Bars:
    """The scores from which on a thing is found, and from which on it is unsure."""

    threshold: float = 0.4
    floor: float = 0.2
    missed: float | None = None
    """Of the pictures that show a thing, the share that has no box of it above the floor."""
    missed_of: Mapping[str, float] = field(default_factory=dict)
    """The same by label, where it was measured."""

    def none_score(self, label: str) -> float:
        """How sure it is that a thing is not there when nothing reached the floor."""
        missed = self.missed_of.get(label, self.missed)
        return 1 - (self.floor if missed is None else missed)

    def with_bars(self, threshold: float | None, floor: float | None) -> Bars:
        """The same with other bars; what was missed was measured at its own floor."""
        changed = self if threshold is None else replace(self, threshold=threshold)
        if floor is None:
            return changed
        return replace(changed, floor=floor, missed=None, missed_of={})


def read_bars(weights: Path) -> Bars:
    """Those of `bars.json` beside the weights, else what suits ultralytics' weights.

    Raises:
        ValueError: the file is something else.
    """
    sidecar = weights.with_name(BARS)
    if not sidecar.is_file():
        return Bars()
    try:
        stated = json.loads(sidecar.read_text())
        by_label = {str(n): float(share) for n, share in stated.pop("missed_of", {}).items()}
        return Bars(**{n: float(bar) for n, bar in stated.items()}, missed_of=by_label)
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"{sidecar} holds no bars: {error}") from None


def write_bars(weights: Path, bars: Bars) -> None:
    """Write `bars.json` beside the weights."""
    weights.with_name(BARS).write_text(json.dumps(vars(bars), indent=1) + "\n")


def offered_labels(weights: Path, min_ap: float) -> list[str] | None:
    """Labels of `labels.json` beside the weights ({label: stated AP50}) that reach the bar.

    A list instead of an object offers all of them; None without such a file.

    Raises:
        ValueError: the file is neither, or no label reaches the bar.
    """
    sidecar = weights.with_name(LABELS)
    if not sidecar.is_file():
        return None
    try:
        stated = json.loads(sidecar.read_text(encoding="utf-8"))
        if isinstance(stated, dict):
            offered = [label for label, ap in stated.items() if float(ap) >= min_ap]
        else:
            offered = [str(label) for label in stated]
    except (TypeError, ValueError) as error:
        raise ValueError(f"{sidecar} is no list of labels and no object of APs: {error}") from None
    if not offered:
        raise ValueError(f"no label in {sidecar} has an AP of {min_ap:g}")
    return offered
