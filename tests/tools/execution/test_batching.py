from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import CancelledError
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import OverloadedError
from tools.execution.batching import MicroBatcher


class Doubler:
    """Doubles numbers, can be held back, and writes down what came together."""

    def __init__(self) -> None:
        self.batches: list[list[Any]] = []
        self.threads: set[int] = set()
        self.entered = threading.Event()
        self.go = threading.Event()
        self.go.set()

    def __call__(self, items: list[Any]) -> list[Any]:
        self.batches.append(list(items))
        self.threads.add(threading.get_ident())
        self.entered.set()
        self.go.wait(10)
        if "poison" in items:
            raise RuntimeError("poisoned batch")
        return [ValueError("odd one") if item == "odd" else item * 2 for item in items]


@pytest.fixture
def doubler() -> Doubler:
    return Doubler()


@pytest.fixture
def batcher(doubler: Doubler) -> Iterator[MicroBatcher[Any, Any]]:
    made = MicroBatcher[Any, Any](doubler, max_batch=3)
    yield made
    doubler.go.set()
    made.close()


def hold(doubler: Doubler, batcher: MicroBatcher[Any, Any]) -> Any:
    """Keep the worker busy with one item; returns that item's future."""
    doubler.go.clear()
    first = batcher.submit(0)
    assert doubler.entered.wait(10)
    return first


async def test_what_waits_goes_together(doubler: Doubler, batcher: MicroBatcher[Any, Any]) -> None:
    first = hold(doubler, batcher)
    rest = [batcher.submit(n) for n in range(1, 6)]
    doubler.go.set()
    results = await asyncio.gather(*(asyncio.wrap_future(f) for f in [first, *rest]))
    assert results == [0, 2, 4, 6, 8, 10]
    assert doubler.batches == [[0], [1, 2, 3], [4, 5]]
    assert len(doubler.threads) == 1


async def test_an_error_is_its_items_alone(
    doubler: Doubler, batcher: MicroBatcher[Any, Any]
) -> None:
    hold(doubler, batcher)
    items = [batcher.submit(item) for item in (1, "odd", 3)]
    doubler.go.set()
    done = await asyncio.gather(*(asyncio.wrap_future(f) for f in items), return_exceptions=True)
    assert [str(result) for result in done] == ["2", "odd one", "6"]


async def test_a_batch_that_fails_is_tried_one_by_one(
    doubler: Doubler, batcher: MicroBatcher[Any, Any]
) -> None:
    hold(doubler, batcher)
    items = [batcher.submit(item) for item in (1, "poison", 3)]
    doubler.go.set()
    done = await asyncio.gather(*(asyncio.wrap_future(f) for f in items), return_exceptions=True)
    assert [str(result) for result in done] == ["2", "poisoned batch", "6"]
    assert await batcher.infer(4) == 8


async def test_too_few_results_are_an_error() -> None:
    batcher = MicroBatcher[int, int](lambda _items: [])
    with pytest.raises(ValueError, match="shorter"):
        await batcher.infer(1)
    batcher.close()


def test_callers_from_several_loops_share_the_worker(
    doubler: Doubler, batcher: MicroBatcher[Any, Any]
) -> None:
    results: dict[int, int] = {}

    def ask(number: int) -> None:
        results[number] = asyncio.run(batcher.infer(number))

    askers = [threading.Thread(target=ask, args=(n,)) for n in range(6)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(10)
    assert results == {n: n * 2 for n in range(6)}
    assert len(doubler.threads) == 1


async def test_a_caller_that_gives_up_takes_its_item_along(
    doubler: Doubler, batcher: MicroBatcher[Any, Any]
) -> None:
    first = hold(doubler, batcher)
    task = asyncio.ensure_future(batcher.infer(7))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    doubler.go.set()
    assert await asyncio.wrap_future(first) == 0
    assert await batcher.infer(1) == 2
    assert [7] not in doubler.batches


def test_no_more_waits_than_there_is_room_for(doubler: Doubler) -> None:
    batcher = MicroBatcher[Any, Any](doubler, max_waiting=2)
    first = hold(doubler, batcher)
    waiting = [batcher.submit(number) for number in (1, 2)]
    with pytest.raises(OverloadedError, match="2 looks"):
        batcher.submit(3)
    waiting[0].cancel()
    last = batcher.submit(4)
    doubler.go.set()
    assert [f.result(10) for f in (first, waiting[1], last)] == [0, 4, 8]
    batcher.close()


def test_workers_run_side_by_side() -> None:
    together = threading.Barrier(2, timeout=10)

    def meet(items: list[int]) -> list[int]:
        together.wait()
        return items

    batcher = MicroBatcher[int, int](meet, max_batch=1, workers=2)
    assert [f.result(10) for f in [batcher.submit(n) for n in range(4)]] == [0, 1, 2, 3]
    batcher.close()
    for thread in batcher._workers:
        thread.join(10)
        assert not thread.is_alive()


def test_closing_drops_what_waits_and_refuses_more(
    doubler: Doubler, batcher: MicroBatcher[Any, Any]
) -> None:
    first = hold(doubler, batcher)
    waiting = batcher.submit(1)
    batcher.close()
    doubler.go.set()
    assert first.result(10) == 0
    with pytest.raises(CancelledError):
        waiting.result(10)
    with pytest.raises(RuntimeError, match="closed"):
        batcher.submit(2)
    for thread in batcher._workers:
        thread.join(10)
    assert not any(thread.is_alive() for thread in batcher._workers)


def test_a_forgotten_batcher_ends_its_thread_and_keeps_nothing() -> None:
    class Item:
        pass

    batcher = MicroBatcher[Item, bool](lambda items: [True for _ in items])
    item = Item()
    gone = weakref.ref(item)
    assert batcher.submit(item).result(10)
    (thread,) = batcher._workers
    del batcher, item
    thread.join(10)
    assert not thread.is_alive()
    assert gone() is None


def test_a_hung_batch_does_not_keep_the_program_from_ending() -> None:
    program = (
        "import threading, tools.execution.batching as b; b.EXIT_WAIT_S = 0.05\n"
        "started = threading.Event()\n"
        "batcher = b.MicroBatcher(lambda items: (started.set(), threading.Event().wait()))\n"
        "batcher.submit(1); started.wait(10); print('end')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout.strip() == "end"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([1, 2, "odd", "poison"]), max_size=20), st.integers(1, 6))
def test_every_item_gets_what_it_would_get_alone(items: list[Any], max_batch: int) -> None:
    doubler = Doubler()
    batcher = MicroBatcher[Any, Any](doubler, max_batch=max_batch)
    futures = [batcher.submit(item) for item in items]
    expected = {1: "2", 2: "4", "odd": "odd one", "poison": "poisoned batch"}
    assert [str(f.exception(10) or f.result(10)) for f in futures] == [expected[i] for i in items]
    assert max(map(len, doubler.batches), default=0) <= max_batch
    batcher.close()
