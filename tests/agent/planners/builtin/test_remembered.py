"""What the built-in weights wrote is remembered for each owner apart, and forgotten with him."""

from __future__ import annotations

from agent.planners.builtin.remembered import Remembered


def test_a_turn_is_known_to_its_owner_alone():
    turns = Remembered[str]()
    turns.put(turns.key("ann", [1, 2], "grammar"), "a turn")
    assert turns.get(turns.key("ann", [1, 2], "grammar")) == "a turn"
    assert turns.get(turns.key("bob", [1, 2], "grammar")) is None
    assert turns.get(turns.key("ann", [1, 2], "another")) is None


def test_the_oldest_turn_is_let_go_of_first():
    turns = Remembered[str](most=2)
    keys = [turns.key("ann", [number], "grammar") for number in range(3)]
    for key in keys:
        turns.put(key, "a turn")
    assert [turns.get(key) for key in keys] == [None, "a turn", "a turn"]


def test_a_turn_that_was_being_written_while_its_owner_deleted_all_is_not_kept():
    turns = Remembered[str]()
    known, begun = turns.key("ann", [1], "grammar"), turns.key("ann", [2], "grammar")
    turns.put(known, "a turn")
    turns.forget("ann")
    turns.put(begun, "too late")
    for prompt in (1, 2):
        assert turns.get(turns.key("ann", [prompt], "grammar")) is None
    assert turns.get(known) is None
    assert turns.get(begun) is None
