"""The in-process micro-batcher: many callers, one worker (or a few) that owns the model.

What waits while the worker is busy is answered together with the next batch. No more waits than
there is room for; what its caller has given up (it was cancelled, its time was over) is not run. It
knows nothing of pictures or tools; the contract (`infer` one, run a list) is also what Ray Serve's
batching takes.
"""

from __future__ import annotations

import asyncio
import atexit
import queue
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from tools.errors import OverloadedError
from tools.execution.origins import origins

Item = TypeVar("Item")
Result = TypeVar("Result")

EXIT_WAIT_S = 10.0
"""How long the program waits at its end for batches that are still running."""
MAX_WAITING = 256
"""Items that wait for a worker at most, unless a batcher is told."""


@dataclass(eq=False)
class _Queued:
    """An item that waits, with its caller's context; one that is cancelled is let go of at once."""

    item: Any
    context: Context = field(default_factory=copy_context)
    future: Future[Any] = field(default_factory=Future)

    def __post_init__(self) -> None:
        self.future.add_done_callback(self._let_go)

    def _let_go(self, _done: Future[Any]) -> None:
        self.item, self.context = None, Context()


_Inbox = queue.SimpleQueue[_Queued | None]
_threads: weakref.WeakSet[threading.Thread] = weakref.WeakSet()


class MicroBatcher(Generic[Item, Result]):
    """Runs items in batches, in worker threads of its own: one, unless there are more `workers`.

    Callers may come from any thread and any event loop. A batch runs in the context of its first
    caller, with the `origins` of all. The threads start with the first item and never keep a
    program from ending for longer than `EXIT_WAIT_S`.

    Args:
        infer_batch: takes up to `max_batch` items and returns as many results, in order; a result
            that is an exception is raised to that item's caller alone. If it raises, the items of
            the batch are tried one by one, so that a bad one does not spoil the others.
        max_wait_s: how long the first item of a batch waits for more.
        workers: threads that call `infer_batch`, possibly at the same time.
        max_waiting: items that wait at most.
    """

    def __init__(
        self,
        infer_batch: Callable[[list[Item]], Sequence[Result | Exception]],
        *,
        max_batch: int = 8,
        max_wait_s: float = 0.0,
        workers: int = 1,
        max_waiting: int = MAX_WAITING,
        name: str = "batcher",
    ) -> None:
        self._inbox: _Inbox = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._started = self._closed = False
        self._name, self._max_waiting = name, max_waiting
        # The threads must not hold `self`: a batcher that is forgotten ends its threads.
        work = (self._inbox, infer_batch, max_batch, max_wait_s)
        self._workers = [
            threading.Thread(target=_work, args=work, name=name, daemon=True)
            for _ in range(workers)
        ]
        weakref.finalize(self, _stop, self._inbox)

    def submit(self, item: Item) -> Future[Result]:
        """Queue an item; the future resolves in a worker thread.

        Raises:
            OverloadedError: there is no room to wait.
            RuntimeError: the batcher is closed.
        """
        with self._lock:
            if self._closed:
                raise RuntimeError("the batcher is closed")
            if self._inbox.qsize() >= self._max_waiting and not self._made_room():
                raise OverloadedError(f"{self._name} has {self._max_waiting} looks waiting")
            queued = _Queued(item)
            self._inbox.put(queued)
            if not self._started:
                self._started = True
                for thread in self._workers:
                    thread.start()
                    _threads.add(thread)
        return queued.future

    async def infer(self, item: Item) -> Result:
        """The result of one item; cancelling the caller takes an item that waits off the queue."""
        return await asyncio.wrap_future(self.submit(item))

    def _made_room(self) -> bool:
        """Take what was cancelled off the queue; whether there was any."""
        kept = [queued for queued in _drained(self._inbox) if not queued.future.cancelled()]
        for queued in kept:
            self._inbox.put(queued)
        return len(kept) < self._max_waiting

    def close(self) -> None:
        """Drop what waits and end the threads after the batches that run; does not wait."""
        with self._lock:
            self._closed = True
        _stop(self._inbox)


def _work(
    inbox: _Inbox, infer_batch: Callable[[list[Any]], Sequence[Any]], max_batch: int, wait_s: float
) -> None:
    """The worker thread, until it reads None; while idle it keeps no items alive."""
    while (first := inbox.get()) is not None:
        batch = [first, *_more(inbox, max_batch - 1, wait_s)]
        del first
        _run([queued for queued in batch if _begins(queued)], infer_batch)
        del batch
    inbox.put(None)  # for the next worker


def _begins(queued: _Queued) -> bool:
    """Whether it is to be run: nobody has cancelled it, and nobody can from now on."""
    return queued.future.set_running_or_notify_cancel()


def _more(inbox: _Inbox, most: int, wait_s: float) -> list[_Queued]:
    """What else waits, and what comes within `wait_s`."""
    more: list[_Queued] = []
    deadline = time.monotonic() + wait_s
    while len(more) < most:
        try:
            queued = inbox.get(timeout=max(deadline - time.monotonic(), 0))
        except queue.Empty:
            break
        if queued is None:
            inbox.put(None)
            break
        more.append(queued)
    return more


def _run(batch: list[_Queued], infer_batch: Callable[[list[Any]], Sequence[Any]]) -> None:
    """Answer the futures of a batch, each with its result or its error."""
    if not batch:
        return
    try:
        results = _context_of(batch).run(_inferred, infer_batch, batch)
        answered = list(zip(batch, results, strict=True))
    except BaseException as error:
        # Whatever it is, it belongs to the callers and must not end this thread.
        if len(batch) == 1:
            batch[0].future.set_exception(error)
            return
        for one in batch:
            _run([one], infer_batch)
        return
    for queued, result in answered:
        if isinstance(result, Exception):
            queued.future.set_exception(result)
        else:
            queued.future.set_result(result)


def _inferred(infer_batch: Callable[[list[Any]], Sequence[Any]], batch: list[_Queued]) -> list[Any]:
    return list(infer_batch([queued.item for queued in batch]))


def _context_of(batch: list[_Queued]) -> Context:
    context = batch[0].context.copy()
    everyones = [name for queued in batch for name in queued.context.get(origins, ())]
    context.run(origins.set, tuple(dict.fromkeys(everyones)))
    return context


def _stop(inbox: _Inbox) -> None:
    """Cancel what waits and let the thread end."""
    for queued in _drained(inbox):
        queued.future.cancel()
    inbox.put(None)


def _drained(inbox: _Inbox) -> list[_Queued]:
    """All that waits, taken off the queue."""
    waiting: list[_Queued] = []
    with suppress(queue.Empty):
        while True:
            if (queued := inbox.get_nowait()) is not None:
                waiting.append(queued)
    return waiting


@atexit.register
def _let_batches_end() -> None:
    """Wait a little, so that native code is not cut off in the middle; a hung tool is left."""
    deadline = time.monotonic() + EXIT_WAIT_S
    for thread in list(_threads):
        thread.join(max(deadline - time.monotonic(), 0))
