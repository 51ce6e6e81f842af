"""The tables, and the groups in them."""

from __future__ import annotations

from tools.words.groups import expanded, groups_with, members_of, offered_groups
from tools.words.labels import CLASSES, GROUPS
from tools.words.tables import entry_of, table


def test_members_are_classes_and_no_group_has_the_name_of_one() -> None:
    for entry in table("groups").values():
        assert len(set(entry.members)) == len(entry.members) > 1
        assert set(entry.members) <= set(CLASSES)
    assert not set(GROUPS) & set(CLASSES)


def test_every_entry_has_a_chinese_name_and_things_are_counted() -> None:
    for name in ("things", "colours", "fields", "groups"):
        assert all(entry.chinese and entry.plural for entry in table(name).values())
    assert all(entry.measure_word for n in ("things", "groups") for entry in table(n).values())  # type: ignore[arg-type]


def test_a_thing_wins_over_a_colour() -> None:
    orange = entry_of("orange")
    assert orange is not None
    assert orange.chinese == "橙子"


def test_groups_are_offered_with_two_members_or_more() -> None:
    assert offered_groups(["dog", "car", "cat"]) == {
        "animal": ("cat", "dog"),
        "pet": ("cat", "dog"),
    }
    assert offered_groups(["dog", "car"]) == {}
    assert "animal" not in offered_groups(["dog", "cat", "animal"])


def test_a_group_is_looked_for_by_its_members() -> None:
    groups = {"animal": ("cat", "dog")}
    assert expanded(["dog", "animal", "car"], groups) == ["dog", "cat", "car"]
    assert expanded([], groups) == []


def test_members_and_groups_are_each_others() -> None:
    assert "dog" in members_of("animal")
    assert members_of("dog") == frozenset()
    assert groups_with("cow") == {"animal", "farm animal"}
