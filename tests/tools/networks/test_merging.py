"""One thing, one box."""

from __future__ import annotations

from tools.networks.merging import one_each

COW, HORSE = ("cow", 0.8, (0.0, 0.0, 10.0, 10.0)), ("horse", 0.9, (0.0, 0.0, 10.0, 9.0))


def test_a_cow_that_is_also_a_horse_counts_once() -> None:
    assert one_each([COW, HORSE]) == [HORSE]


def test_things_that_only_touch_stay() -> None:
    dog = ("dog", 0.7, (0.0, 5.0, 10.0, 15.0))
    assert one_each([COW, dog]) == [COW, dog]


def test_boxes_of_one_label_stay() -> None:
    second = ("cow", 0.7, (0.0, 0.0, 10.0, 9.5))
    assert one_each([second, COW]) == [COW, second]
