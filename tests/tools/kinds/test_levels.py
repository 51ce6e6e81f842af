"""What probabilities say on the tree of kinds, and two networks joined on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import PictureStore, ToolError
from tools.classify_image import make_tool
from tools.kinds.levels import Levels
from tools.kinds.networks import KindNetworks
from tools.networks.classifier import Classifier
from tools.words.kinds import imagenet, standard

KINDS = standard()
PICTURE = PictureStore().add(np.full((20, 20, 3), 90, np.uint8))


def key(word: str) -> str:
    kind = KINDS.find(word)
    assert kind is not None, word
    return kind.key


def levels(**scores: float) -> Levels:
    return Levels(KINDS, {key(word.replace("_", " ")): score for word, score in scores.items()})


@st.composite
def looks(draw: Any) -> Levels:
    chosen = draw(st.lists(st.sampled_from(imagenet()), min_size=1, max_size=12, unique=True))
    parts = draw(st.lists(st.integers(1, 100), min_size=len(chosen), max_size=len(chosen)))
    return Levels(KINDS, {k: part / sum(parts) for k, part in zip(chosen, parts, strict=True)})


@settings(deadline=None, max_examples=30)
@given(looks())
def test_a_kind_has_its_own_probability_and_that_of_those_below(look: Levels) -> None:
    for kind in KINDS:
        below = sum(look.score(child) for child in KINDS.below.get(kind.key, ()))
        assert look.score(kind.key) == pytest.approx(min(below + look.own(kind.key), 1), abs=1e-9)
    top = sum(look.score(child) for child in KINDS.below[None])
    assert top == pytest.approx(1)


@settings(deadline=None)
@given(looks(), st.floats(0, 1), st.floats(0, 1))
def test_a_lower_threshold_never_answers_higher_up(look: Levels, one: float, other: float) -> None:
    low, high = sorted((one, other))
    shallow, deep = look.deepest(high), look.deepest(low)
    if shallow is not None:
        assert deep is not None
        assert shallow in KINDS.above(deep)
        assert look.score(shallow) >= high


@pytest.mark.parametrize(
    ("scores", "name"),
    [
        ({"Labrador": 0.7, "beagle": 0.2}, "Labrador retriever"),
        ({"Labrador": 0.4, "golden_retriever": 0.4}, "retriever"),
        ({"Labrador": 0.4, "beagle": 0.4}, "dog"),
        ({"Labrador": 0.4, "zebra": 0.4}, "mammal"),
        ({"Labrador": 0.3, "owl": 0.3}, "animal"),
        ({"kiwi": 0.3, "lemon": 0.3}, "fruit"),
        ({"laptop": 0.3, "zebra": 0.3}, None),
    ],
)
def test_the_deepest_level_that_is_sure(scores: dict[str, float], name: str | None) -> None:
    deepest = levels(**scores).deepest(0.5)
    assert (KINDS[deepest].name if deepest else None) == name


@pytest.mark.parametrize(
    ("scores", "asked", "status"),
    [
        ({"Labrador": 0.9}, "dog", "found"),
        ({"Labrador": 0.9}, "animal", "found"),
        ({"Labrador": 0.9}, "kiwi", "none"),
        ({"Labrador": 0.9}, "beagle", "none"),
        ({"Labrador": 0.45, "beagle": 0.45}, "golden retriever", "unsure"),
        ({"Labrador": 0.6}, "kiwi", "unsure"),
        ({"Labrador": 0.85, "kiwi": 0.1}, "kiwi", "unsure"),
    ],
)
def test_a_named_kind_is_denied_only_where_another_is_sure(
    scores: dict[str, float], asked: str, status: str
) -> None:
    assert levels(**scores).judge(key(asked), 0.5)[0] == status


class Shop(Classifier):
    """A folder that says what the test says."""

    def __init__(self, folder: Path, row: list[float]) -> None:
        config = {"architecture": "resnet18", "input_size": 8, "coarse_of": ["Apple", "Kiwi"],
                  "has_other": True, "kind": "product", "known_threshold": 0.3}  # fmt: skip
        (folder / "config.json").write_text(json.dumps(config))
        (folder / "labels.json").write_text(json.dumps(["Pink-Lady", "Kiwi"]))
        (folder / "model.safetensors").write_bytes(b"")
        super().__init__(folder)
        self.row = row

    def scores(self, pictures: Any) -> list[list[float]]:
        return [self.row for _ in pictures]


class World:
    """ImageNet's network, saying what the test says."""

    def __init__(self, scores: dict[str, float]) -> None:
        self.row = np.zeros(1000)
        for word, score in scores.items():
            self.row[imagenet().index(key(word))] = score

    def scores(self, pictures: Any) -> Any:
        return np.stack([self.row for _ in pictures])


def findings(folder: Path, row: list[float], world: dict[str, float], **more: Any) -> Any:
    networks = KindNetworks(Shop(folder, row), World(world))  # type: ignore[arg-type]
    report = make_tool(networks, 0.5).run(PICTURE, **more)
    return [(f.label, f.status) for f in report.findings]


def test_a_grocery_is_named_as_the_folder_names_it(tmp_path: Path) -> None:
    found = findings(tmp_path, [0.8, 0.1, 0.1], {"Granny Smith": 0.6, "lemon": 0.4}, top_k=2)
    assert found == [("Pink-Lady", "found"), ("Kiwi", "unsure")]


def test_both_networks_share_a_level(tmp_path: Path) -> None:
    found = findings(tmp_path, [0.3, 0.3, 0.4], {"lemon": 1.0}, top_k=2)
    assert found == [("fruit", "found"), ("lemon", "unsure")]


def test_what_is_no_grocery_is_left_to_imagenet(tmp_path: Path) -> None:
    found = findings(tmp_path, [0.1, 0.0, 0.9], {"Labrador": 0.9}, top_k=1)
    assert found == [("Labrador retriever", "found")]


def test_a_dog_is_no_kiwi_whatever_the_folder_says(tmp_path: Path) -> None:
    found = findings(tmp_path, [0.0, 0.9, 0.1], {"Labrador": 0.9}, kinds=["kiwi", "dogs"])
    assert found == [("kiwi", "none"), ("dog", "found")]


def test_each_named_kind_has_one_finding(tmp_path: Path) -> None:
    row = [0.02, 0.9, 0.08]
    found = findings(tmp_path, row, {"lemon": 1.0}, kinds=["猕猴桃", "Kiwis", "fruit", "cat"])
    assert found == [("kiwi", "found"), ("fruit", "found"), ("cat", "none")]


def test_a_kind_that_neither_knows_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="none of my kinds: unicorn"):
        findings(tmp_path, [0.8, 0.1, 0.1], {"lemon": 1.0}, kinds=["kiwi", "unicorn"])


def test_without_imagenet_its_kinds_are_not_known(tmp_path: Path) -> None:
    alone = make_tool(KindNetworks(Shop(tmp_path, [0.8, 0.1, 0.1])), 0.5)
    with pytest.raises(ToolError, match="none of my kinds: dog"):
        alone.run(PICTURE, kinds=["dog"])
    assert [f.status for f in alone.run(PICTURE, kinds=["apple"]).findings] == ["found"]
    nothing = make_tool(KindNetworks(Shop(tmp_path, [0.1, 0.0, 0.9])), 0.5)
    assert [f.status for f in nothing.run(PICTURE, kinds=["apple"]).findings] == ["none"]
