"""The shipped text encoder: English and Chinese twins lie nearer to each other than strangers do."""

from __future__ import annotations

import numpy as np
import pytest

from models import catalog
from tools.networks.text_encoder import TextEncoder

TWINS = [
    ("a dog in the snow", "雪地里的狗"),
    ("a cat sleeping on a sofa", "猫在沙发上睡觉"),
    ("a man playing tennis", "打网球的男人"),
    ("a red car on the street", "街上的红色汽车"),
    ("people eating pizza", "吃披萨的人"),
    ("a modern kitchen", "现代化的厨房"),
    ("Is it raining?", "在下雨吗？"),
    ("How many horses are there?", "有几匹马？"),
    ("What color is the bus?", "公交车是什么颜色？"),
    ("What is the woman holding?", "那个女人手里拿着什么？"),
    ("a mountain lake", "山中湖泊"),
    ("an office", "办公室"),
]


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder(catalog.FOLDER / "fusion", "cpu")


def test_twins_find_each_other(encoder: TextEncoder) -> None:
    english, chinese = (encoder.encode([pair[side] for pair in TWINS]) for side in (0, 1))
    cosines = english @ chinese.T
    assert (cosines.argmax(0) == np.arange(len(TWINS))).all()
    assert (cosines.argmax(1) == np.arange(len(TWINS))).all()
    own = np.diag(cosines)
    strangers = cosines[~np.eye(len(TWINS), dtype=bool)]
    assert own.mean() > strangers.mean() + 0.5
    assert own.min() > 0.6


def test_what_is_alike_lies_near(encoder: TextEncoder) -> None:
    near = ("a dog in the snow", "a puppy playing in deep snow", "two cups of coffee on a table")
    own, alike, stranger = encoder.encode(near)
    assert own @ alike > own @ stranger + 0.4


def test_a_slip_of_the_keyboard_moves_little(encoder: TextEncoder) -> None:
    right, slip, capitals = encoder.encode(
        ["What is the man holding?", "What is the man hodling", "WHAT IS THE MAN HOLDING"]
    )
    assert right @ slip > 0.7
    assert right @ capitals > 0.95


def test_it_is_the_file_that_the_catalogue_lists() -> None:
    assert catalog.find("text-encoder") is not None
    assert catalog.altered(catalog.FOLDER / "fusion" / "text.safetensors") is None
