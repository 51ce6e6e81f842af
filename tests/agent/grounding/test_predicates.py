"""Around what evidence carries stand the words of a closed set, and nothing else."""

from __future__ import annotations

import pytest

from agent.grounding.check import check_sentence
from agent.grounding.ledger import Ledger
from agent.grounding.wording import language_of
from tests.agent.evidence_makers import finding, ledger_of, seen
from tools.words.predicates import KINDS, words_for

SEEN = ledger_of(
    [*seen("dog", 2)],  # e1-e2
    [*seen("bench", 1)],  # e3
    [finding(label="total", value="60.30", value_type="amount", text="TOTAL RM 60.30")],  # e4
    [finding(label="tax", value="3.41", value_type="amount", text="GST 3.41")],  # e5
    [finding(label="sign", text="Hot dogs are free on Monday")],  # e6
    [finding(label="text", text="TOTAL 60.30", value=10, value_type="characters")],  # e7
    [finding(label="red", value=0.6, value_type="share")],  # e8
    [finding(label="wifi password", value="sunny88", text="WIFI PASSWORD sunny88")],  # e9
    [finding(label="cat", group="cat", box_xyxy=(500, 400, 620, 470))],  # e10
    [finding(2, label="total", value="60.30", value_type="amount", text="TOTAL 60.30")],  # e11
    [
        finding(label=colour, value=share, value_type="share")
        for colour, share in (("blue", 0.5), ("yellow", 0.3), ("green", 0.5))
    ],  # e12-e14
)


def problem(template: str, ledger: Ledger = SEEN) -> str | None:
    language = language_of(template)
    return check_sentence(template, ledger, question="?", language=language).problem


@pytest.mark.parametrize(
    "template",
    [
        "The receipt is forged [e4].",
        "The total is suspicious [e4].",
        "The {e4.label} is {e4.value}, unpaid [e4].",
        "The total is {e4.value}, so you were overcharged [e4].",
        "The total of {e4.value} is wrong [e4].",
        "It is false that there are {count e1-e2} dogs [e1-e2].",
        "There are hardly {count e1-e2} dogs [e1-e2].",
        "The dogs are sleeping [e1-e2].",
        "I see two old dogs [e1-e2].",
        "The dog is on the bench [e1-e3].",
        "The {e1.label} is on the {e3.label} [e1 e3].",
        "The total is {e5.value} [e5].",
        "The tax is {e4.value} [e4].",
        "The tip is {e4.value} [e4].",
        "The total is {e4.value} percent [e4].",
        "Hot dogs are free [e6].",
        "There is a dog [e6].",
        "The sign says dogs are cheap [e6].",
        "There are more dogs than benches [e1-e3].",
        "{least e1-e2 e3} is more [e1-e3].",
        "The two are the same [e4 e5].",
        "The two are different [e4 e11].",
        "They are the same [e4].",
        "The cat is on the left [e10].",
        "The cat is at the top [e10].",
        "The total is on the left [e4].",
        "这张小票是伪造的 [e4]。",
        "总额{e4.value}有问题 [e4]。",
        "狗在睡觉 [e1-e2]。",
        "税额是{e4.value} [e4]。",
        "It is mostly {e13.label}, then {e12.label} [e12 e13].",
        "主要是{e13.label},其次是{e12.label} [e12 e13]。",
        "猫在左边 [e10]。",
        "狗比长椅更多 [e1-e3]。",
    ],
)  # fmt: skip
def test_what_nothing_carries_is_refused(template: str) -> None:
    assert problem(template) is not None


@pytest.mark.parametrize(
    "template",
    [
        "The total is {e4.value} [e4].",
        "The grand total on the receipt is RM 60.30 [e4].",
        "According to the receipt, the amount due is {e4.value} [e4].",
        "In total, there are {count e1-e2} dogs in the picture [e1-e2].",
        "There are two dogs and a bench [e1-e3].",
        "I can see {list e1-e3} [e1-e3].",
        "The sign says Hot dogs are free on Monday [e6].",
        'The sign reads "Hot dogs are free" [e6].',
        "The text has {e7.value} characters [e7].",
        "It is mostly {e8.label} [e8].",
        "60% of the picture is red [e8].",
        "The wifi password is {e9.value} [e9].",
        "The password for the wifi is sunny88 [e9].",
        "The cat is at the bottom right [e10].",
        "{most e1-e2 e3} are more [e1-e3].",
        "Both totals are the same [e4 e11].",
        "The total and the tax are different [e4 e5].",
        "Together they come to 63.71 [e4 e5].",
        "{e4.picture}: {e4.value}, {e11.picture}: {e11.value} [e4 e11].",
        "总额是{e4.value} [e4]。",
        "小票上的合计金额为 60.30 [e4]。",
        "图中有两只狗和一张长椅 [e1-e3]。",
        "It is mostly {e12.label}, then {e13.label} [e12 e13].",
        "主要是{e12.label},其次是{e13.label} [e12 e13]。",
        "主要是{e8.label} [e8]。",
        "猫在右下角 [e10]。",
        "上面写着{e6.text} [e6]。",
        "总额都一样 [e4 e11]。",
        "按文字多少比较:{most e7 e4} [e4 e7]。",
    ],
)  # fmt: skip
def test_plain_sentences_stand(template: str) -> None:
    assert problem(template) is None


def test_the_table_has_words_of_each_kind_in_each_language() -> None:
    for kind in KINDS:
        for language in ("en", "zh"):
            words = words_for(kind, language)  # type: ignore[arg-type]
            assert words or kind == "no negation", (kind, language)
            assert len(set(words)) == len(words), (kind, language)
