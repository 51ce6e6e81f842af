"""Selective prediction: by hand where it is small, by its bounds elsewhere."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.selective import (
    best_threshold,
    effective_reliability,
    reliability_at,
    risk_coverage,
)

CONFIDENCES = np.array([0.9, 0.2, 0.6, 0.8])
SCORES = np.array([1.0, 0.0, 0.0, 0.6])
answers = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from([0.0, 0.3, 0.6, 0.9, 1.0])), min_size=2, max_size=30
)


def test_the_curve_by_hand() -> None:
    curve = risk_coverage(CONFIDENCES, SCORES)
    assert curve.coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert curve.risk.tolist() == pytest.approx([0.0, 0.2, 1.4 / 3, 0.6])
    assert curve.coverage_at(0.2) == 0.5
    assert curve.coverage_at(0.5) == 0.75
    assert risk_coverage(CONFIDENCES, SCORES * 0).coverage_at(0.2) == 0
    assert curve.area == pytest.approx((0.2 + 1.4 / 3 + 0.6) / 4)


def test_reliability_by_hand() -> None:
    assert reliability_at(0.7, CONFIDENCES, SCORES, cost=1) == pytest.approx(1.6 / 4)
    assert reliability_at(0.0, CONFIDENCES, SCORES, cost=1) == pytest.approx((1.6 - 2) / 4)
    assert best_threshold(CONFIDENCES, SCORES, cost=1) == 0.8
    assert best_threshold(CONFIDENCES, SCORES * 0, cost=1) == float("inf")
    assert best_threshold(CONFIDENCES, SCORES, cost=0) <= 0.8


def test_equal_confidences_are_answered_together() -> None:
    same = np.full(3, 0.5)
    assert best_threshold(same, np.array([1.0, 0.0, 0.0]), cost=1) == float("inf")
    assert best_threshold(same, np.array([1.0, 1.0, 0.0]), cost=1) == 0.5


def test_the_threshold_is_not_fitted_to_what_it_is_measured_on() -> None:
    """Right answers only in one half, wrong ones only in the other: nothing can be gained."""
    confidences = np.linspace(0.1, 0.9, 40)
    scores = np.tile([1.0, 0.0], 20)
    assert effective_reliability(confidences, scores) < 0
    assert math.isnan(effective_reliability(confidences[:1], scores[:1]))


@given(answers)
def test_bounds(rows: list[tuple[float, float]]) -> None:
    confidences, scores = np.array(rows).T
    best = best_threshold(confidences, scores, cost=1)
    found = reliability_at(best, confidences, scores, cost=1)
    assert found >= max(0.0, reliability_at(0.0, confidences, scores, cost=1)) - 1e-9
    assert found <= scores.mean() + 1e-9
    for threshold in confidences:
        assert found >= reliability_at(threshold, confidences, scores, cost=1) - 1e-9
    curve = risk_coverage(confidences, scores)
    assert curve.risk[-1] == pytest.approx(1 - scores.mean())
    assert curve.coverage[-1] == 1
