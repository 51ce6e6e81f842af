"""One tool at work: its thread, the calls that share a run, and what happens when it hangs.

Calls come checked, with pictures instead of ids; caching is `tools.execution.local`'s.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from tools.base import BatchedTool, VisionTool
from tools.errors import ToolError
from tools.evidence import ToolReport
from tools.execution.batching import MicroBatcher
from tools.execution.breaker import CircuitBreaker
from tools.execution.observing import RunObserver


@dataclass
class _Run:
    """One run of the tool, and how many calls wait for it."""

    future: Future[ToolReport]
    waiters: int = 0


class ToolWorker:
    """Runs one tool's calls in threads of its own, batched where the tool can do that.

    That is one thread, unless there are `streams` and the tool is `side_by_side`. Then calls are
    not batched: on a CPU, for which streams are, a batch takes as long as its calls one by one.

    The same look at the same time is one run; a run that nobody waits for any more is dropped,
    unless it has begun (code of the tool cannot be interrupted). A tool that hangs keeps its
    thread; its `breaker` sees to it that callers are soon told so at once.
    """

    def __init__(
        self,
        tool: VisionTool,
        timeout_s: float,
        breaker: CircuitBreaker,
        observers: Sequence[RunObserver] = (),
        streams: int = 1,
    ) -> None:
        self._tool = tool
        self._timeout_s = timeout_s
        self._breaker = breaker
        self._runs: dict[Hashable, _Run] = {}
        self._late: set[Future[ToolReport]] = set()
        workers = streams if tool.side_by_side else 1
        self._batcher = MicroBatcher[dict[str, Any], ToolReport](
            lambda calls: _observed(tool, calls, observers),
            max_batch=tool.max_batch if isinstance(tool, BatchedTool) and workers == 1 else 1,
            workers=workers,
            name=f"tool-{tool.name}",
        )

    async def run(self, look: Hashable, values: dict[str, Any], within_s: float) -> ToolReport:
        """The report of one look; all callers of a worker share an event loop.

        Args:
            look: what is looked at and how; runs of the same look are shared.
            values: the keyword arguments of the tool's function.
            within_s: seconds that the caller can wait.

        Raises:
            ToolError: the tool failed, took too long, or is not asked because it hangs.
            OverloadedError: too many looks wait for it.
        """
        if self._is_given_up:
            raise ToolError(f"{self._tool.name} {self.trouble}; do without it")
        limit = min(self._timeout_s, within_s)
        if limit <= 0:
            raise ToolError(f"no time is left to run {self._tool.name}; answer from what is there")
        run = self._runs.get(look) or self._begin(look, values)
        run.waiters += 1
        try:
            async with asyncio.timeout(limit):
                report = await asyncio.shield(asyncio.wrap_future(run.future))
        except TimeoutError:
            self._note_late(run.future, was_fair=within_s >= self._timeout_s)
            raise ToolError(
                f"{self._tool.name} took longer than {limit:.3g} s; try a smaller region"
            ) from None
        except ToolError:
            self._breaker.answered()
            raise
        finally:
            run.waiters -= 1
            if not run.waiters:
                run.future.cancel()
        self._breaker.answered()
        return report

    @property
    def trouble(self) -> str | None:
        """What is wrong with the tool's answering, in words; None where nothing is."""
        said = []
        if count := self._breaker.timeouts:
            said.append(f"did not answer in time{f' {count} times in a row' * (count > 1)}")
        if self._late:
            said.append("is still busy with a call that was given up")
        if self._is_given_up:
            said.append("is not asked for now")
        return ", ".join(said) or None

    @property
    def _is_given_up(self) -> bool:
        """Whether calls are refused: in the pause, and after it for as long as the thread hangs."""
        return self._breaker.is_open or (self._breaker.has_tripped and bool(self._late))

    def close(self) -> None:
        """Drop what waits; the thread ends with what it is doing."""
        self._batcher.close()

    def _begin(self, look: Hashable, values: dict[str, Any]) -> _Run:
        run = self._runs[look] = _Run(self._batcher.submit(values))
        run.future.add_done_callback(lambda _done: self._runs.pop(look, None))
        return run

    def _note_late(self, future: Future[ToolReport], *, was_fair: bool) -> None:
        """A call was given up: the tool's fault if it had begun, or waited for one that hangs.

        Waiting behind others that go on is nobody's fault.
        """
        is_first = future not in self._late
        if future.running() and is_first:
            self._late.add(future)
            future.add_done_callback(self._late.discard)
        if was_fair and is_first and self._late:
            self._breaker.timed_out()


def _observed(
    tool: VisionTool, calls: list[dict[str, Any]], observers: Sequence[RunObserver]
) -> list[ToolReport | Exception]:
    started = time.perf_counter()
    try:
        return run_calls(tool, calls)
    finally:
        for observer in observers:
            observer.ran(tool.name, len(calls), time.perf_counter() - started)


def run_calls(tool: VisionTool, calls: list[dict[str, Any]]) -> list[ToolReport | Exception]:
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
