"""Who a caller is, as the rest of the service knows it."""

from __future__ import annotations

from dataclasses import dataclass

LOCAL = "local"
"""The owner of what is asked on this machine without a key."""


@dataclass(frozen=True)
class Limits:
    """What a caller may do; None: as much as it likes."""

    requests_per_minute: int | None = None
    requests_per_day: int | None = None
    pictures_per_day: int | None = None
    storage_mb: float | None = None


@dataclass(frozen=True)
class Caller:
    """Who asks: the owner of all that the request makes or reads (the id of a key)."""

    owner: str
    name: str
    limits: Limits
