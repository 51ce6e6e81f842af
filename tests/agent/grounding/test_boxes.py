"""How boxes lie to one another and compare: plain cases, and what holds for all boxes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.grounding.boxes import PLACES, SIZES, holds
from tools.evidence import BoxXyxy

SIDE = 400
TURNED = {
    "left of": "right of", "right of": "left of", "above": "below", "below": "above",
    "near": "near", "bigger": "smaller", "smaller": "bigger", "taller": "shorter",
    "shorter": "taller", "wider": "narrower", "narrower": "wider",
}  # fmt: skip
MIRRORED = {"left of": "right of", "right of": "left of"}


def _box(left: int, top: int, width: int, height: int) -> BoxXyxy:
    return float(left), float(top), float(left + width), float(top + height)


boxes = st.builds(_box, *[st.integers(0, 150)] * 2, *[st.integers(1, 200)] * 2)
relations = st.sampled_from(sorted(TURNED))


@pytest.mark.parametrize(
    ("relation", "thing", "other", "truth"),
    [
        ("left of", (0, 50, 40, 90), (100, 40, 200, 100), True),
        ("left of", (0, 0, 150, 90), (100, 40, 200, 100), True),
        ("left of", (90, 0, 180, 90), (100, 40, 200, 100), False),  # before it
        ("left of", (80, 300, 99, 320), (100, 0, 200, 50), False),  # rather below it
        ("above", (100, 0, 150, 40), (90, 60, 200, 150), True),
        ("below", (100, 0, 150, 40), (90, 60, 200, 150), False),
        ("on", (120, 20, 150, 80), (50, 60, 300, 200), True),  # a cup on a table
        ("on", (120, 20, 150, 50), (50, 60, 300, 200), False),  # above it in the air
        ("on", (120, 150, 150, 260), (50, 60, 300, 200), False),  # before it
        ("on", (50, 0, 300, 180), (50, 60, 300, 200), False),  # larger
        ("near", (100, 100, 150, 150), (160, 100, 220, 150), True),
        ("near", (100, 100, 150, 150), (300, 100, 350, 150), False),
        ("near", (120, 120, 130, 130), (100, 100, 200, 200), False),  # within it
        ("bigger", (0, 0, 100, 100), (0, 0, 99, 100), False),  # about as big
        ("taller", (0, 0, 10, 100), (0, 0, 200, 50), True),
    ],
)
def test_plain_cases(relation: str, thing: BoxXyxy, other: BoxXyxy, truth: bool) -> None:
    assert holds(relation, thing, [other]) is truth


def test_between_two() -> None:
    left, right = (0.0, 0.0, 50.0, 50.0), (200.0, 0.0, 250.0, 50.0)
    assert holds("between", (100, 0, 140, 50), [left, right])
    assert not holds("between", (100, 200, 140, 250), [left, right])
    assert not holds("between", (300, 0, 340, 50), [left, right])
    assert not holds("between", (0, 0, 250, 50), [left, right])  # a table under both
    assert not holds("between", (100, 0, 140, 50), [left])


def test_a_relation_that_no_box_shows_is_unknown() -> None:
    with pytest.raises(KeyError):
        holds("behind", (0, 0, 1, 1), [(0, 0, 1, 1)])
    assert set(TURNED) | {"on", "between"} == PLACES | SIZES


@given(relations, boxes, boxes)
def test_each_relation_has_its_opposite(relation: str, one: BoxXyxy, other: BoxXyxy) -> None:
    assert holds(relation, one, [other]) == holds(TURNED[relation], other, [one])


@given(relations.filter(lambda r: r != "near"), boxes, boxes)
def test_no_two_things_are_so_to_one_another(relation: str, one: BoxXyxy, other: BoxXyxy) -> None:
    assert not (holds(relation, one, [other]) and holds(relation, other, [one]))


@given(st.sampled_from(sorted(PLACES - {"between"} | SIZES)), boxes, boxes)
def test_a_mirror_changes_left_and_right_only(relation: str, one: BoxXyxy, other: BoxXyxy) -> None:
    def mirrored(box: BoxXyxy) -> BoxXyxy:
        return SIDE - box[2], box[1], SIDE - box[0], box[3]

    turned = MIRRORED.get(relation, relation)
    assert holds(relation, one, [other]) == holds(turned, mirrored(one), [mirrored(other)])


@given(boxes, boxes, boxes)
def test_between_knows_no_order(one: BoxXyxy, first: BoxXyxy, second: BoxXyxy) -> None:
    assert holds("between", one, [first, second]) == holds("between", one, [second, first])


@given(boxes, boxes)
def test_what_rests_on_a_thing_carries_it_not(one: BoxXyxy, other: BoxXyxy) -> None:
    assert not (holds("on", one, [other]) and holds("on", other, [one]))
