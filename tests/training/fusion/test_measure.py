"""What a folder of runs is worth: every run on the same questions, and ConSE beside them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tools.networks.encoders import Tokens, Vectors
from training.fusion import conse, table
from training.fusion.data import Question
from training.fusion.measure import measure, said_to, settings_of
from training.fusion.recipe import Recipe
from training.fusion.setting import Setting
from training.fusion.train import train

Open = Callable[..., Setting]


class Letters:
    """A space of texts: how often each letter occurs."""

    version, dimensions = "letters-1", 26

    def encode(self, batch: list[str]) -> Vectors:
        rows = np.array([[text.lower().count(chr(97 + at)) for at in range(26)] for text in batch])
        return (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype("f4")

    def tokens(self, batch: list[str]) -> Tokens:
        raise NotImplementedError


def test_the_likeliest_answer_counts() -> None:
    questions = [Question("a?", {"yes": 10}), Question("b?", {"no": 1, "2": 9})]
    said = said_to(np.array([[0.7, 0.3], [0.4, 0.6]], "f4"), questions, ["yes", "no"])
    assert said.confidences == pytest.approx([0.7, 0.6])
    assert said.scores == pytest.approx([1.0, 0.3])


def test_conse_is_the_weighted_mean_of_the_likeliest_classes() -> None:
    classes = np.eye(12, dtype="f4")
    sure = np.full((1, 12), 0.001, "f4")
    sure[0, 3], sure[0, 4], sure[0, 0] = 0.6, 0.3, 0.0
    vector = conse.bridged(sure, classes)[0]
    assert np.linalg.norm(vector) == pytest.approx(1)
    assert vector[3] == pytest.approx(2 * vector[4])
    assert np.count_nonzero(vector) == conse.CLASSES


def test_answers_that_fit_the_picture_gain() -> None:
    answers = ["zebra", "moon", "never"]
    prior = np.array([[0.4, 0.6, 0.0]], "f4")
    pictures = Letters().encode(["zebra zebra"])
    found = conse.reranked(prior, pictures, ["what?"], answers, Letters())
    assert found.sum() == pytest.approx(1)
    assert found[0].argmax() == 0
    assert found[0, 2] == 0, "the prior is no zero-shot classifier's to overrule"


@pytest.mark.slow
def test_runs_and_conse_are_measured_on_the_same_questions(
    small: Recipe, opened: Open, places: dict[str, Path], tmp_path: Path
) -> None:
    for recipe in (small, replace(small, sees="question")):
        train(recipe, opened(recipe), tmp_path, lambda _: None)
    options = argparse.Namespace(**(places | {"work": tmp_path}), device="cpu", threads=1)
    figures, said = measure(settings_of(options, lambda _: None), tmp_path, lambda _: None)
    names = ["product-joint-classical", "question-only-joint-classical"]
    assert [row.name for row in figures] == [*names, f"ConSE on {names[1]}"]
    assert set(said) == {row.name for row in figures}
    assert len({row.generated.questions for row in figures}) == 1
    assert all(row.people is not None and row.people.questions == 4 for row in figures)
    assert figures[2].parameters is None
    again, _ = measure(settings_of(options, lambda _: None), tmp_path, lambda _: None)
    assert [row.generated for row in again] == [row.generated for row in figures]


def test_the_table_has_every_fusion_function_and_what_it_has_to_beat() -> None:
    recipes = list(table.recipes(Recipe(), 2, ["gated"], steps=9))
    names = [recipe.name for recipe in recipes]
    assert len(set(names)) == len(names)
    for name in (
        "additive-joint-seed0", "graph-attention-joint-seed1", "question-only-joint-seed0",
        "image-only-joint-seed1", "cross-attention-joint-siglip-seed0",
        "cross-attention-joint-classical-seed0", "cross-attention-joint-augmented-seed0",
        "cross-attention-joint-pseudo-seed0", "gated-end-to-end-seed1",
    ):  # fmt: skip
        assert name in names
    assert {r.steps for r in recipes if r.strategy == "end-to-end"} == {9}
