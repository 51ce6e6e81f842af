"""Hears of the service's work where it is done, and passes it on: to metrics, the log and spans.

    observer = Observer()
    with observer.request(scope) as request: ...          # server.requests
    async with observer.question() as watch: ...          # server.engine
    observer.picture("image/png", 8_000)                  # server.pictures
    agent.runner.observers.append(observer.metrics)       # calls of tools

Tools know nothing of it: they tell whoever is listed with their runner.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from contextvars import copy_context
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.types import Message, Scope

from server.logs import log
from server.observing.metrics import Metrics
from server.observing.questions import Queue, Watch
from server.observing.tracing import Tracing

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
OTHER = "OTHER"
"""A method that somebody made up."""
CLIENT_GONE = 499
"""The status of a request whose client went away before there was one (nginx's)."""


@dataclass
class RequestWatch:
    """Hears of one request."""

    scope: Scope
    metrics: Metrics
    status: int = 0
    """0 until the response begins."""
    begun: float = field(default_factory=time.perf_counter)
    _is_stream: bool = False

    def began(self, message: Message) -> None:
        """The response begins, with this ASGI message."""
        self.status = message["status"]
        kind = Headers(raw=message.get("headers", [])).get("content-type", "")
        if kind.startswith("text/event-stream"):
            self._is_stream = True
            self.metrics.streams.inc()

    def ended(self) -> None:
        """The response has ended, or nobody waits for it any more."""
        if self._is_stream:
            self.metrics.streams.dec()
        self.status = self.status or CLIENT_GONE
        elapsed_s = time.perf_counter() - self.begun
        self.metrics.request(self.method, self.route, self.status, elapsed_s)
        fields = {
            "method": self.method, "route": self.route or None,
            "status": self.status, "ms": round(elapsed_s * 1000, 1),
        }  # fmt: skip
        if (owner := self.scope.get("state", {}).get("owner")) is not None:
            fields["owner"] = owner
        log.info("request", extra={"fields": fields})

    @property
    def method(self) -> str:
        """One of those that there are."""
        method: str = self.scope["method"]
        return method if method in METHODS else OTHER

    @property
    def route(self) -> str:
        """The route's pattern, never the path or the query: they may hold anything. Empty: none."""
        return getattr(self.scope.get("route"), "path", "")


class Observer:
    """One for each app."""

    def __init__(self) -> None:
        self._queue = Queue()
        self._tools: frozenset[str] = frozenset()
        self.metrics = Metrics(self._queue)
        self.tracing: Tracing | None = None

    def know(self, tools: Iterable[str]) -> None:
        """Take the names of the tools that there are."""
        self._tools = frozenset(tools)

    @contextmanager
    def request(self, scope: Scope) -> Iterator[RequestWatch]:
        """Around a request; what is done meanwhile is part of its span."""
        watch = RequestWatch(scope, self.metrics)
        with self.tracing.request(watch) if self.tracing else nullcontext():
            try:
                yield watch
            finally:
                watch.ended()

    @asynccontextmanager
    async def question(self) -> AsyncIterator[Watch]:
        """Around a question, its waiting included; it is told when the block ends."""
        context = copy_context()  # whoever closes the question may do it in another one
        async with self.visit() as watch:
            try:
                yield watch
            except GeneratorExit as error:
                # Closed after its answer was passed on, it is answered.
                watch.error = None if watch.is_answered else error
                raise
            except BaseException as error:
                watch.error = error
                raise
            finally:
                context.run(self._tell, watch)

    @asynccontextmanager
    async def visit(self) -> AsyncIterator[Watch]:
        """Around a look without a question, which takes a place like one."""
        watch = Watch(self._queue, self._tools)
        try:
            yield watch
        finally:
            watch.leave()

    def picture(self, media_type: str, size: int) -> None:
        """A picture of so many bytes came in."""
        self.metrics.picture(media_type, size)

    def _tell(self, watch: Watch) -> None:
        self.metrics.question(watch)
        log.info("question", extra={"fields": watch.line()})
        if self.tracing is not None:
            self.tracing.question(watch)
