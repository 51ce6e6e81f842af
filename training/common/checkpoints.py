"""Training state on disk: written whole or not at all, read back bit for bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import torch


class Stateful(Protocol):
    """A model, an optimizer, a schedule."""

    def state_dict(self) -> dict[str, Any]: ...
    def load_state_dict(self, state_dict: dict[str, Any]) -> Any: ...


def save(file: Path, step: int, **parts: Stateful) -> None:
    """Write the step and the state of the parts; the old file stays until the new is complete."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    torch.save({"step": step} | {name: part.state_dict() for name, part in parts.items()}, partial)
    partial.replace(file)


def load(file: Path, **parts: Stateful) -> int:
    """Put the saved state into the parts; the step that it was saved at, 0 without a file."""
    if not file.is_file():
        return 0
    saved = torch.load(file, map_location="cpu", weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(saved[name])
    return int(saved["step"])
