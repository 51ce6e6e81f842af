"""HTTP for a planner that is asked from any number of event loops.

aiohttp, because its parser is native: a request takes 0.35 ms of a core where httpx took 1.25, and
a question is two of them. What is asked once, when a server starts or is met, is asked with httpx.
It knows nothing of planners: what is sent, and how often, is decided in
`agent.planners.server.chat_model`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

CONNECT_S = 5.0
"""Seconds for a connection, where the whole call may take longer."""


@dataclass(frozen=True)
class Reply:
    """What a server answered, whatever it is."""

    status: int
    headers: Mapping[str, str]
    """By name, in any case."""
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether the server did what it was asked for."""
        return 200 <= self.status < 300


class Endpoint:
    """One address that bodies are posted to, over connections that are kept open.

    The connections belong to the event loop that opened them. Here each loop has its own, closed
    with the loop: a task waits there until the loop's last act, which is to cancel the tasks that
    are left.

    Args:
        url: where to; a proxy of the environment is used, as everywhere.
        headers: sent with each body.
        uds: a unix socket that everything goes to; the host in `url` is a stand-in then.

    Raises (when asked):
        aiohttp.ClientError: no connection, or a lost one.
        TimeoutError: no connection in time. How long an answer takes is the caller's to bound.
    """

    def __init__(self, url: str, headers: Mapping[str, str], uds: Path | None = None) -> None:
        self._url = url
        self._headers = headers
        self._uds = uds
        self._proxy = None if uds else _proxy_of(url)
        self._loops: dict[asyncio.AbstractEventLoop, tuple[aiohttp.ClientSession, Any]] = {}

    async def post(self, body: bytes) -> Reply:
        """Send a body; returns the reply when all of it is there."""
        async with self._session().post(self._url, data=body) as response:
            return Reply(response.status, response.headers, await response.read())

    @asynccontextmanager
    async def stream(self, body: bytes) -> AsyncIterator[tuple[int, AsyncIterator[bytes]]]:
        """Send a body; gives the status and the reply's lines as they come."""
        async with self._session().post(self._url, data=body) as response:
            yield response.status, aiter(response.content)

    def _session(self) -> aiohttp.ClientSession:
        """The running loop's."""
        loop = asyncio.get_running_loop()
        if loop not in self._loops:
            session = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(str(self._uds), limit=0)
                if self._uds
                else aiohttp.TCPConnector(limit=0),
                headers=self._headers,
                proxy=self._proxy,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
            )
            self._loops[loop] = session, loop.create_task(self._close_with(loop, session))
        return self._loops[loop][0]

    async def _close_with(
        self, loop: asyncio.AbstractEventLoop, session: aiohttp.ClientSession
    ) -> None:
        try:
            await loop.create_future()
        finally:
            del self._loops[loop]
            await session.close()


def _proxy_of(url: str) -> str | None:
    """The proxy that the environment names for an address (HTTP_PROXY, NO_PROXY and their kin)."""
    parts = urlsplit(url)
    if not parts.hostname or proxy_bypass(parts.hostname):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
