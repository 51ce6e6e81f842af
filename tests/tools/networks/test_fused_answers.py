"""Answers of the fused model: probabilities, the same alone and in company, moved by looking."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog import FOLDER
from tests.fakes.fused import ANSWERS
from tests.fakes.small_networks import red_thing
from tools.networks.fused_answers import FusedAnswerer, open_answerer
from tools.networks.shared_space import FusedSpace

BLUE = np.ascontiguousarray(red_thing()[..., ::-1])
QUESTIONS = ["What color is the car?", "图里有狗吗？", "?"]


@pytest.fixture(scope="module")
def answerer(fused: Path) -> FusedAnswerer:
    return FusedAnswerer(FusedSpace(fused, "cpu", "torch"))


@pytest.fixture(scope="module")
def built_in() -> FusedAnswerer:
    return FusedAnswerer(FusedSpace(FOLDER / "fusion", "cpu", "torch"))


@settings(max_examples=20)
@given(question=st.text(min_size=1, max_size=30), top_k=st.integers(1, 9))
def test_answers_are_probabilities_best_first(
    answerer: FusedAnswerer, question: str, top_k: int
) -> None:
    seen = np.eye(1, answerer.space.config.image_width, dtype=np.float32)
    (found,) = answerer.answers_to([question], seen, top_k)
    sure = [guess.probability for guess in found]
    assert len(found) == min(top_k, answerer.space.config.candidates)
    assert sure == sorted(sure, reverse=True)
    assert 0 < sum(sure) <= 1 + 1e-5
    assert len({guess.answer for guess in found}) == len(found)
    assert {guess.answer for guess in found} <= set(ANSWERS)


def test_company_changes_no_answer(answerer: FusedAnswerer) -> None:
    pictures = [red_thing(), BLUE, red_thing()]
    together = answerer.answers(pictures, QUESTIONS)
    for picture, question, few in zip(pictures, QUESTIONS, together, strict=True):
        ((*alone,),) = answerer.answers([picture], [question])
        assert [g.answer for g in alone] == [g.answer for g in few]
        assert [g.probability for g in alone] == pytest.approx(
            [g.probability for g in few], abs=1e-4
        )
    assert answerer.answers([], []) == []


def test_what_is_said_without_looking_is_a_distribution(answerer: FusedAnswerer) -> None:
    logits = answerer.without_looking(answerer.space.text.encode(QUESTIONS))
    np.testing.assert_allclose(np.exp(logits).sum(1), 1, atol=1e-5)


def test_a_picture_of_nothing_new_adds_nothing(answerer: FusedAnswerer) -> None:
    asked = answerer.space.text.encode(QUESTIONS)
    nothing = np.zeros((3, answerer.space.config.image_width), np.float32)
    assert not answerer.fused(asked, nothing).any()


def test_who_opens_a_folder_again_gets_the_same_networks(fused: Path) -> None:
    first, second = (open_answerer(fused, "cpu", "torch") for _ in range(2))
    assert first.space is second.space
    assert first.version == first.space.version


@pytest.mark.parametrize("question", ["What color is the wall?", "这个方块是什么颜色？"])
def test_the_built_in_model_looks(built_in: FusedAnswerer, question: str) -> None:
    """In red, "red" is likelier beside "blue" than in blue."""
    red = np.full((100, 100, 3), (215, 30, 30), np.uint8)
    shares = []
    for few in built_in.answers([red, red[..., ::-1]], [question] * 2, 12):
        sure = {guess.answer: guess.probability for guess in few}
        assert sum(sure.values()) == pytest.approx(1, abs=1e-4), "all candidates"
        both = sure.get("red", 0.0) + sure["blue"]
        shares.append(sure.get("red", 0.0) / both)
    assert shares[0] > shares[1] + 0.1


def test_the_built_in_model_answers_what_is_asked(built_in: FusedAnswerer) -> None:
    asked = ["Is this a dog?", "这是一只狗吗？", "How many dogs are there?"]
    (english,), (chinese,), (count,) = built_in.answers([red_thing()] * 3, asked, 1)
    assert english.answer in ("yes", "no")
    assert chinese.answer in ("yes", "no")
    assert count.answer.isdigit()
