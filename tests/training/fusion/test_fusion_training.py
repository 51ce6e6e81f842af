"""Both strategies learn, stop and go on; what they learnt is what is written down."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.fakes.power_cuts import interrupted
from tools.errors import InputError
from training.common.stopping import EarlyStopping
from training.fusion import pseudo_labels, sides
from training.fusion.drawing import Drawing
from training.fusion.recipe import Recipe
from training.fusion.scoring import probabilities
from training.fusion.setting import Setting
from training.fusion.teachers import Teacher
from training.fusion.train import ANSWERS, RUN, WEIGHTS, Training, train

Open = Callable[..., Setting]


def first_step(recipe: Recipe, setting: Setting, number: int = 0) -> object:
    pairs = setting.pairs if recipe.strategy == "joint" else {}
    questions = setting.questions
    return Drawing(recipe, questions.training, questions.prior, pairs, setting.numbers).step(number)


def losses_of(recipe: Recipe, setting: Setting, steps: int) -> list[dict[str, float]]:
    """Of steps on one batch."""
    torch.manual_seed(0)
    training = Training(recipe, setting.model(recipe, len(setting.answers)), setting.teacher)
    step = first_step(recipe, setting)
    return [
        {n: float(v) for n, v in training.update(step, seed=0, share=1.0).items()}
        for _ in range(steps)
    ]


@pytest.mark.parametrize("contrastive", ["clip", "siglip"])
def test_joint_learning_lowers_both_losses(small: Recipe, opened: Open, contrastive: str) -> None:
    recipe = replace(small, contrastive=contrastive)
    losses = losses_of(recipe, opened(recipe), 30)
    assert set(losses[0]) == {"answers", "pairs"}
    assert losses[-1]["answers"] < 0.9 * losses[0]["answers"]
    assert losses[-1]["pairs"] < losses[0]["pairs"]


def test_a_teachers_vectors_are_distilled(small: Recipe, opened: Open, tmp_path: Path) -> None:
    names = opened(small).questions.pictures
    vectors = np.random.default_rng(0).standard_normal((len(names), 5)).astype(np.float32)
    np.savez(tmp_path / "teacher.npz", names=names, vectors=vectors)
    recipe = replace(small, teacher=str(tmp_path / "teacher.npz"))
    losses = losses_of(recipe, opened(recipe), 20)
    assert losses[-1]["teacher"] < losses[0]["teacher"]
    known = Teacher(tmp_path / "teacher.npz").of(["nobody.png", names[3]], torch.device("cpu"))
    assert known.places.tolist() == [1]
    assert np.allclose(known.vectors.numpy(), vectors[3])
    np.savez(tmp_path / "other.npz", rows=vectors)
    with pytest.raises(InputError, match="names and vectors"):
        Teacher(tmp_path / "other.npz")


@pytest.mark.slow
def test_end_to_end_the_last_stages_and_the_text_encoder_learn_along(
    small: Recipe, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = replace(small, strategy="end-to-end", pictures=4, augment=True)
    setting = opened(recipe)
    before = {n: p.clone() for n, p in setting.model(recipe, 2).sides.named_parameters()}
    torch.manual_seed(0)
    training = Training(recipe, setting.model(recipe, len(setting.answers)))
    step = first_step(recipe, setting)
    losses = [float(training.update(step, seed=0, share=1.0)["answers"]) for _ in range(6)]
    assert losses[-1] < losses[0]
    changed = {
        n for n, p in training.model.sides.named_parameters() if not torch.equal(p, before[n])
    }
    assert "backbone.network.conv_stem.weight" not in changed
    assert not any(".blocks.4." in name for name in changed)
    assert "backbone.network.blocks.6.0.conv_pwl.weight" in changed
    assert "text_network.blocks.0.up.weight" in changed
    again = dict(setting.model(recipe, 2).sides.named_parameters())
    assert torch.equal(
        again["text_network.blocks.0.up.weight"], before["text_network.blocks.0.up.weight"]
    )


def test_a_run_goes_on_bit_for_bit_and_is_written_down(
    small: Recipe, opened: Open, tmp_path: Path
) -> None:
    recipe = replace(small, augment=True)
    setting = opened(recipe)
    whole: list[str] = []
    train(recipe, setting, tmp_path / "whole", whole.append)

    def start(options: argparse.Namespace, log: Callable[[str], None]) -> None:
        train(recipe, setting, options.work, log)

    cut = interrupted(start, argparse.Namespace(work=tmp_path / "pieces"), stops=1)
    assert [x.rpartition(" ")[0].rpartition(" ")[0] for x in cut] == [
        x.rpartition(" ")[0].rpartition(" ")[0] for x in whole
    ]
    for file in (WEIGHTS, ANSWERS, RUN):
        one, other = (tmp_path / name / recipe.name / file for name in ("whole", "pieces"))
        assert one.read_bytes() == other.read_bytes(), file
    written = json.loads((tmp_path / "whole" / recipe.name / RUN).read_text())
    assert Recipe(**written["recipe"]) == recipe
    assert written["trained"]["of"] == recipe.steps
    assert list((tmp_path / "whole" / recipe.name / "tensorboard").glob("events*"))
    state = load_file(tmp_path / "whole" / recipe.name / WEIGHTS)
    assert state["answering.head.4.weight"].shape[0] == len(setting.answers)


def test_a_run_that_gets_no_better_stops_and_keeps_its_best_weights(
    small: Recipe, opened: Open, tmp_path: Path
) -> None:
    recipe = replace(small, steps=400, every=1, sees="image")
    lines: list[str] = []
    train(recipe, opened(recipe), tmp_path, lines.append)
    ended = next(line for line in lines if line.startswith("no better since"))
    best = int(re.findall(r"\d+", ended)[0])
    written = json.loads((tmp_path / recipe.name / RUN).read_text())["trained"]
    assert written["steps"] == best
    assert written["of"] == best + 5 < 400


def test_early_stopping_remembers() -> None:
    net, stopping = torch.nn.Linear(1, 1), EarlyStopping(2)
    values = [0.1, 0.5, 0.4]
    for at, value in enumerate(values):
        torch.nn.init.constant_(net.weight, float(at))
        stopping.tell(at, value, net)
    restored = EarlyStopping(2)
    restored.load_state_dict(stopping.state_dict())
    assert not restored.is_over
    restored.tell(3, 0.5, net)
    assert restored.is_over
    restored.restore(net)
    assert net.weight.item() == 1.0
    assert (restored.best, restored.step) == (0.5, 1)


def test_sees(small: Recipe, opened: Open) -> None:
    """With one side hidden, the other alone decides."""
    setting = opened(small)
    about = setting.questions.training
    first, other = about[0], next(q for q in about if q.picture != about[0].picture)
    here, elsewhere = (replace(first, picture=p) for p in (first.picture, other.picture))
    asked_else = replace(first, text=other.text)
    for sees, same, different in (
        ("question", elsewhere, asked_else),
        ("image", asked_else, elsewhere),
    ):
        torch.manual_seed(0)
        model = setting.model(replace(small, sees=sees), len(setting.answers))
        rows = probabilities(model, [here, same, different])
        assert np.allclose(rows[0], rows[1], atol=1e-6)
        assert not np.allclose(rows[0], rows[2], atol=1e-6)


def test_pseudo_labels_are_what_the_network_is_sure_of(
    small: Recipe, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = opened(small)
    model = setting.model(small, len(setting.answers))
    assert pseudo_labels.labelled(model, setting, 0) == [], "a new network is sure of nothing"
    with torch.no_grad():
        model.answering.head[4].bias[2] += 50
    found = pseudo_labels.labelled(model, setting, 0)
    assert found
    assert {tuple(q.answers.items()) for q in found} == {((setting.answers[2], 1.0),)}
    assert {q.picture for q in found} <= {q.picture for q in setting.questions.training}


def test_mirror_images_have_vectors_of_their_own(small: Recipe, opened: Open) -> None:
    frozen = opened(replace(small, augment=True)).frozen
    picture = "captions/images/001.png"
    plain, _ = frozen.images([picture], [False], None)
    turned, _ = frozen.images([picture], [True], None)
    assert not torch.equal(plain, turned)
    assert frozen.images([], [], None)[0].shape[0] == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fusion": "magic"}, "--fusion magic: choose from additive"),
        ({"strategy": "both"}, "choose from end-to-end, joint"),
        ({"steps": 0}, "--steps must be at least 1"),
        ({"teacher": "nowhere.npz"}, "there is no such file"),
    ],
)
def test_options_that_cannot_be(options: dict[str, object], message: str) -> None:
    from training.fusion.recipe import recipe_of

    with pytest.raises(InputError, match=re.escape(message)):
        recipe_of(argparse.Namespace(**{**vars(Recipe()), **options}))


def test_features_are_made_once(small: Recipe, tmp_path: Path) -> None:
    from tools.networks.encoders import Tokens
    from training.fusion import features

    class Lengths:
        """As many tokens as a word has letters."""

        version = "lengths-1"

        def __init__(self) -> None:
            self.seen: list[str] = []

        def tokens(self, batch: list[str]) -> Tokens:
            self.seen += batch
            mask = np.array([[at < len(w) for at in range(9)] for w in batch])
            return Tokens(np.where(mask[..., None], len(batch), np.nan) * np.ones((1, 1, 3)), mask)

    encoder = Lengths()
    for words in (["a", "four"], ["four", "a", "three"]):
        inputs = {word: partial(str, word) for word in words}
        kept = features.cached(encoder, inputs, tmp_path, lambda _: None)
    assert encoder.seen == ["a", "four", "three"]
    rows, mask = kept.of(["three", "a"], torch.device("cpu"))
    assert rows.shape == (2, 5, 3)
    assert mask.sum(1).tolist() == [5, 1]
    assert rows.isfinite().all()


def test_the_backbones_tokens_are_the_whole_and_its_cells() -> None:
    encoder = sides.BackboneEncoder()
    half = np.zeros((60, 60, 3), np.uint8)
    half[:, 30:] = 255
    tokens = encoder.tokens([half, half])
    assert tokens.vectors.shape == (2, 10, encoder.dimensions)
    assert tokens.mask.all()
    assert np.linalg.norm(encoder.encode([half]), axis=1) == pytest.approx(1, abs=1e-5)
    left, right = tokens.vectors[0, 4], tokens.vectors[0, 6]
    assert not np.allclose(left, right, atol=0.1)
