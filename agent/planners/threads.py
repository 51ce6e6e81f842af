"""Blocking work in a thread of its own: for planners that are asked without an event loop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


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
