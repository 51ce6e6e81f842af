from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.grounding.references import UnresolvedReferenceError, expand, fill
from tests.agent.evidence_makers import finding, ledger_of, seen, seen_group

LEDGER = ledger_of(
    [*seen("dog", 3), *seen("cat", 0)],  # e1-e3, e4
    [*seen("dog", 1, picture=2)],  # e5
    [finding(label="total", value="60.30", value_type="amount", text="TOTAL RM 60.30")],  # e6
    [finding(2, label="total", value="1,200.05", value_type="amount", text="TOTAL 1,200.05")],  # e7
    [finding(label="red", value=0.43, value_type="share")],  # e8
    [finding(label="phone", value=0, status="none")],  # e9
)


@pytest.mark.parametrize(
    ("template", "english", "chinese"),
    [
        ("{e6.value}", "60.30", "60.30"),
        ("{e6.text}", "TOTAL RM 60.30", "TOTAL RM 60.30"),
        ("{e1.label}", "dog", "狗"),
        ("{e5.picture}", "picture 2", "图 2"),
        ("{e8.value}", "43%", "43%"),
        ("{count e1-e3}", "3", "3"),
        ("{count e1 e2-e3}", "3", "3"),
        ("{count e4}", "0", "0"),
        ("{list e1-e4}", "3 dogs and no cats", "3 只狗和没有猫"),
        ("{list e5}", "1 dog", "1 只狗"),
        ("{exists e4}", "no", "否"),
        ("{exists e1-e3}", "yes", "是"),
        ("{has e8 red}", "yes", "是"),
        ("{has e8 blue}", "no", "否"),
        ("{sum e6 e7}", "1260.35", "1260.35"),
        ("{difference e6 e7}", "1139.75", "1139.75"),
        ("{difference e1-e3 e5}", "2", "2"),
        ("{same e6 e7}", "no", "否"),
        ("{most e1-e3 e5}", "picture 1", "图 1"),
        ("{least e1-e3 e5}", "picture 2", "图 2"),
        ("{most e1-e3 e4}", "dog", "狗"),
        ("{most e6 e7}", "picture 2", "图 2"),
        ("{most e5 e5}", "equal", "一样"),
    ],
)
def test_fills_in(template: str, english: str, chinese: str) -> None:
    assert fill(template, LEDGER, "en").text == english
    assert fill(template, LEDGER, "zh").text == chinese


ZOO = ledger_of([*seen_group("animal", "dog", "dog", "cat"), *seen("vehicle", 0)])


@pytest.mark.parametrize(
    ("template", "english", "chinese"),
    [
        ("{e1.label}: {e3.value}", "animal: cat", "动物: 猫"),
        ("{count e1-e3}", "3", "3"),
        ("{list e1-e4}", "3 animals (2 dogs and 1 cat) and no vehicles",
         "3 只动物(2 只狗和1 只猫)和没有交通工具"),
        ("{has e1-e3 cat}", "yes", "是"),
        ("{has e1-e3 cow}", "no", "否"),
        ("{most e1-e3 e4}", "animal", "动物"),
    ],
)  # fmt: skip
def test_a_group_says_what_its_members_are(template: str, english: str, chinese: str) -> None:
    assert fill(template, ZOO, "en").text == english
    assert fill(template, ZOO, "zh").text == chinese


@pytest.mark.parametrize(("ids", "there", "lacking"), [("e1-e3", "yes", "no"), ("e4", "no", "yes")])
def test_whether_there_is_none(ids: str, there: str, lacking: str) -> None:
    assert fill(f"{{exists {ids}}}", ZOO, "en").text == there
    assert fill(f"{{exists {ids}}}", ZOO, "en", absence=True).text == lacking


@pytest.mark.parametrize(
    "template",
    [
        "{e99.value}", "{e0.value}", "{e1.value}", "{e6.colour}", "{e1}", "{}", "{count}", "{count dogs}",
        "{count e3-e1}", "{count e1-e999999999}", "{total e6}", "{sum e1-e3}", "{difference e6}", "{e9.value}",
        "{__class__}", "{e6.value.__class__}", "I see it [e77].", "[e3-e1]",
    ],
)  # fmt: skip
def test_malformed_references_are_named(template: str) -> None:
    with pytest.raises(UnresolvedReferenceError):
        fill(template, LEDGER, "en")


def test_text_of_a_picture_is_never_a_reference() -> None:
    ledger = ledger_of(
        [finding(label="sign", text="pay {e2.value} [e2] now")], [finding(value="9")]
    )
    filled = fill("It says {e1.text} [e1].", ledger, "en")
    assert filled.text == "It says pay {e2.value} [e2] now."
    assert filled.used == ("e1",)


def test_citations_are_taken_out_and_kept() -> None:
    filled = fill("Dogs: {count e1-e3} [e1-e3], and 60.30 [e6].", LEDGER, "en")
    assert filled.text == "Dogs: 3, and 60.30."
    assert filled.cited == ("e1", "e2", "e3", "e6")


@given(st.integers(0, 30), st.integers(0, 30))
def test_count_is_what_was_found(dogs: int, cats: int) -> None:
    ledger = ledger_of([*seen("dog", dogs), *seen("cat", cats)])
    last = max(dogs, 1)
    assert fill(f"{{count e1-e{last}}}", ledger, "en").text == str(dogs)
    assert fill(f"{{count e1-e{len(ledger)}}}", ledger, "en").text == str(dogs + cats)


@given(st.text(alphabet="e123-{}[] .valuecount", max_size=40))
def test_any_template_is_filled_or_refused(template: str) -> None:
    try:
        filled = fill(template, LEDGER, "en")
    except UnresolvedReferenceError:
        return
    assert all(i in LEDGER for i in (*filled.used, *filled.cited))


@given(st.integers(1, 9), st.integers(0, 5))
def test_expand_is_the_range(first: int, length: int) -> None:
    if first + length > len(LEDGER):
        return
    ids = expand(f"e{first}-e{first + length}", LEDGER)
    assert ids == [f"e{n}" for n in range(first, first + length + 1)]
