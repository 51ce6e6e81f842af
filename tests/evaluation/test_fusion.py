"""What an answer is worth, the figures of a run, the table of many."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.fusion import AnswerFigures, FusionFigures, answer_score, figures_of, table


@given(st.lists(st.sampled_from(["yes", "no", "2"]), min_size=10, max_size=10))
def test_an_answers_worth_is_vqas_accuracy(people: list[str]) -> None:
    """The mean over those that leave one of ten people out of min(1, others who agree / 3)."""
    for answer in ("yes", "no", "never"):
        others = [people[:at] + people[at + 1 :] for at in range(10)]
        official = np.mean([min(1.0, nine.count(answer) / 3) for nine in others])
        assert answer_score(answer, Counter(people)) == pytest.approx(official)


def test_shares_count_as_people_do() -> None:
    assert answer_score("no", {"no": 0.95, "yes": 0.05}) == 1
    assert answer_score("yes", {"no": 0.95, "yes": 0.05}) == pytest.approx(0.15)
    assert answer_score("yes", {}) == 0


def test_figures_of_a_run() -> None:
    confidences = np.array([0.9, 0.9, 0.6, 0.6])
    figures = figures_of(confidences, np.array([1.0, 1.0, 1.0, 0.0]))
    assert figures.questions == 4
    assert figures.accuracy == 0.75
    assert figures.ece == pytest.approx(0.5 * 0.1 + 0.5 * 0.1)
    assert figures.coverage == 0.75


def row(name: str, seed: int, accuracy: float, people: float | None = None) -> FusionFigures:
    def figures(value: float) -> AnswerFigures:
        return AnswerFigures(100, value, 0.05, 0.2, 0.5)

    return FusionFigures(
        name, seed, figures(accuracy), None if people is None else figures(people), 12_345, 0.5
    )


def test_the_table_is_over_seeds_and_the_best_comes_first() -> None:
    lines = table(
        [row("a", 0, 0.5), row("b", 0, 0.6, 0.3), row("b", 1, 0.7, 0.4), row("a", 1, 0.5)]
    ).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert len({len(line) for line in cells}) == 1
    assert [line[0] for line in cells[2:]] == ["b", "a"]
    assert cells[2][1:4] == ["2", "65.0 ± 7.1", "35.0 ± 7.1"]
    assert cells[3][2:4] == ["50.0 ± 0.0", "–"]
    assert cells[2][-2:] == ["12,345", "0.5"]
    assert "±" not in table([row("a", 0, 0.5)])
