from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from tools import Finding, Picture, PictureStore, Region, ToolError, ToolReport, vision_tool
from tools.base import BatchedTool
from tools.errors import BadArgumentError
from tools.execution.breaker import CircuitBreaker
from tools.execution.cache import ResultCache
from tools.execution.local import LocalRunner

PICTURE = PictureStore().add(np.zeros((20, 20, 3), np.uint8))


class Counted:
    """A tool that counts its runs and can be held back."""

    def __init__(self) -> None:
        self.runs = 0
        self.at_once = 0
        self.most_at_once = 0
        self.go = threading.Event()
        self.go.set()
        counted = self

        @vision_tool(version="1")
        def look(
            picture: Picture, what: Literal["a", "b"], region: Region | None = None
        ) -> ToolReport:
            """Look."""
            counted.runs += 1
            counted.at_once += 1
            counted.most_at_once = max(counted.most_at_once, counted.at_once)
            counted.go.wait(10)
            counted.at_once -= 1
            box = region.box_xyxy if region else None
            found = Finding(picture=picture.ref, label=what, box_xyxy=box, score=0.5)
            return ToolReport(summary=f"look {picture.ref.id}", findings=(found,))

        self.tool = look


@pytest.fixture
def counted() -> Counted:
    return Counted()


def runner_of(
    *tools: Any, cache: ResultCache | None = None, timeout_s: float = 10, **more: Any
) -> LocalRunner:
    runner = LocalRunner(tools, cache or ResultCache(), timeout_s=timeout_s, **more)
    runner.know(PICTURE)
    return runner


async def test_the_second_look_comes_from_the_cache(counted: Counted) -> None:
    runner = runner_of(counted.tool)
    first = await runner.call("look", {"what": "a"}, picture=PICTURE.ref, region=None)
    second = await runner.call("look", {"what": "a"}, picture=PICTURE.ref, region=None)
    region = Region(picture=PICTURE.ref, box_xyxy=(0, 0, 5, 5))
    third = await runner.call("look", {"what": "a"}, picture=PICTURE.ref, region=region)
    assert [cached for _, cached in (first, second, third)] == [False, True, False]
    assert first[0] == second[0] != third[0]
    assert counted.runs == 2


async def test_owners_share_no_look_neither_kept_nor_being_made(counted: Counted) -> None:
    counted.go.clear()
    runner = runner_of(counted.tool)
    owners = [runner.of(name) for name in ("one", "one", "two")]

    async def looks() -> list[bool]:
        calls = [
            asyncio.ensure_future(o.call("look", {"what": "a"}, picture=PICTURE.ref, region=None))
            for o in owners
        ]
        await asyncio.sleep(0)
        counted.go.set()
        return [cached for _, cached in await asyncio.gather(*calls)]

    assert await looks() == [False] * 3
    assert counted.runs == 2, "who comes second waits as long as if nobody had asked"
    assert await looks() == [True] * 3
    runner.forget("one")
    assert await looks() == [False, False, True]
    anybody = await runner.call("look", {"what": "a"}, picture=PICTURE.ref, region=None)
    assert not anybody[1]


async def test_a_kept_result_speaks_of_the_picture_that_asks(counted: Counted) -> None:
    store = PictureStore()
    store.add(np.ones((4, 4, 3), np.uint8))
    same = store.add(np.zeros((20, 20, 3), np.uint8), "other name")
    assert same.ref.id == "img_2"
    runner = runner_of(counted.tool)
    await runner.call("look", {"what": "a"}, picture=PICTURE.ref, region=None)
    runner.know(same)
    report, cached = await runner.call("look", {"what": "a"}, picture=same.ref, region=None)
    assert cached
    assert report.findings[0].picture == same.ref
    assert report.summary == "look img_2"


async def test_a_disk_cache_outlives_the_runner(counted: Counted, tmp_path: Path) -> None:
    for expected in (False, True):
        runner = runner_of(counted.tool, cache=ResultCache(tmp_path))
        _, cached = await runner.call("look", {"what": "a"}, picture=PICTURE.ref, region=None)
        assert cached is expected
        runner.close()


async def test_the_same_calls_at_once_run_once_and_others_one_by_one(counted: Counted) -> None:
    counted.go.clear()
    runner = runner_of(counted.tool)
    calls = [
        asyncio.ensure_future(runner.call("look", {"what": w}, picture=PICTURE.ref, region=None))
        for w in ("a", "a", "b", "a")
    ]
    await asyncio.sleep(0)
    counted.go.set()
    await asyncio.gather(*calls)
    assert counted.runs == 2
    assert counted.most_at_once == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"what": "c"}, "'a' or 'b'"),
        ({}, "what"),
        ({"what": "a", "path": "/etc/passwd"}, "path"),
        ({"what": ["a"]}, "what"),
    ],
)
async def test_wrong_arguments_say_what_is_allowed(
    counted: Counted, arguments: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadArgumentError, match=says):
        await runner_of(counted.tool).call("look", arguments, picture=PICTURE.ref, region=None)
    assert counted.runs == 0


async def test_failures_are_tool_errors_and_never_kept() -> None:
    attempts = []

    @vision_tool(version="1")
    def break_down(picture: Picture) -> ToolReport:
        """Break down."""
        attempts.append(1)
        raise RuntimeError("the lamp is out")

    runner = runner_of(break_down)
    for _ in range(2):
        with pytest.raises(ToolError, match="RuntimeError: the lamp is out"):
            await runner.call("break_down", {}, picture=PICTURE.ref, region=None)
    assert len(attempts) == 2


async def test_a_tool_that_returns_something_else_is_a_failure() -> None:
    @vision_tool(version="1")
    def shrug(picture: Picture) -> ToolReport:
        """Shrug."""
        return None  # type: ignore[return-value]

    with pytest.raises(ToolError, match="not a ToolReport"):
        await runner_of(shrug).call("shrug", {}, picture=PICTURE.ref, region=None)


async def test_a_tool_that_hangs_is_given_up(counted: Counted) -> None:
    counted.go.clear()
    runner = runner_of(counted.tool, timeout_s=0.05)
    with pytest.raises(ToolError, match="longer than"):
        await runner.call("look", {"what": "a"}, picture=PICTURE.ref, region=None)
    counted.go.set()
    runner.close()


async def test_a_region_for_a_tool_without_one_is_refused() -> None:
    @vision_tool(version="1")
    def whole(picture: Picture) -> ToolReport:
        """Look at all of it."""
        return ToolReport()

    region = Region(picture=PICTURE.ref, box_xyxy=(0, 0, 5, 5))
    with pytest.raises(BadArgumentError, match="no region"):
        await runner_of(whole).call("whole", {}, picture=PICTURE.ref, region=region)


def test_two_tools_of_one_name_are_refused(counted: Counted) -> None:
    with pytest.raises(ValueError, match="two tools are named look"):
        runner_of(counted.tool, Counted().tool)


async def test_an_unknown_tool_is_named_with_those_that_there_are(counted: Counted) -> None:
    with pytest.raises(BadArgumentError, match="no tool 'fly'; there are look"):
        await runner_of(counted.tool).call("fly", {}, picture=PICTURE.ref, region=None)


async def test_a_tool_that_wants_to_exit_has_only_failed() -> None:
    @vision_tool(version="1")
    def leave(picture: Picture) -> ToolReport:
        """Leave."""
        raise SystemExit(3)

    runner = runner_of(leave)
    with pytest.raises(ToolError, match="leave failed: SystemExit: 3"):
        await runner.call("leave", {}, picture=PICTURE.ref, region=None)
    runner.close()


async def test_calls_that_wait_go_to_the_tool_together() -> None:
    batches: list[list[str]] = []
    entered, go = threading.Event(), threading.Event()

    @vision_tool(version="1")
    def say(picture: Picture, what: str) -> ToolReport:
        """Say it."""
        entered.set()
        go.wait(10)
        batches.append([what])
        return ToolReport(summary=what)

    def several(calls: list[dict[str, Any]]) -> list[ToolReport | Exception]:
        batches.append([call["what"] for call in calls])
        return [
            KeyError("no word") if call["what"] == "" else ToolReport(summary=call["what"])
            for call in calls
        ]

    runner = runner_of(BatchedTool(**vars(say), run_batch=several, max_batch=2))
    calls = []
    for what in ("a", "b", "", "d"):
        call = runner.call("say", {"what": what}, picture=PICTURE.ref, region=None)
        calls.append(asyncio.ensure_future(call))
        await asyncio.to_thread(entered.wait, 10)
    go.set()
    done = await asyncio.gather(*calls, return_exceptions=True)
    assert batches == [["a"], ["b", ""], ["d"]]
    summaries = [r.summary for r, _ in (d for d in done if not isinstance(d, BaseException))]
    assert summaries == ["a", "b", "d"]
    assert isinstance(done[2], ToolError)
    assert "say failed: KeyError" in str(done[2])
    runner.close()


async def test_close_stops_the_workers(counted: Counted) -> None:
    others = set(threading.enumerate())  # of runners that were closed before and still end
    runner = runner_of(counted.tool)
    await runner.call("look", {"what": "a"}, picture=PICTURE.ref, region=None)
    (worker,) = (t for t in set(threading.enumerate()) - others if t.name == "tool-look")
    runner.close()
    worker.join(10)
    assert not worker.is_alive()


async def test_a_picture_is_known_as_long_as_it_lives(counted: Counted) -> None:
    runner = runner_of(counted.tool)
    other = PictureStore().add(np.full((6, 6, 3), 7, np.uint8))
    ref = other.ref
    with pytest.raises(KeyError):
        await runner.call("look", {"what": "a"}, picture=ref, region=None)
    runner.know(other)
    await runner.call("look", {"what": "a"}, picture=ref, region=None)
    del other
    gc.collect()
    with pytest.raises(KeyError):
        await runner.call("look", {"what": "b"}, picture=ref, region=None)
    runner.close()


async def begun(counted: Counted, runs: int) -> None:
    """Wait until the tool has begun that many runs."""
    while counted.runs < runs:
        await asyncio.sleep(0)


async def test_what_nobody_waits_for_is_not_done(counted: Counted) -> None:
    counted.go.clear()
    runner = runner_of(counted.tool)

    def look(what: str, box: Any = None) -> asyncio.Task[Any]:
        region = Region(picture=PICTURE.ref, box_xyxy=box) if box else None
        return asyncio.ensure_future(
            runner.call("look", {"what": what}, picture=PICTURE.ref, region=region)
        )

    first = look("a")
    await begun(counted, 1)
    leaving = [look("b"), look("b"), look("a", (0, 0, 5, 5)), look("b", (0, 0, 5, 5))]
    staying = look("b")
    await asyncio.sleep(0)
    for task in leaving:
        task.cancel()
    await asyncio.gather(*leaving, return_exceptions=True)
    counted.go.set()
    await asyncio.gather(first, staying)
    assert counted.runs == 2, "the first, and the one that one of three still waits for"
    again = await runner.call(
        "look", {"what": "a"}, picture=PICTURE.ref,
        region=Region(picture=PICTURE.ref, box_xyxy=(0, 0, 5, 5)),
    )  # fmt: skip
    assert again[1] is False
    runner.close()


async def test_a_call_that_was_given_up_in_the_queue_keeps_no_picture(counted: Counted) -> None:
    counted.go.clear()
    runner = runner_of(counted.tool)
    first = asyncio.ensure_future(
        runner.call("look", {"what": "a"}, picture=PICTURE.ref, region=None)
    )
    await begun(counted, 1)
    other = PictureStore().add(np.full((6, 6, 3), 9, np.uint8))
    gone = weakref.ref(other)
    runner.know(other)
    waiting = asyncio.ensure_future(
        runner.call("look", {"what": "b"}, picture=other.ref, region=None)
    )
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    del other, waiting
    for _ in range(5):  # callbacks of the loop still hold the call's frames
        await asyncio.sleep(0)
    gc.collect()
    assert gone() is None
    counted.go.set()
    await first
    runner.close()


async def test_a_tool_that_hangs_is_soon_not_waited_for_and_comes_back(counted: Counted) -> None:
    now = 0.0
    runner = runner_of(
        counted.tool,
        timeout_s=10,
        breaker=lambda: CircuitBreaker(after=3, pause_s=60, clock=lambda: now),
    )

    def wait_at_most(seconds: float) -> None:
        runner._timeout_s = runner._workers["look"]._timeout_s = seconds

    async def look(what: str) -> str:
        region = Region(picture=PICTURE.ref, box_xyxy=(0, 0, 5, 5))
        try:
            await runner.call("look", {"what": what}, picture=PICTURE.ref, region=region)
        except ToolError as error:
            return str(error)
        return "seen"

    assert await look("b") == "seen"
    assert runner.troubles == {}
    counted.go.clear()
    wait_at_most(0.02)
    assert "longer than 0.02 s" in await look("a")
    assert "still busy" in runner.troubles["look"]
    for _ in range(2):
        with pytest.raises(ToolError, match="longer than"):
            await runner.call("look", {"what": "b"}, picture=PICTURE.ref, region=None)
    runs = counted.runs
    assert "3 times in a row" in await look("a")
    assert "not asked" in runner.troubles["look"]
    now = 61
    assert "not asked" in await look("a"), "the pause is over, and it still hangs"
    counted.go.set()
    while "busy" in runner.troubles["look"]:
        await asyncio.sleep(0)
    wait_at_most(10)
    assert await look("a") == "seen"
    assert runner.troubles == {}
    assert counted.runs == runs + 1
    runner.close()


async def test_waiting_behind_calls_that_go_on_is_no_fault_of_the_tool(counted: Counted) -> None:
    runner = runner_of(counted.tool, timeout_s=10)
    counted.go.clear()
    first = asyncio.ensure_future(
        runner.call("look", {"what": "a"}, picture=PICTURE.ref, region=None)
    )
    await begun(counted, 1)
    for _ in range(5):
        with pytest.raises(ToolError, match="longer than"):
            await runner.call(
                "look", {"what": "b"}, picture=PICTURE.ref, region=None, within_s=0.01
            )
    assert runner.troubles == {}
    counted.go.set()
    await first
    runner.close()


async def test_the_event_loop_does_not_wait_for_the_disk(counted: Counted, tmp_path: Path) -> None:
    class Held(ResultCache):
        """Reads and writes only while the event loop is running."""

        def get(self, key: str, picture: Any) -> Any:
            self.wait()
            return super().get(key, picture)

        def put(self, key: str, report: ToolReport, picture: Any, age: int | None = None) -> None:
            self.wait()
            super().put(key, report, picture, age)

        def wait(self) -> None:
            turned = threading.Event()
            loop.call_soon_threadsafe(turned.set)
            assert turned.wait(10), "the event loop stands still"

    loop = asyncio.get_running_loop()
    runner = runner_of(counted.tool, cache=Held(tmp_path))
    await runner.call("look", {"what": "a"}, picture=PICTURE.ref, region=None)
    runner.close()
    again = runner_of(counted.tool, cache=Held(tmp_path))
    _, cached = await again.call("look", {"what": "a"}, picture=PICTURE.ref, region=None)
    assert cached
    again.close()


async def test_a_closed_runner_says_so(counted: Counted) -> None:
    runner = runner_of(counted.tool)
    runner.close()
    with pytest.raises(RuntimeError, match="closed"):
        await runner.call("look", {"what": "a"}, picture=PICTURE.ref, region=None)


@pytest.mark.parametrize(("can", "most"), [(True, 2), (False, 1)])
async def test_streams_are_for_tools_that_can_be_run_side_by_side(can: bool, most: int) -> None:
    running, seen, entered = 0, [], threading.Semaphore(0)
    go = threading.Event()

    @vision_tool(version="1")
    def say(picture: Picture, what: str) -> ToolReport:
        """Say it."""
        nonlocal running
        running += 1
        seen.append(running)
        entered.release()
        go.wait(10)
        running -= 1
        return ToolReport(summary=what)

    runner = runner_of(replace(say, side_by_side=can), streams=2)
    calls = [
        asyncio.ensure_future(
            runner.call("say", {"what": str(n)}, picture=PICTURE.ref, region=None)
        )
        for n in range(4)
    ]
    for _ in range(most):
        assert await asyncio.to_thread(entered.acquire, timeout=10)
    go.set()
    assert [report.summary for report, _ in await asyncio.gather(*calls)] == list("0123")
    assert max(seen) == most
    runner.close()


async def test_a_look_whose_time_is_over_while_it_waits_is_not_made() -> None:
    said: list[str] = []
    entered, go = threading.Event(), threading.Event()

    @vision_tool(version="1")
    def say(picture: Picture, what: str) -> ToolReport:
        """Say it."""
        entered.set()
        go.wait(10)
        said.append(what)
        return ToolReport(summary=what)

    runner = runner_of(say)
    ask = partial(runner.call, "say", picture=PICTURE.ref, region=None)
    first = asyncio.ensure_future(ask({"what": "first"}))
    await asyncio.to_thread(entered.wait, 10)
    with pytest.raises(ToolError, match="took longer"):
        await ask({"what": "late"}, within_s=0.01)
    last = asyncio.ensure_future(ask({"what": "last"}))
    go.set()
    await asyncio.gather(first, last)
    assert said == ["first", "last"]
    runner.close()
