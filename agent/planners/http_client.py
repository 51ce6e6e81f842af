"""HTTP for a planner that is asked from any number of event loops and threads.

It knows nothing of planners; what is sent is `agent.planners.openai_compatible`'s.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import httpx

T = TypeVar("T")


class ClientPerLoop:
    """HTTP clients, one for each event loop.

    The connections of a client belong to the loop that opened them. Here each loop has its own,
    kept open between requests and closed with the loop: a task waits there until the loop's last
    act, which is to cancel the tasks that are left.

    Args:
        uds: a unix socket that everything goes to.
    """

    def __init__(self, uds: Path | None = None) -> None:
        self._uds = uds
        self._loops: dict[asyncio.AbstractEventLoop, tuple[httpx.AsyncClient, Any]] = {}

    def get(self) -> httpx.AsyncClient:
        """The running loop's client."""
        loop = asyncio.get_running_loop()
        if loop not in self._loops:
            transport = httpx.AsyncHTTPTransport(uds=str(self._uds)) if self._uds else None
            client = httpx.AsyncClient(transport=transport, follow_redirects=True)
            self._loops[loop] = client, loop.create_task(self._close_with(loop, client))
        return self._loops[loop][0]

    async def _close_with(self, loop: asyncio.AbstractEventLoop, client: httpx.AsyncClient) -> None:
        try:
            await loop.create_future()
        finally:
            del self._loops[loop]
            await client.aclose()


def in_thread(work: Callable[[], T], seconds: float | None = None) -> T:
    """The result of blocking work done in a thread of its own.

    Raises:
        TimeoutError: it took longer; the thread is left to end by itself.
    """
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=run, name="vqa-agent-request", daemon=True).start()
    return done.result(seconds)
