"""Whoever measures is told of calls and batches; what runs in a tool's thread knows for whom."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from typing import Any, Literal

import numpy as np
import pytest

from tools import Finding, Picture, PictureStore, ToolError, ToolReport, vision_tool
from tools.base import BatchedTool
from tools.execution.batching import MicroBatcher
from tools.execution.cache import ResultCache
from tools.execution.local import LocalRunner
from tools.execution.origins import origins

PICTURE = PictureStore().add(np.zeros((20, 20, 3), np.uint8))


class Notes:
    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.runs: list[tuple[str, int]] = []

    def called(self, tool: str, status: str, elapsed_s: float) -> None:
        assert elapsed_s >= 0
        self.calls.append((tool, status))

    def ran(self, tool: str, calls: int, elapsed_s: float) -> None:
        assert elapsed_s >= 0
        self.runs.append((tool, calls))


@vision_tool(version="1")
def look(picture: Picture, what: Literal["a", "b", "fog"]) -> ToolReport:
    """Look."""
    if what == "fog":
        raise ToolError("fog hides everything")
    found = Finding(picture=picture.ref, label=what, score=0.5)
    return ToolReport(summary=f"look {picture.ref.id}", findings=(found,))


async def test_calls_are_told_by_how_they_ended() -> None:
    runner, notes = LocalRunner([look], ResultCache()), Notes()
    runner.know(PICTURE)
    runner.observers.append(notes)

    async def call(name: str, what: str) -> Any:
        return await runner.call(name, {"what": what}, picture=PICTURE.ref, region=None)

    await call("look", "a")
    await call("look", "a")
    for what in ("fog", "no such thing"):
        with pytest.raises(ToolError):
            await call("look", what)
    with pytest.raises(ToolError):
        await call("a name that a planner made up", "a")
    runner.observers.remove(notes)
    await call("look", "b")
    runner.close()
    assert notes.calls == [("look", s) for s in ("ok", "cached", "error", "error")]
    assert notes.runs == [("look", 1)] * 2


async def test_a_batch_is_told_once_with_its_size_and_a_cancelled_call_as_one() -> None:
    entered, go = threading.Event(), threading.Event()

    @vision_tool(version="1")
    def held(picture: Picture, what: Literal["a", "b", "c", "d"]) -> ToolReport:
        """Look."""
        entered.set()
        go.wait(10)
        return ToolReport(summary=f"held {picture.ref.id}", findings=())

    def several(calls: list[dict[str, Any]]) -> list[ToolReport]:
        return [held.run(**call) for call in calls]

    tool = BatchedTool(**vars(held), run_batch=several, max_batch=4)
    runner, notes = LocalRunner([tool], ResultCache()), Notes()
    runner.know(PICTURE)
    runner.observers.append(notes)

    def call(what: str) -> asyncio.Task[Any]:
        asked = runner.call("held", {"what": what}, picture=PICTURE.ref, region=None)
        return asyncio.create_task(asked)

    first = call("a")
    assert await asyncio.to_thread(entered.wait, 10)
    rest = [call(what) for what in "bcd"]
    await asyncio.sleep(0)
    rest[0].cancel()
    await asyncio.gather(rest[0], return_exceptions=True)
    go.set()
    await asyncio.gather(first, *rest[1:])
    runner.close()
    assert sorted(notes.calls) == [("held", "cancelled")] + [("held", "ok")] * 3
    assert notes.runs == [("held", 1), ("held", 2)]


def test_a_batch_has_the_origins_of_all_and_one_that_is_tried_again_its_own() -> None:
    entered, go = threading.Event(), threading.Event()
    seen: list[tuple[list[int], tuple[str, ...]]] = []

    def infer(items: list[int]) -> list[int]:
        seen.append((items, origins.get()))
        entered.set()
        go.wait(10)
        if len(items) > 1:
            raise RuntimeError("one by one, please")
        return items

    def submit(batcher: MicroBatcher[int, int], item: int, origin: str | None) -> Any:
        context = contextvars.copy_context()
        if origin is not None:
            context.run(origins.set, (origin,))
        return context.run(batcher.submit, item)

    batcher = MicroBatcher[int, int](infer, max_batch=8)
    futures = [submit(batcher, 0, "zero")]
    assert entered.wait(10)
    futures += [submit(batcher, n, name) for n, name in enumerate(["a", "b", "a", None], start=1)]
    go.set()
    assert [future.result(10) for future in futures] == [0, 1, 2, 3, 4]
    batcher.close()
    assert seen == [
        ([0], ("zero",)), ([1, 2, 3, 4], ("a", "b")),
        ([1], ("a",)), ([2], ("b",)), ([3], ("a",)), ([4], ()),
    ]  # fmt: skip
    assert origins.get() == ()
