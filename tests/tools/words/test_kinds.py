from __future__ import annotations

import pytest

from tools.words.kinds import Kind, Kinds, chinese, imagenet, standard

KINDS = standard()


def above(word: str) -> list[str]:
    kind = KINDS.find(word)
    assert kind is not None
    return [KINDS[key].name for key in KINDS.above(kind.key)]


def test_the_thousand_kinds_are_there_in_their_order() -> None:
    keys = imagenet()
    assert len(keys) == len(set(keys)) == 1000
    assert [KINDS[keys[n]].name for n in (1, 207, 208, 954, 999)] == [
        "goldfish", "golden retriever", "Labrador retriever", "banana", "toilet paper",
    ]  # fmt: skip


def test_no_kind_stands_above_itself_and_all_have_a_chinese_name() -> None:
    for kind in KINDS:
        chain = KINDS.above(kind.key)
        assert len(chain) == len(set(chain)) <= 7
        assert kind.chinese
        assert KINDS.find(kind.name) == kind


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("Labrador", ["Labrador retriever", "retriever", "dog", "mammal", "animal"]),
        ("cats", ["cat", "mammal", "animal"]),
        ("a kitten", ["cat", "mammal", "animal"]),
        ("geese", ["goose", "bird", "animal"]),
        ("Granny-Smith", ["Granny Smith", "apple", "fruit", "food"]),
        ("kiwi fruit", ["kiwi", "fruit", "food"]),
        ("pinapple", ["pineapple", "fruit", "food"]),
        ("taxi", ["taxi", "car", "vehicle"]),
        ("school buses", ["school bus", "bus", "vehicle"]),
        ("猕猴桃", ["kiwi", "fruit", "food"]),
        ("一只猫", ["cat", "mammal", "animal"]),
        ("金毛", ["golden retriever", "retriever", "dog", "mammal", "animal"]),
    ],
)
def test_words_and_what_stands_above_them(word: str, names: list[str]) -> None:
    assert above(word) == names


@pytest.mark.parametrize(
    "word", ["unicorn", "person", "receipt", "red", "", "独角兽", "caat", "dg"]
)
def test_words_that_are_no_kind(word: str) -> None:
    assert KINDS.find(word) is None


def test_chinese_names() -> None:
    assert chinese("Labrador retriever") == "拉布拉多寻回犬"
    assert chinese("Granny-Smith") == "青苹果"
    assert chinese("unicorn") is None


def test_labels_of_ones_own_hang_below_their_coarse_class() -> None:
    kinds, keys = KINDS.with_labels(["My-Juice", "Banana", "gadget"], ["Juice", "Banana", "Thing"])
    assert [kinds[k].name for k in kinds.above(keys["My-Juice"])] == [
        "My Juice", "juice", "drink", "food",
    ]  # fmt: skip
    banana = KINDS.find("banana")
    assert banana is not None
    assert keys["Banana"] == banana.key
    assert [kinds[k].name for k in kinds.above(keys["gadget"])] == ["gadget", "Thing"]
    assert KINDS.find("gadget") is None


@pytest.mark.parametrize(
    "kinds",
    [
        [Kind("a", None, "thing"), Kind("a", None, "other")],
        [Kind("a", None, "thing"), Kind("b", None, "Thing")],
        [Kind("a", "b", "thing")],
    ],
)
def test_tables_that_are_none(kinds: list[Kind]) -> None:
    with pytest.raises(ValueError, match="stands"):
        Kinds(kinds)
