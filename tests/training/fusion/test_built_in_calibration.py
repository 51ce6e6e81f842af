"""The few numbers of the fused model: probabilities that mean it, bars that keep their promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.fusion.built_in.calibration import (
    PRECISION,
    RISK,
    bar_of,
    logistic,
    pairs_of,
    temperature_and_bar,
)
from training.fusion.data import Question

JUDGED = st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9]), st.booleans()), min_size=1)


def test_the_logistic_is_found_again() -> None:
    chance = np.random.default_rng(0)
    fits = chance.normal(0, 0.3, 20_000)
    holds = chance.random(20_000) < 1 / (1 + np.exp(-(7 * fits - 1)))
    slope, offset = logistic(fits, holds)
    assert slope == pytest.approx(7, rel=0.1)
    assert offset == pytest.approx(-1, abs=0.1)
    sure = 1 / (1 + np.exp(-slope * fits - offset))
    assert sure.mean() == pytest.approx(holds.mean(), abs=0.01), "as many as hold"


@given(JUDGED)
def test_from_the_bar_on_so_many_are_right(judged: list[tuple[float, bool]]) -> None:
    sure, holds = (np.array(column) for column in zip(*judged, strict=True))
    bar = bar_of(sure, holds)
    if bar < 1:
        assert holds[sure >= bar].mean() >= PRECISION
    for lower in sure[sure < bar]:
        assert holds[sure >= lower].mean() < PRECISION, "a lower bar would not do"


STATED = st.dictionaries(
    st.sampled_from("abcdef"), st.lists(st.sampled_from("uvwxyz"), min_size=1), min_size=1
)


@given(STATED, st.integers(0, 5))
def test_pairs_hold_as_they_say(stated: dict[str, list[str]], seed: int) -> None:
    pictures, texts, holds = pairs_of(stated, seed)
    assert len(pictures) == len(texts) == len(holds)
    for picture, text, hold in zip(pictures, texts, holds, strict=True):
        assert (text in stated[picture]) == hold
    assert holds.sum() == sum(len(set(few)) for few in stated.values())
    assert (~holds).sum() <= holds.sum()
    again = pairs_of(stated, seed)
    assert again[:2] == (pictures, texts)


def test_few_are_wrong_among_what_is_said() -> None:
    chance = np.random.default_rng(0)
    answers = ["yes", "no", "red", "blue"]
    logits = chance.normal(0, 2, (3000, 4))
    shares = np.exp(logits / 1.5) / np.exp(logits / 1.5).sum(1, keepdims=True)
    truth = [answers[chance.choice(4, p=share)] for share in shares]
    questions = [Question("?", {answer: 10.0}) for answer in truth]
    temperature, bar = temperature_and_bar(logits, questions, answers, 4)
    assert temperature == pytest.approx(1.5, abs=0.15), "what they were drawn with"
    scaled = np.exp(logits / temperature)
    sure = (scaled / scaled.sum(1, keepdims=True)).max(1)
    wrong = np.array([answers[at] for at in logits.argmax(1)]) != np.array(truth)
    is_said = sure >= bar - 1e-9
    assert is_said.any()
    assert wrong[is_said].mean() <= RISK
    assert wrong.mean() > wrong[is_said].mean() or is_said.all()
