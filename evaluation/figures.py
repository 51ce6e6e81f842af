"""Figures as plain data."""

from __future__ import annotations

from dataclasses import asdict
from math import isnan
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def plain(figures: DataclassInstance) -> dict[str, Any]:
    """A dataclass as JSON takes it: None for what cannot be said (no such picture, no such box)."""
    return {name: _plain(value) for name, value in asdict(figures).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, float) and isnan(value):
        return None
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else value
