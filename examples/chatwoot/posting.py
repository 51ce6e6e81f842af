"""Posting to a server that may be busy or not up at the moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

TRIES = 4
PAUSE_S = 5.0
MOST_PAUSE_S = 30.0
BUSY = (429, 503)

Pause = Callable[[float], Awaitable[None]]
"""Waits so many seconds."""


class Poster:
    """Posts, and again after a while where nothing can have come of it.

    Args:
        client: the caller closes it.
        pause: waits between two tries.
    """

    def __init__(self, client: httpx.AsyncClient, pause: Pause = asyncio.sleep) -> None:
        self.client = client
        self._pause = pause

    async def post(self, url: str, **content: Any) -> httpx.Response:
        """The response; the last one, where the server is busy every time.

        Raises:
            httpx.HTTPError: it cannot be reached at all, or fell silent.
        """
        for tried in range(1, TRIES):
            try:
                response = await self.client.post(url, **content)
            except httpx.ConnectError:
                wait = PAUSE_S * tried
            else:
                if response.status_code not in BUSY:
                    return response
                wait = _retry_after(response)
            await self._pause(min(wait, MOST_PAUSE_S))
        return await self.client.post(url, **content)


def _retry_after(response: httpx.Response) -> float:
    given = response.headers.get("retry-after", "")
    return float(given) if given.isdecimal() else PAUSE_S
