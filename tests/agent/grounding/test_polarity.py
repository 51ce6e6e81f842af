"""A sentence says "no" where the evidence does, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.answer import Language
from agent.grounding.check import check_sentence
from agent.grounding.ledger import Ledger
from agent.grounding.wording import language_of
from tests.agent.evidence_makers import finding, ledger_of, seen, seen_group

SEEN = ledger_of(
    [*seen("dog", 3), *seen("cat", 0)],  # e1-e3, e4
    [finding(label="total", value="60.30", value_type="amount", text="TOTAL RM 60.30")],  # e5
    [finding(label="phone", value=0, status="none")],  # e6
    [finding(label="sign", text="No smoking. 禁止吸烟,不得入内")],  # e7
    [finding(label="材质", value="不锈钢", text="材质 不锈钢")],  # e8
    [finding(label="company", value="No Frills", value_type="company", text="No Frills")],  # e9
)


def stands(template: str, ledger: Ledger = SEEN, language: Language | None = None) -> bool:
    language = language or language_of(template)
    question = "Is there a dog?" if language == "en" else "有狗吗?"
    return check_sentence(template, ledger, question=question, language=language).problem is None


@pytest.mark.parametrize(
    "template",
    [
        "There is no {e1.label} [e1].",
        "There are no {e1.label}s here [e1-e3].",
        "I do not see {list e1-e3} [e1-e3].",
        "There aren't {count e1-e3} dogs [e1-e3].",
        "The total is not {e5.value} [e5].",
        "The total isn't 60.30 [e5].",
        "The total was never {e5.value} [e5].",
        "{e5.value} is not the total [e5].",
        "There is a cat and no {e1.label} [e1 e4].",
        "There is no cat or {e1.label} [e1 e4].",
        "There is no cat, {e1.label} [e1 e4].",
        "The picture is without {e1.label} [e1].",
        "It says nothing: {e7.text} [e7].",
        'The sign does not say "No smoking" [e7].',
        "The dog is absent [e1-e3].",
        "It is not true that there is no {e4.label} [e4].",
        "没有{e1.label} [e1]。",
        "图中没有{e1.label}和{e4.label} [e1 e4]。",
        "图中无{e1.label} [e1]。",
        "总额不是{e5.value} [e5]。",
        "总额并非{e5.value} [e5]。",
        "{e1.label}不在图中 [e1]。",
        "看不到{list e1-e3} [e1-e3]。",
        "不是没有{e4.label} [e4]。",
    ],
)
def test_what_was_found_is_not_denied(template: str) -> None:
    assert not stands(template)


@pytest.mark.parametrize(
    "template",
    [
        "There is a {e4.label} [e4].",
        "I see the {e4.label} [e4].",
        "There is no dog but a {e4.label} [e4].",
        "There are {e1.label}s and {e4.label}s [e1 e4].",
        "A {e6.label} is printed on it [e6].",
        "图中有{e4.label} [e4]。",
        "图中有狗和猫 [e1-e4]。",
        "上面写着{e6.label} [e6]。",
    ],
)
def test_what_was_not_found_is_not_claimed(template: str) -> None:
    assert not stands(template)


@pytest.mark.parametrize(
    "template",
    [
        "There is no {e4.label} [e4].",
        "I looked and found no {e4.label} [e4].",
        "I see 3 dogs and no {e4.label} [e1-e4].",
        "There are no cats, but there are {count e1-e3} dogs [e1-e4].",
        "I see {list e1-e4} [e1-e4].",
        "There are 0 cats [e4].",
        "No phone number is printed on it [e6].",
        "The phone number isn't there [e6].",
        'It says "No smoking" [e7].',
        "It says: {e7.text} [e7].",
        "It says No smoking [e7].",
        "The company is {e9.value} [e9].",
        "我看了,没有找到{e4.label} [e4]。",
        "图中有{list e1-e3},{list e4} [e1-e4]。",
        "没有猫 [e4]。",
        "没有电话 [e6]。",
        "材质是不锈钢 [e8]。",
        "材质是{e8.value} [e8]。",
        "上面写着「禁止吸烟,不得入内」 [e7]。",
    ],
)
def test_what_agrees_stands(template: str) -> None:
    assert stands(template)


ZOO = ledger_of([*seen_group("animal", "dog"), *seen("cow", 0), *seen("vehicle", 0)])


@pytest.mark.parametrize(
    ("template", "good"),
    [
        ("I see an animal and no vehicles [e1 e3].", True),
        ("There are no cows [e2].", True),
        ("I see a dog, and no cow or vehicle [e1-e3].", True),
        ("There are no animals [e1].", False),
        ("There is no cow and no dog [e1 e2].", False),
        ("There is a cow [e1 e2].", False),
    ],
)
def test_groups(template: str, good: bool) -> None:
    assert stands(template, ZOO) is good


_FOUND = st.sampled_from(
    ["{e1.label}", "{list e1-e3}", "{count e1-e3}", "{e5.value}", "{e7.text}", "{e5.label}", "dogs"]
)
_NO = st.sampled_from(["no", "not", "none", "never", "neither", "nothing but", "without", "zero"])
_NO_ZH = st.sampled_from(["没有", "不是", "无", "未见", "并非", "看不到", "没看到", "不存在"])
_WORDS = st.lists(
    st.sampled_from(["there", "is", "the", "a", "I", "see", "in", "picture", "it", "says", "has"]),
    max_size=4,
)
_WORDS_ZH = st.lists(st.sampled_from(["图中", "有", "这", "是", "总额", "上面写着"]), max_size=2)


@given(_WORDS, _NO, _WORDS, _FOUND, _WORDS)
def test_no_negation_passes_before_what_was_found(
    first: list[str], no: str, between: list[str], found: str, last: list[str]
) -> None:
    template = " ".join([*first, no, *between, found, *last]) + " [e1-e3 e5 e7]."
    assert not stands(template)


@given(_WORDS, _FOUND, _WORDS, st.sampled_from(["not there", "isn't there", "absent", "none"]))
def test_no_negation_passes_behind_what_was_found(
    first: list[str], found: str, between: list[str], no: str
) -> None:
    assert not stands(" ".join([*first, found, *between, no]) + " [e1-e3 e5 e7].")


@given(_WORDS_ZH, _NO_ZH, _WORDS_ZH, _FOUND.filter(lambda f: f != "dogs"))
def test_no_negation_passes_in_chinese(
    first: list[str], no: str, between: list[str], found: str
) -> None:
    assert not stands("".join(["这", *first, no, *between, found]) + " [e1-e3 e5 e7]。")


_WRITTEN = st.lists(
    st.sampled_from(["No", "not", "never", "dogs", "isn't", "没有", "不", "smoking", "没有狗"]),
    min_size=1,
    max_size=5,
).map(" ".join)


@given(_WRITTEN)
def test_what_is_quoted_changes_no_polarity(written: str) -> None:
    ledger = ledger_of([*seen("dog", 1), *seen("cat", 0)], [finding(label="sign", text=written)])
    for says in (f'"{written}"', "{e3.text}"):
        assert stands(f"It says {says} [e3].", ledger, "en")
        for wrong in (
            f"It says {says} and there is no {{e1.label}} [e1 e3].",
            f"There is a {{e2.label}} and it says {says} [e2 e3].",
            f"There is no {{e1.label}}, it says {says} [e1 e3].",
        ):
            assert not stands(wrong, ledger, "en")
