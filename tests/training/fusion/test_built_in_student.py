"""The student of the built-in fused model: a teacher is asked once, and what it says is learnt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from tests.fakes.fusion_data import fusion_data
from training.fusion.built_in import student
from training.fusion.built_in.learning import is_held_out, read_lessons
from training.fusion.built_in.student import FROZEN, Student, is_kept, loss_of
from training.fusion.built_in.teacher import SIDE, centred, photographs, taught, view_of


class ColourTeacher:
    """Says the mean colours of a picture's halves."""

    def __init__(self) -> None:
        self.asked = 0

    def vectors(self, pictures: Sequence[Any]) -> Any:
        self.asked += len(pictures)
        half = SIDE // 2
        rows = np.array([[*p[:half].mean((0, 1)), *p[half:].mean((0, 1)), 9] for p in pictures])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = fusion_data(tmp_path_factory.mktemp("pictures"), 20)
    rows = [{"image": f"images/00{at}.png", "captions": ["A car on a street."]} for at in range(2)]
    (folder / "photos" / "captions.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder


def nothing(_: str) -> None: ...


def nobody() -> Any:
    raise AssertionError("the teacher has been asked already")


def test_no_photograph_that_is_measured_on_is_learnt_from(data: Path) -> None:
    names = photographs(data)
    assert (data / "photos" / "images" / "000.png").is_file()
    assert "photos/images/000.png" not in names, "vqa_dev asks about it"
    assert "photos/images/001.png" in names
    assert len(names) == len(set(names)) == 21


def test_the_heads_are_kept_from_photographs_by_their_names(data: Path) -> None:
    lessons = read_lessons(data, photographs(data))
    learnt = {*lessons.said, *lessons.stated, *(q.picture for q in lessons.made)}
    kept = {*lessons.kept_said, *lessons.kept_stated, *(q.picture for q in lessons.kept_made)}
    assert learnt
    assert kept
    assert all(map(is_held_out, kept))
    assert not any(map(is_held_out, learnt))
    assert "photos/images/000.png" not in learnt | kept
    share = np.mean([is_kept(f"captions/images/{at}.jpg") for at in range(2000)])
    assert 0.12 < share < 0.18


def test_views_are_drawn_by_the_name() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (60, 90, 3), np.uint8)
    picture = Image.fromarray(pixels)
    views = [np.asarray(view_of(picture, "a.png", number)) for number in (0, 1, 1, 2)]
    assert all(view.shape == (SIDE, SIDE, 3) for view in views)
    assert (views[0] == np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC))).all()
    assert (views[1] == views[2]).all()
    assert (views[1] != views[3]).any()
    assert (views[1] != np.asarray(view_of(picture, "b.png", 1))).any()


def test_the_teacher_is_asked_once(data: Path, tmp_path: Path) -> None:
    names, teacher = photographs(data)[:18], ColourTeacher()
    seen, said = taught(data, names, 1, tmp_path, nothing, lambda: teacher)
    assert teacher.asked == len(names) == len(seen) == len(said)
    again = taught(data, names, 1, tmp_path, nothing, nobody)
    assert (again[0] == seen).all()
    assert (again[1] == said).all()
    np.testing.assert_allclose(said, teacher.vectors(list(seen)), atol=1e-3)
    taught(data, names[:3], 1, tmp_path, nothing, lambda: teacher)
    assert teacher.asked == 2 * len(names) + 3, "other photographs are others"


def test_what_all_pictures_share_is_taken_off() -> None:
    vectors = np.random.default_rng(0).normal(3, 1, (9, 5)).astype(np.float32)
    apart = centred(vectors, vectors.mean(0))
    np.testing.assert_allclose(np.linalg.norm(apart, axis=1), 1, atol=1e-5)
    assert abs(apart.mean()) < 0.1


def test_the_loss_is_least_where_the_teacher_is() -> None:
    said = torch.nn.functional.normalize(torch.randn(6, 5), dim=1)
    other = torch.nn.functional.normalize(said + 0.5 * torch.randn(6, 5), dim=1)
    best, worse = loss_of(said, said), loss_of(other, said)
    assert float(best["apart"]) == pytest.approx(0, abs=1e-6)
    assert float(best["among"]) == pytest.approx(0, abs=1e-5)
    assert all(worse[name] > best[name] for name in best)


def test_steps_lower_the_loss_and_leave_the_first_stages() -> None:
    torch.manual_seed(0)
    pixels, said = torch.rand(4, 3, 64, 64), torch.nn.functional.normalize(torch.randn(4, 5), dim=1)
    learner = Student(5).train()
    before = {name: value.clone() for name, value in learner.network.state_dict().items()}
    optimizer = torch.optim.AdamW((p for p in learner.parameters() if p.requires_grad), 1e-3)
    losses = []
    for _ in range(6):
        loss = torch.stack(list(loss_of(learner(pixels), said).values())).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.8 * losses[0]
    changed = {n for n, v in learner.network.state_dict().items() if not torch.equal(v, before[n])}
    assert "classifier.weight" in changed
    assert any(name.startswith("blocks.6") for name in changed)
    assert not any(name.startswith(FROZEN) for name in changed)
    assert not any("running_" in name for name in changed), "batch norms keep their statistics"


def test_a_run_writes_what_it_learnt(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, small in (("BATCH", 2), ("SIDE", 32)):
        monkeypatch.setattr(student, name, small)
    names, teacher = photographs(data), ColourTeacher()
    for number in range(student.VIEWS):
        taught(data, names, number, tmp_path, nothing, lambda: teacher)
    cpu = torch.device("cpu")
    learnt = load_file(student.train(data, tmp_path, 2, cpu))
    again = load_file(student.train(data, tmp_path, 2, cpu))
    assert all(torch.equal(learnt[name], again[name]) for name in learnt), "it was done"
    assert learnt["classifier.weight"].shape[0] == 7
    mean = np.load(tmp_path / "image_mean.npy")
    np.testing.assert_allclose(mean, taught(data, names, 0, tmp_path, nothing)[1].mean(0))
