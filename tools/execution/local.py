"""Runs vision tools: checks arguments, one worker a tool, a time-out, and the cache in front.

Identical calls that overlap share one run. Ids are resolved before this
(`agent.loop.langchain_tools`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any
from weakref import WeakValueDictionary

from pydantic import ValidationError

from tools.base import BatchedTool, VisionTool
from tools.errors import BadArgumentError, ToolError
from tools.evidence import PictureRef, Region, ToolReport
from tools.execution.batching import MicroBatcher
from tools.execution.cache import ResultCache
from tools.pictures.store import Picture


class LocalRunner:
    """The workers of a set of tools; each tool runs one call at a time, tools run side by side.

    Raises:
        ValueError: two tools have the same name.
    """

    def __init__(
        self, tools: Sequence[VisionTool], cache: ResultCache, timeout_s: float = 120.0
    ) -> None:
        self._tools = {tool.name: tool for tool in tools}
        if len(self._tools) < len(tools):
            names = [tool.name for tool in tools]
            twice = sorted({name for name in names if names.count(name) > 1})
            raise ValueError(f"two tools are named {', '.join(twice)}; rename one")
        self._cache = cache
        self._timeout_s = timeout_s
        self._workers: dict[str, MicroBatcher[dict[str, Any], ToolReport]] = {}
        self._known: WeakValueDictionary[PictureRef, Picture] = WeakValueDictionary()
        self._running: dict[tuple[str, str], Future[ToolReport]] = {}

    @property
    def names(self) -> list[str]:
        """The tools' names, in the order in which they are offered."""
        return list(self._tools)

    def know(self, picture: Picture) -> None:
        """Take a picture's pixels, so that calls may name it; kept no longer than the picture."""
        self._known[picture.ref] = picture

    async def call(
        self, name: str, arguments: dict[str, Any], *, picture: PictureRef, region: Region | None
    ) -> tuple[ToolReport, bool]:
        """Run one call; returns the report and whether it came from the cache.

        Raises:
            ToolError: wrong arguments, the tool failed, or it took longer than the time-out.
            KeyError: a picture that is not known.
        """
        tool = self._tools.get(name)
        if tool is None:
            raise BadArgumentError(f"there is no tool {name!r}; there are {', '.join(self._tools)}")
        checked = _check(tool, arguments, picture, region)
        look_at = checked.model_dump(mode="json", exclude={"picture", "region"})
        key = self._cache.key(tool, look_at, picture, region)
        kept = self._cache.get(key, picture)
        if kept is not None:
            return kept, True
        values = {field: getattr(checked, field) for field in type(checked).model_fields}
        look = (key, picture.id)
        future = self._running.get(look) or self._start(look, tool, values, picture, region)
        try:
            report = await asyncio.wait_for(
                asyncio.shield(asyncio.wrap_future(future)), self._timeout_s
            )
        except TimeoutError:
            raise ToolError(
                f"{name} took longer than {self._timeout_s:g} s; try a smaller region"
            ) from None
        self._cache.put(key, report, picture)
        rebound = self._cache.get(key, picture)
        return rebound or report, False

    def close(self) -> None:
        """Stop the workers; calls that wait are dropped."""
        for worker in self._workers.values():
            worker.close()
        self._workers.clear()
        self._cache.close()

    def _start(
        self,
        look: tuple[str, str],
        tool: VisionTool,
        values: dict[str, Any],
        picture: PictureRef,
        region: Region | None,
    ) -> Future[ToolReport]:
        values["picture"] = self._known[picture]
        if tool.takes_region:
            values["region"] = region
        worker = self._workers.get(tool.name) or self._workers.setdefault(tool.name, _worker(tool))
        future = worker.submit(values)
        self._running[look] = future
        future.add_done_callback(lambda _done: self._running.pop(look, None))
        return future


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


def _worker(tool: VisionTool) -> MicroBatcher[dict[str, Any], ToolReport]:
    """One thread for a tool; calls that wait are run together where the tool can do that."""
    return MicroBatcher(
        lambda calls: _run(tool, calls),
        max_batch=tool.max_batch if isinstance(tool, BatchedTool) else 1,
        name=f"tool-{tool.name}",
    )


def _run(tool: VisionTool, calls: list[dict[str, Any]]) -> list[ToolReport | Exception]:
    """Run calls of one tool; what goes wrong with a call takes its report's place.

    Raises:
        ToolError: all of the calls failed together.
    """
    try:
        if isinstance(tool, BatchedTool) and len(calls) > 1:
            return [_checked(tool, result) for result in tool.run_batch(calls)]
        return [_checked(tool, tool.run(**values)) for values in calls]
    except (Exception, SystemExit) as error:
        # A tool of anybody's may raise anything; the planner must read a failure, not silence.
        raise _as_tool_error(tool, error) from error


def _checked(tool: VisionTool, result: object) -> ToolReport | Exception:
    if isinstance(result, Exception):
        return _as_tool_error(tool, result)
    if not isinstance(result, ToolReport):
        return ToolError(f"{tool.name} returned {type(result).__name__}, not a ToolReport")
    return result


def _as_tool_error(tool: VisionTool, error: BaseException) -> ToolError:
    if isinstance(error, ToolError):
        return error
    return ToolError(f"{tool.name} failed: {type(error).__name__}: {error}")
