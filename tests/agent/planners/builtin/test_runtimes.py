"""On NumPy and on torch, the packaged planner writes the same."""

from __future__ import annotations

from typing import Any

import pytest

from agent.planners.builtin.chat_model import BuiltinChatModel
from tests.vllm.conversations import Place, places, written


def both(asked: list[Place]) -> tuple[list[Any], list[Any]]:
    numpy, torch = (BuiltinChatModel(runtime=name, device="cpu") for name in ("numpy", "torch"))
    return written(numpy, asked), written(torch, asked)


def test_a_few_conversations_are_written_alike() -> None:
    here, there = both(list(places())[::97])
    assert here == there
    assert 0 < sum(isinstance(turn, list) for turn in here) < len(here), "calls and answers"


@pytest.mark.slow
def test_all_conversations_are_written_alike() -> None:
    here, there = both(list(places()))
    assert here == there
    assert len(here) > 200
