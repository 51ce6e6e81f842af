"""What may be said of estimates: that they are ones, no more than they say, nothing against a look."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.answer import Draft
from agent.grounding.check import Grounded, check, check_sentence
from agent.grounding.conflicts import contradicting
from agent.grounding.ledger import Ledger
from agent.grounding.wording import language_of
from tests.agent.evidence_makers import finding, ledger_of, seen, seen_group
from tools.evidence import Finding, ToolReport


def estimate(label: str, value: str | int | None = None, **fields: Any) -> Finding:
    """What `answer_by_fusion` reports of a question, or, without a value, `match_text` of a text."""
    return finding(label=label, value=value, kind="estimate", **fields)


GUESSES = ledger_of(
    [estimate("Is it raining?", "yes")],  # e1
    [estimate("What kind of room is this?", "kitchen"),
     estimate("What kind of room is this?", "bathroom", status="unsure")],  # e2, e3
    [estimate("How many dogs are there?", 2)],  # e4
    [estimate("a kitchen"), estimate("an office", status="none")],  # e5, e6
    [estimate("Is the man happy?", "no")],  # e7
    [estimate("在下雨吗？", "yes")],  # e8
    [estimate("How many cats are there?", 0)],  # e9
    [estimate("What is on the table?", "nothing")],  # e10
    [estimate("Is he surfing or swimming?", "surfing")],  # e11
    [estimate("Is there no car?", "no")],  # e12
    tool="answer_by_fusion",
)  # fmt: skip


def run(ledger: Ledger, question: str, answer: str, short: str) -> Grounded:
    draft = Draft(abstain="no", short_answer=short, answer=answer)
    return check(draft, ledger, question=question, language=language_of(question))


@pytest.mark.parametrize(
    ("question", "answer", "short", "said", "shortly"),
    [
        ("Is it raining?", "Probably {e1.value} [e1].", "{e1.value}", "Probably yes.", "yes"),
        ("Is it raining?", "It is probably raining [e1].", "yes", "It is probably raining.", "yes"),
        ("Is it raining?", "Yes, probably [e1].", "yes", "Yes, probably.", "yes"),
        ("What kind of room is this?", "It is probably a {e2.value} [e2].", "{e2.value}",
         "It is probably a kitchen.", "kitchen"),
        ("What kind of room is this?", "It looks like a kitchen [e2].", "kitchen",
         "It looks like a kitchen.", "kitchen"),
        ("Is this room a kitchen?", "It looks like a {e2.value} [e2].", "yes",
         "It looks like a kitchen.", "yes"),
        ("How many dogs are there?", "Probably {e4.value} [e4].", "{e4.value}", "Probably 2.", "2"),
        ("How many dogs are there?", "There are probably two dogs [e4].", "2",
         "There are probably two dogs.", "2"),
        ("Is this a kitchen or an office?", "It looks like {e5.label} [e5].", "{e5.label}",
         "It looks like a kitchen.", "kitchen"),
        ("Is this a kitchen or an office?", "It looks like a kitchen, not an office [e5 e6].",
         "a kitchen", "It looks like a kitchen, not an office.", "kitchen"),
        ("Is this a kitchen?", "It looks like {e5.label} [e5].", "{exists e5}",
         "It looks like a kitchen.", "yes"),
        ("Is this an office?", "It does not look like an office [e6].", "no",
         "It does not look like an office.", "no"),
        ("Is the man happy?", "Probably {e7.value} [e7].", "{e7.value}", "Probably no.", "no"),
        ("Is the man happy?", "Probably not [e7].", "no", "Probably not.", "no"),
        ("How many cats are there?", "There are probably no cats [e9].", "0",
         "There are probably no cats.", "0"),
        ("What is on the table?", "Probably nothing [e10].", "{e10.value}", "Probably nothing.",
         "nothing"),
        ("Is there no car?", "Probably {e12.value} [e12].", "{e12.value}", "Probably no.", "no"),
        ("在下雨吗？", "大概{e8.value} [e8]。", "{e8.value}", "大概是。", "是"),
        ("在下雨吗？", "看起来在下雨 [e8]。", "是", "看起来在下雨。", "是"),
        ("这个男人高兴吗？", "大概{e7.value} [e7]。", "{e7.value}", "大概不是。", "不是"),
        ("这是什么房间？", "看起来像{e2.value} [e2]。", "{e2.value}", "看起来像厨房。", "厨房"),
        ("这是什么房间？", "可能是厨房 [e2]。", "厨房", "可能是厨房。", "厨房"),
        ("这是厨房还是办公室？", "看起来像{e5.label} [e5]。", "{e5.label}", "看起来像厨房。", "厨房"),
        ("有几只狗？", "大概有2只狗 [e4]。", "2", "大概有2只狗。", "2"),
    ],
)  # fmt: skip
def test_what_says_that_it_estimates_stands(
    question: str, answer: str, short: str, said: str, shortly: str
) -> None:
    grounded = run(GUESSES, question, answer, short)
    assert grounded.problems == []
    assert grounded.reason is None
    assert (grounded.text, grounded.short_answer) == (said, shortly)


@pytest.mark.parametrize(
    ("question", "answer", "short", "why"),
    [
        ("Is it raining?", "It is raining [e1].", "yes", "e1 is an estimate; say that it is one"),
        ("Is it raining?", "Yes, it is raining [e1].", "yes", "say that it is one"),
        ("Is it raining?", "{e1.value} [e1].", "yes", "say that it is one"),
        ("Is it raining?", "It is not likely raining [e1].", "no", "say that it is one"),
        ("在下雨吗？", "在下雨 [e8]。", "是", "大概是{eN.value}"),
        ("在下雨吗？", "不可能下雨 [e8]。", "不是", "say that it is one"),
        ("Is it raining?", "Probably no [e1].", "no", "denies"),
        ("Is it raining?", "It is probably not raining [e1].", "no", "denies"),
        ("Is it raining?", "Probably yes [e1].", "no", "not no"),
        ("Is the man happy?", "Probably yes [e7].", "no", "there is none"),
        ("Is the man happy?", "The man is probably happy [e7].", "no", "there is none"),
        ("在下雨吗？", "看起来没有下雨 [e8]。", "是", "denies"),
        ("What room is it?", "It looks like a bathroom [e2].", "kitchen", "write {e2.value}"),
        ("How many dogs are there?", "There are probably 3 dogs [e4].", "2", "3"),
        ("How many dogs are there?", "Probably {count e4} [e4].", "2", "nothing is worked out"),
        ("How many people are there?", "Probably {e4.value} [e4].", "2", "person"),
        ("Is this an office?", "It looks like an office [e5 e6].", "yes", "there is none"),
        ("Is this an office?", "Probably yes [e5].", "yes", "it is not yes"),
        ("Is he surfing or swimming?", "Probably swimming [e11].", "swimming", "{e11.value}"),
        (
            "Is he surfing or swimming?",
            "Probably surfing and swimming [e11].",
            "surfing",
            "swimming",
        ),
        ("Is there no car?", "There is probably no car [e12].", "no", "{e12.value}"),
        ("Is it raining?", "Probably {e1.value} and cold [e1].", "yes", "cold"),
        ("Is it raining?", "It looks like {e1.label} [e1].", "yes", "write its value"),
        ("Is this room a kitchen?", "It looks like a {e2.value} [e2].", "no", "not no"),
        ("Are there any dogs?", "There are probably 2 dogs [e4].", "no", "not no"),
        ("Are there 3 dogs?", "There are probably 2 dogs [e4].", "yes", "not yes"),
        ("Is this room an office?", "It looks like a {e2.value} [e2].", "yes", "not yes"),
        (
            "What room is it?",
            "It looks like a {e2.value} [e2].",
            "{e11.value}",
            "no sentence cites",
        ),
    ],
)
def test_what_says_more_than_the_estimate_is_refused(
    question: str, answer: str, short: str, why: str
) -> None:
    assert why in " ".join(run(GUESSES, question, answer, short).problems)


def test_below_the_bar_nothing_is_said_however_carefully() -> None:
    answer = "It is probably a {e3.value} [e3]."
    grounded = run(GUESSES, "What kind of room is this?", answer, "{e3.value}")
    assert (grounded.problems, grounded.reason) == ([], "unsure")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("It is probably a {e2.value} [e2-e3].", None),
        ("It is probably a {e2.value} or a {e3.value} [e2-e3].", "unsure"),
        ("It is probably a kitchen or a bathroom [e2-e3].", "unsure"),
    ],
)
def test_a_less_likely_answer_may_be_cited_beside_the_likeliest(
    answer: str, reason: str | None
) -> None:
    grounded = run(GUESSES, "What kind of room is this?", answer, "{e2.value}")
    assert (grounded.problems, grounded.reason) == ([], reason)


BESIDE = ledger_of(seen("dog", 2), [estimate("What kind of room is this?", "kitchen")])  # e1-e3


@pytest.mark.parametrize(
    ("answer", "good"),
    [
        ("There are {count e1-e2} dogs [e1-e2]. It looks like a {e3.value} [e3].", True),
        ("There are {count e1-e2} dogs, and it looks like a {e3.value} [e1-e3].", True),
        ("It looks like a {e3.value}, and there are {count e1-e2} dogs [e1-e3].", True),
        ("There are probably {count e1-e2} dogs [e1-e2].", True),
        ("It is a {e3.value}, and there may be dogs [e1-e3].", False),
        ("It is a kitchen and perhaps there are dogs [e1-e3].", False),
    ],
)
def test_a_mark_stands_before_what_it_marks(answer: str, good: bool) -> None:
    claims = run(BESIDE, "What is in the picture?", answer, "").claims
    assert all(claim.status == "supported" for claim in claims) is good


_WORDS = ["It is", "raining", "{e1.value}", "{e2.value}", "{e5.label}", "yes", "a kitchen", "2 dogs",
          "and", "not", "the man", "there is", "surfing", "no cats", "是", "厨房", "在下雨", ","]  # fmt: skip


@given(
    words=st.lists(st.sampled_from(_WORDS), min_size=1, max_size=7),
    cited=st.sampled_from(["e1", "e2", "e4", "e5", "e7", "e8", "e1 e5", "e2 e4 e11"]),
    language=st.sampled_from(["en", "zh"]),
)
def test_no_sentence_without_a_mark_rests_on_estimates_alone(
    words: list[str], cited: str, language: Any
) -> None:
    question = "What is it?" if language == "en" else "这是什么？"
    template = f"{' '.join(words)} [{cited}]."
    claim = check_sentence(template, GUESSES, question=question, language=language)
    assert claim.status == "unsupported"


LOOKED = ledger_of(
    [*seen("dog", 2), *seen("cat", 0)],  # e1-e2, e3
    [finding(label="blue", value=0.8, value_type="share", box_xyxy=(10.0, 0, 19.0, 9))],  # e4
    seen_group("vehicle", "car", "bus"),  # e5-e6
)
WRITTEN = (
    finding(label="SALE", text="SUMMER SALE 50%"),  # e7
    finding(label="line", group="line", text="STOP"),  # e8
    finding(label="line", group="line", text="Raining"),  # e9
)
LOOKED.add(ToolReport(findings=WRITTEN), tool="read_text", call_id="read")


@pytest.mark.parametrize(
    ("guess", "against"),
    [
        (estimate("How many dogs are there?", 3), "e1 e2"),
        (estimate("How many dogs are there in the picture?", 2), ""),
        (estimate("How many dogs are brown?", 1), ""),
        (estimate("How many dogs are on the left?", 1), ""),
        (estimate("How many cats are there?", 1), "e3"),
        (estimate("How many vehicles are there?", 3), "e5 e6"),
        (estimate("How many cars are there?", 3), "e5"),
        (estimate("How many animals are there?", 3), ""),
        (estimate("Is there a dog?", "no"), "e1 e2"),
        (estimate("Is there a dog?", "yes"), ""),
        (estimate("Is there no dog?", "yes"), "e1 e2"),
        (estimate("Are there any cats?", "yes"), "e3"),
        (estimate("Are there 3 dogs?", "yes"), ""),
        (estimate("Is there an animal?", "no"), "e1 e2"),
        (estimate("Is the dog sleeping?", "no"), ""),
        (estimate("Is there a dog on the couch?", "no"), ""),
        (estimate("Is there a dog?", "no", status="unsure"), ""),
        (estimate("a dog", status="none"), "e1 e2"),
        (estimate("a cat"), "e3"),
        (estimate("a dog in the snow", status="none"), ""),
        (estimate("a kitchen"), ""),
        (estimate("Does it say SALE?", "no"), "e7"),
        (estimate("Does the sign say STOP?", "no"), "e8"),
        (estimate("Is there a stop sign?", "no"), ""),
        (estimate("Is it raining?", "no"), ""),
        (estimate("Does it say raining?", "no"), "e9"),
        (estimate("What color is the dog?", "red"), "e4"),
        (estimate("What color is the dog?", "blue and white"), ""),
        (estimate("What color is the car?", "red"), ""),
        (estimate("What is the dog doing?", "sleeping"), ""),
        (estimate("有几只狗？", 3), "e1 e2"),
        (estimate("有猫吗？", "yes"), "e3"),
        (estimate("图里有狗吗？", "no"), "e1 e2"),
        (estimate("Is there a dog?", "no", picture=2), ""),
        (estimate("Is there a dog?", "no", box_xyxy=(300.0, 300, 400, 400)), ""),
    ],
)
def test_what_was_seen_contradicts_an_estimate_of_the_same(guess: Finding, against: str) -> None:
    ledger = Ledger.restored(LOOKED.snapshot())
    ledger.add(ToolReport(findings=(guess,)), tool="answer_by_fusion", call_id="later")
    (entered,) = [e for e in ledger if e.kind == "estimate"]
    assert " ".join(e.id for e in contradicting(entered, ledger)) == against


def test_a_contradicted_estimate_is_no_answer() -> None:
    ledger = Ledger.restored(LOOKED.snapshot())
    ledger.add(
        ToolReport(findings=(estimate("Is there a cat?", "yes"),)), tool="a", call_id="later"
    )
    (problem, *_) = run(ledger, "Is there a cat?", "Probably yes [e10].", "yes").problems
    assert "what was seen says otherwise" in problem
    assert "e3" in problem
    assert run(ledger, "Is there a cat?", "There are no cats [e3].", "no").problems == []
