"""How much a key may do: requests a minute and a day, pictures a day, bytes that are kept.

Rates are counted by this process and begin anew with it; what is kept is counted by the store.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from server.access.identity import LOCAL, Caller, Limits
from server.errors import RateLimitError
from server.settings import MB, ServerSettings
from server.store import Owned, Store
from server.store.records import KeyRecord

MINUTE_S, DAY_S = 60.0, 86_400.0


def limits_of(record: KeyRecord, settings: ServerSettings) -> Limits:
    """What a key may do: its own limits, else the service's."""
    names = [field.name for field in fields(Limits)]
    own = {name: getattr(record, name) for name in names}
    return Limits(**{name: own[name] or getattr(settings, name) for name in names})


@dataclass(frozen=True)
class Standing:
    """What is left of a rate, the request that asks not counted yet."""

    limit: int
    remaining: int
    reset_s: float
    """Until all of it is there again."""
    wait_s: float
    """Until there is one; 0 where there is."""


class Rate:
    """`limit` in `window_s` seconds: all at once if need be, coming back evenly.

    The generic cell rate algorithm (ITU-T I.371): a bucket of tokens as one number, the moment at
    which it will be full.
    """

    def __init__(self, limit: int, window_s: float) -> None:
        self.limit = limit
        self._window_s = window_s
        self._full_at = 0.0

    def standing(self, now: float) -> Standing:
        """How it stands."""
        missing_s = max(self._full_at - now, 0.0)
        each_s = self._window_s / self.limit
        remaining = math.floor((self._window_s - missing_s) / each_s + 1e-6)
        wait_s = 0.0 if remaining >= 1 else missing_s + each_s - self._window_s
        return Standing(self.limit, remaining, missing_s, wait_s)

    def take(self, now: float) -> None:
        """Count one."""
        self._full_at = max(self._full_at, now) + self._window_s / self.limit


class Quotas:
    """Counts what each owner does. Safe to share between threads.

    Args:
        settings: the limits of keys that have none of their own.
        store: knows the keys, and what is kept.
        clock: seconds, from anywhere.
    """

    def __init__(
        self, settings: ServerSettings, store: Store, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._rates: dict[tuple[str, str, str, int], Rate] = {}
        self._lock = threading.Lock()

    def request(self, caller: Caller) -> Mapping[str, str]:
        """Count a request; OpenAI's headers, which say how many are left.

        Raises:
            RateLimitError: it is one too many.
        """
        limits = caller.limits
        windows = {
            "minute": (limits.requests_per_minute, MINUTE_S),
            "day": (limits.requests_per_day, DAY_S),
        }
        standings = self._take(caller.owner, "requests", windows)
        if not standings:
            return {}
        return _headers("requests", min(standings, key=lambda standing: standing.remaining))

    def picture(self, mine: Owned, size: int) -> None:
        """Count a picture that its owner has not here yet; blocks.

        Args:
            size: its bytes.

        Raises:
            RateLimitError: it is one too many, or more than the owner may keep.
        """
        record = None if mine.owner == LOCAL else self._store.keys.by_id(mine.owner)
        if record is None:
            return
        limits = limits_of(record, self._settings)
        most = limits.storage_mb
        if most is not None and mine.files.total_bytes() + size > most * MB:
            raise RateLimitError(
                f"more than {most:g} MB would be kept; delete files or conversations",
                code="insufficient_quota",
            )
        self._take(mine.owner, "pictures", {"day": (limits.pictures_per_day, DAY_S)})

    def _take(
        self, owner: str, what: str, windows: Mapping[str, tuple[int | None, float]]
    ) -> list[Standing]:
        """Count one in all windows or, where one of them is full, in none."""
        now = self._clock()
        with self._lock:
            rates = {
                per: self._rates.setdefault((owner, what, per, limit), Rate(limit, window_s))
                for per, (limit, window_s) in windows.items()
                if limit is not None
            }
            for per, rate in rates.items():
                standing = rate.standing(now)
                if standing.wait_s:
                    raise _too_many(what, per, standing)
            for rate in rates.values():
                rate.take(now)
            return [rate.standing(now) for rate in rates.values()]


def _too_many(what: str, per: str, standing: Standing) -> RateLimitError:
    wait = math.ceil(standing.wait_s)
    return RateLimitError(
        f"{standing.limit} {what} a {per} are the most for this key; come again in {wait} s",
        code="rate_limit_exceeded",
        headers={"Retry-After": str(wait), **_headers(what, standing)},
    )


def _headers(what: str, standing: Standing) -> dict[str, str]:
    """As OpenAI names them."""
    return {
        f"x-ratelimit-limit-{what}": str(standing.limit),
        f"x-ratelimit-remaining-{what}": str(standing.remaining),
        f"x-ratelimit-reset-{what}": f"{math.ceil(standing.reset_s)}s",
    }
