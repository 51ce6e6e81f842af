"""Runs vision tools: checks arguments, the cache in front, one worker a tool behind it.

Ids are resolved before this (`agent.loop.tool_schemas`).
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakValueDictionary

from pydantic import ValidationError

from tools.base import VisionTool
from tools.errors import BadArgumentError
from tools.evidence import PictureRef, Region, ToolReport
from tools.execution.breaker import CircuitBreaker
from tools.execution.cache import ResultCache
from tools.execution.observing import CallStatus, RunObserver
from tools.execution.runner import Runner
from tools.execution.worker import ToolWorker
from tools.pictures.store import Picture


class LocalRunner:
    """The workers of a set of tools; tools run side by side.

    Each tool runs one call at a time, or as many as there are `streams` if it can.

    Raises:
        ValueError: two tools have the same name.
    """

    def __init__(
        self,
        tools: Sequence[VisionTool],
        cache: ResultCache,
        timeout_s: float = 60.0,
        breaker: Callable[[], CircuitBreaker] = CircuitBreaker,
        streams: int = 1,
    ) -> None:
        self._tools = {tool.name: tool for tool in tools}
        if len(self._tools) < len(tools):
            names = [tool.name for tool in tools]
            twice = sorted({name for name in names if names.count(name) > 1})
            raise ValueError(f"two tools are named {', '.join(twice)}; rename one")
        self._cache = cache
        self._timeout_s = timeout_s
        self._breaker = breaker
        self._streams = streams
        self._workers: dict[str, ToolWorker] = {}
        self._known: WeakValueDictionary[PictureRef, Picture] = WeakValueDictionary()
        self._closed = False
        self.observers: list[RunObserver] = []
        """Are told of every call and every run of a tool."""

    @property
    def names(self) -> list[str]:
        """The tools' names, in the order in which they are offered."""
        return list(self._tools)

    @property
    def troubles(self) -> dict[str, str]:
        """Tools that do not answer in time, and what is known of each, in words."""
        found = {name: worker.trouble for name, worker in list(self._workers.items())}
        return {name: trouble for name, trouble in found.items() if trouble}

    def know(self, picture: Picture) -> None:
        """Take a picture's pixels, so that calls may name it; kept no longer than the picture."""
        self._known[picture.ref] = picture

    async def call(
        self,
        name: str,
        arguments: dict[str, Any],
        *,
        picture: PictureRef,
        region: Region | None,
        within_s: float = math.inf,
        owner: str = "",
    ) -> tuple[ToolReport, bool]:
        """Run one call; returns the report and whether it came from the cache.

        Args:
            within_s: seconds that the caller can wait; the runner's own time-out may be shorter.
            owner: for whom it is looked; results are shared with nobody else.

        Raises:
            ToolError: wrong arguments, the tool failed, or it took longer than may be.
            KeyError: a picture that is not known.
            RuntimeError: the runner is closed.
        """
        if self._closed:
            raise RuntimeError("the runner is closed")
        tool = self._tools.get(name)
        if tool is None:
            raise BadArgumentError(f"there is no tool {name!r}; there are {', '.join(self._tools)}")
        started = time.perf_counter()
        status: CallStatus = "error"
        try:
            report, cached = await self._look(
                tool, arguments, picture=picture, region=region, within_s=within_s, owner=owner
            )
            status = "cached" if cached else "ok"
        except asyncio.CancelledError:
            status = "cancelled"
            raise
        finally:
            for observer in self.observers:
                observer.called(name, status, time.perf_counter() - started)
        return report, cached

    async def _look(
        self,
        tool: VisionTool,
        arguments: dict[str, Any],
        *,
        picture: PictureRef,
        region: Region | None,
        within_s: float,
        owner: str,
    ) -> tuple[ToolReport, bool]:
        checked = _check(tool, arguments, picture, region)
        look_at = checked.model_dump(mode="json", exclude={"picture", "region"})
        key = self._cache.key(tool, look_at, picture, region, owner)
        age = self._cache.age(key)
        kept = await self._kept(key, picture)
        if kept is not None:
            return kept, True
        values = {field: getattr(checked, field) for field in type(checked).model_fields}
        values["picture"] = self._known[picture]
        if tool.takes_region:
            values["region"] = region
        report = await self._worker_of(tool).run((key, picture.id), values, within_s)
        return await self._keep(key, report, picture, age), False

    def of(self, owner: str) -> Runner:
        """The same workers for one owner; its `close` leaves them open."""
        return _OwnersRunner(self, owner)

    def forget(self, owner: str) -> None:
        """Delete the results that are kept for an owner, on disk, too."""
        self._cache.forget(owner)
        for tool in self._tools.values():
            if tool.forget is not None:
                tool.forget(owner)

    def close(self) -> None:
        """Stop the workers and let go of the tools; calls that wait are dropped."""
        self._closed = True
        for worker in self._workers.values():
            worker.close()
        self._workers.clear()
        self._tools.clear()
        self._cache.close()

    def _worker_of(self, tool: VisionTool) -> ToolWorker:
        if tool.name not in self._workers:
            self._workers[tool.name] = ToolWorker(
                tool, self._timeout_s, self._breaker(), self.observers, self._streams
            )
        return self._workers[tool.name]

    async def _kept(self, key: str, picture: PictureRef) -> ToolReport | None:
        """What the cache has; the disk is read in a thread: it may have to be waited for."""
        kept = self._cache.recall(key, picture)
        if kept is None and self._cache.is_on_disk:
            kept = await asyncio.to_thread(self._cache.get, key, picture)
        return kept

    async def _keep(
        self, key: str, report: ToolReport, picture: PictureRef, age: int
    ) -> ToolReport:
        """Keep a report, once for all that waited for it; returns it as the cache gives it back."""
        kept = self._cache.recall(key, picture)
        if kept is None:
            self._cache.remember(key, report, picture, age)
            if self._cache.is_on_disk:
                await asyncio.to_thread(self._cache.put, key, report, picture, age)
            kept = self._cache.recall(key, picture)
        return kept or report


class _OwnersRunner:
    """A runner as one of its owners uses it."""

    def __init__(self, runner: LocalRunner, owner: str) -> None:
        self._runner = runner
        self._owner = owner

    @property
    def names(self) -> list[str]:
        return self._runner.names

    @property
    def troubles(self) -> dict[str, str]:
        return self._runner.troubles

    def know(self, picture: Picture) -> None:
        self._runner.know(picture)

    async def call(
        self,
        name: str,
        arguments: dict[str, Any],
        *,
        picture: PictureRef,
        region: Region | None,
        within_s: float = math.inf,
    ) -> tuple[ToolReport, bool]:
        return await self._runner.call(
            name, arguments, picture=picture, region=region, within_s=within_s, owner=self._owner
        )

    def close(self) -> None:
        """Leave the workers open: they are everybody's."""


def _check(
    tool: VisionTool, arguments: dict[str, Any], picture: PictureRef, region: Region | None
) -> Any:
    """The arguments as the tool's parameters describe them.

    Raises:
        BadArgumentError: naming each wrong argument and what is allowed.
    """
    given = dict.fromkeys(tool.parameters.model_fields) | arguments | {"picture": picture.id}
    if tool.takes_region:
        given["region"] = None
    elif region is not None:
        raise BadArgumentError(f"{tool.name} takes no region")
    try:
        return tool.parameters.model_validate(given)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors(include_url=False)
        )
        raise BadArgumentError(f"wrong arguments for {tool.name}: {wrong}") from None
