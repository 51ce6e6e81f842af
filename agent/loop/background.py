"""An event loop in a thread of its own.

With it, sync callers and any number of loops share connections, batchers and workers.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

CLOSED = "this agent is closed; make a new VisualAgent"
CLOSE_S = 5.0
"""The longest that closing waits for what is being cancelled."""


class BackgroundLoop:
    """Runs coroutines on its own daemon thread, and has threads for what blocks.

    Started on first use, and over when it is closed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._is_closed = False

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Start a coroutine; its result is the future's.

        Raises:
            RuntimeError: it is closed.
        """
        with self._lock:
            if self._is_closed:
                coroutine.close()
                raise RuntimeError(CLOSED)
            return asyncio.run_coroutine_threadsafe(coroutine, self._running())

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be submitted any more."""
        return self._is_closed

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._threads = ThreadPoolExecutor(thread_name_prefix="vqa-agent-work")
            self._loop.set_default_executor(self._threads)
            self._thread = threading.Thread(
                target=self._loop.run_forever, name="vqa-agent-loop", daemon=True
            )
            self._thread.start()
        return self._loop

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Wait for a coroutine; an interrupt of the waiting cancels it."""
        future = self.submit(coroutine)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """Stop the loop and let its threads end; what still runs is cancelled."""
        with self._lock:
            self._is_closed = True
            loop, thread, threads = self._loop, self._thread, self._threads
            self._loop = self._thread = self._threads = None
        if loop is None or thread is None or threads is None:
            return
        with suppress(TimeoutError):  # what does not let itself be cancelled is left behind
            asyncio.run_coroutine_threadsafe(_cancel_all(), loop).result(CLOSE_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(CLOSE_S)
        threads.shutdown(wait=False, cancel_futures=True)
        if not thread.is_alive():
            loop.close()


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
