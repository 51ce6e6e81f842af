"""What a question asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.grounding.question_parts import parts_of
from agent.grounding.wording import language_of


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What is the total?", "amount"),
        ("total?", "amount"),
        ("How much did I pay altogether?", "amount"),
        ("Can you tell me the total?", "amount"),
        ("How much would a 18% tip be?", "amount"),
        ("What is the tax rate?", "rate"),
        ("What percentage is the discount?", "rate"),
        ("How many dogs are there?", "count"),
        ("What is the phone number of Bryn Garage?", "open"),
        ("When is it due?", "date"),
        ("What is the delivery date?", "date"),
        ("At what time was it printed?", "time"),
        ("Who served?", "name"),
        ("Which shop is this from?", "name"),
        ("Where is the dog?", "place"),
        ("What colour is the car?", "colour"),
        ("Is there a dog?", "yes/no"),
        ("Was it paid by card?", "yes/no"),
        ("Any dogs?", "yes/no"),
        ("There is no dog, right?", "yes/no"),
        ("Can you see a dog?", "yes/no"),
        ("Tell me whether there is a dog.", "yes/no"),
        ("Is it a cat or a dog?", "open"),
        ("Do you know what this is?", "open"),
        ("What does the sign say?", "open"),
        ("总额是多少？", "amount"),
        ("一共多少钱？", "amount"),
        ("税率是多少？", "rate"),
        ("有几只狗？", "count"),
        ("什么时候到期？", "date"),
        ("这是哪家店？", "name"),
        ("狗在哪里？", "place"),
        ("车是什么颜色？", "colour"),
        ("有狗吗？", "yes/no"),
        ("图里有没有狗", "yes/no"),
        ("是刷卡付的吗?", "yes/no"),
        ("这是猫还是狗？", "open"),
        ("你知道这是什么吗？", "open"),
    ],
)
def test_kinds(question: str, kind: str) -> None:
    (part,) = parts_of(question, language_of(question))
    assert part.kind == kind


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What are the total, tax, tip and change?", ["total", "tax", "tip", "change"]),
        ("What is the total and the date?", ["total", "date"]),
        ("What are the tax, cash and change?", ["tax", "cash", "change"]),
        ("How many people? Is there a dog?", ["How many people?", "Is there a dog?"]),
        ("Which shop is it and what is the total?", ["Which shop is it", "what is the total?"]),
        ("总额、税额和找零分别是多少？", ["总额", "税额", "找零"]),
        ("有几个人？有狗吗？", ["有几个人？", "有狗吗？"]),
        ("How many dogs and cats are there?", ["How many dogs and cats are there?"]),
        ("Is the total before tax printed?", ["Is the total before tax printed?"]),
        ("What is the price of salt and pepper?", ["What is the price of salt and pepper?"]),
        (
            "Are there any boats, and what do they say?",
            ["Are there any boats", "what do they say?"],
        ),
        ("Is it open, and are dogs allowed?", ["Is it open", "are dogs allowed?"]),
        (
            "Who issued it, when, and how much was it?",
            ["Who issued it", "when", "how much was it?"],
        ),
        (
            "Tell me the total and whether it was paid by card",
            ["Tell me the total", "was it paid by card"],
        ),
        ("What is the total. What is the tax.", ["What is the total.", "What is the tax."]),
        ("有几只狗，有没有猫？", ["有几只狗", "有没有猫？"]),
        ("总额是多少，是刷卡付的吗？", ["总额是多少", "是刷卡付的吗？"]),
        ("几个人和几只狗？", ["几个人", "几只狗？"]),
    ],
)
def test_parts(question: str, names: list[str]) -> None:
    assert [part.name for part in parts_of(question, language_of(question))] == names


@pytest.mark.parametrize(
    "question",
    [
        "In the second picture, how many dogs are there?",
        "The man in the hat, what is he doing?",
        "Which dog is black and is the biggest?",
        "There is a dog, is there?",
        "Is the man sitting and the woman standing?",
        "Is the dog black and white?",
        "在左边，有几只狗？",
        "哪个更大，猫还是狗？",
        "这是猫吗，还是狗？",
        "请问，有几个人？",
    ],
)
def test_one_thing_is_one_part(question: str) -> None:
    assert [part.text for part in parts_of(question, language_of(question))] == [question]


@pytest.mark.parametrize(
    ("question", "without", "names"),
    [
        ("What is the total without the tip?", {"tip"}, ()),
        ("What is the total excluding tax?", {"tax"}, ()),
        ("不含税的总额是多少？", {"tax"}, ()),
        ("What is the phone number of Bryn Garage?", set(), ("Bryn Garage",)),
        ("What is Bryn Garage's address?", set(), ("Bryn Garage",)),
        ("WHAT IS THE TOTAL OF IT?", set(), ()),
        ("What Is The Total?", set(), ()),
        ("What does the QR code say?", set(), ()),
        ("Who won on Monday in May?", set(), ()),
    ],
)
def test_restrictions(question: str, without: set[str], names: tuple[str, ...]) -> None:
    (part,) = parts_of(question, language_of(question))
    assert (part.without, part.names) == (without, names)


@given(st.text(max_size=80), st.sampled_from(["en", "zh"]))
def test_any_question_has_parts(question: str, language: str) -> None:
    assert parts_of(question, language)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Wie hoch ist der Gesamtbetrag?", "amount"),
        ("Was ist das Datum?", "date"),
        ("¿Cuál es el total?", "amount"),
        ("Quelle est la date ?", "date"),
        ("Is La Piazza mentioned?", "yes/no"),
        ("Was it sold in Los Angeles?", "yes/no"),
        ("Is there a dove?", "yes/no"),
        ("Was the son there?", "yes/no"),
        ("There is no dog, right?", "yes/no"),
        ("How many dogs are at the café de la gare?", "count"),
    ],
)
def test_the_kind_of_a_question_in_another_language_is_that_of_its_field(question, kind):
    (part,) = parts_of(question, "en")
    assert (part.kind, part.names if kind != "yes/no" else ()) == (kind, ())


def test_several_fields_side_by_side_in_other_languages():
    names = [part.name for part in parts_of("Wie hoch sind Netto und MwSt?", "en")]
    assert names == ["Netto", "MwSt"]
    assert [p.name for p in parts_of("What are the e-mail and phone?", "en")] == ["e-mail", "phone"]
