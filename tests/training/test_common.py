"""What all trainings share: the loop that resumes, the schedule, the augmentation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

from training.common import checkpoints, loop
from training.common.augment import MILD, STRONG, augment
from training.common.stages import describe, parse_stages


class Sum:
    """Remembers what it was given."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def state_dict(self) -> dict[str, Any]:
        return {"seen": list(self.seen)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.seen = list(state_dict["seen"])


def count(work: Path, *, steps: int = 10, end: int = 100, stops_at: int = -1) -> tuple[Sum, Any]:
    """Add up step numbers, with a checkpoint every four; the sum, and the lines of the log."""
    total, lines = Sum(), list[str]()

    def update(step: int, batch: int) -> dict[str, float]:
        if step == stops_at:
            raise KeyboardInterrupt
        total.seen.append(batch)
        return {"loss": float(batch)}

    def batches(first: int) -> Iterator[int]:
        yield from range(first, end)

    loop.run(
        batches, update, steps=steps, pictures=2, work=work, parts={"sum": total},
        log=lines.append, every=4,
    )  # fmt: skip
    return total, lines


def test_a_training_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        count(tmp_path, stops_at=6)
    total, lines = count(tmp_path)
    assert total.seen == list(range(10)), "steps 4 and 5 were lost and are taken again"
    assert [line.split(" loss")[0] for line in lines] == ["step 8/10", "step 10/10"]
    assert "loss 5.500" in lines[0], "the mean since the last line"
    assert count(tmp_path)[1] == [], "it is over"


def test_a_training_is_over_where_its_batches_end(tmp_path: Path) -> None:
    total, lines = count(tmp_path, end=6)
    assert total.seen == list(range(6))
    assert lines[-1].startswith("step 6/10 loss 4.500")
    kept = Sum()
    assert checkpoints.load(tmp_path / loop.CHECKPOINT, sum=kept) == 6
    assert kept.seen == total.seen


def test_a_checkpoint_is_whole_or_not_there(tmp_path: Path) -> None:
    class Broken(Sum):
        def state_dict(self) -> dict[str, Any]:
            return {"seen": lambda: None}

    file = tmp_path / "checkpoint.pt"
    good = Sum()
    good.seen = [1, 2]
    checkpoints.save(file, 2, sum=good)
    with pytest.raises(Exception, match="pickle"):
        checkpoints.save(file, 3, sum=Broken())
    kept = Sum()
    assert checkpoints.load(file, sum=kept) == 2
    assert kept.seen == [1, 2]


def test_the_rate_rises_and_falls() -> None:
    rates = [loop.cosine(step, 100, 10) for step in range(100)]
    assert rates[:10] == pytest.approx([0.1 * n for n in range(1, 11)])
    assert rates[10] == 1
    assert all(a > b for a, b in pairwise(rates[10:]))
    assert 0 < rates[-1] < 0.001


def test_stages_are_read() -> None:
    assert parse_stages("160:20,320:10") == [(160, 20), (320, 10)]
    assert describe("160:20,320:10") == "20 epochs at 160 px, 10 epochs at 320 px"


@pytest.mark.parametrize("strength", [MILD, STRONG])
def test_augmented_pictures_stay_pictures(strength: Any) -> None:
    pixels = torch.randint(0, 256, (8, 3, 128, 128), dtype=torch.uint8)
    once, again, otherwise = (
        augment(pixels, 96, torch.Generator().manual_seed(seed), strength) for seed in (1, 1, 2)
    )
    assert once.shape == (8, 3, 96, 96)
    assert once.min() >= 0
    assert once.max() <= 1
    assert torch.equal(once, again)
    assert not torch.equal(once, otherwise)


def test_a_part_is_hidden_in_the_share_of_the_pictures_that_is_asked_for() -> None:
    white = torch.full((400, 3, 32, 32), 255, dtype=torch.uint8)
    generator = torch.Generator().manual_seed(0)
    hidden = augment(white, 32, generator, STRONG) == 0.5
    share = hidden.all(1).flatten(1).any(1).float().mean()
    assert float(share) == pytest.approx(STRONG.erased, abs=0.08)
