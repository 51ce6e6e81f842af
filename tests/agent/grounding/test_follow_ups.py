"""Questions that lean on the one before them, made whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.grounding.follow_ups import Earlier, asks_again, whole_question
from agent.grounding.question_parts import parts_of
from agent.grounding.wording import language_of

DOGS, GOU = "How many dogs are there?", "图里有几只狗？"


def whole(before: str, text: str, newest: int | None = None, found: str | None = None) -> str:
    return whole_question(text, Earlier(before, found, newest), language_of(text))


@pytest.mark.parametrize(
    ("before", "text", "meant"),
    [
        (DOGS, "and the cat?", "How many cats are there?"),
        (DOGS, "what about cats", "How many cats are there?"),
        ("Is there an umbrella?", "a dog?", "Is there a dog?"),
        ("Is there a dog?", "and an umbrella?", "Is there an umbrella?"),
        ("What colour is the dog?", "and the cats?", "What colour is the cat?"),
        (DOGS, "what colour is it?", "What colour is the dog?"),
        (DOGS, "What colour are they?", "What colour are the dogs?"),
        ("Is there a bus?", "what does it say?", "What does the bus say?"),
        ("Is there a bus?", "is it on the road?", "Is the bus on the road?"),
        ("How many people are there?", "what is he doing?", "What is the person doing?"),
        ("Is there a man?", "what colour is his hat?", "What colour is the man's hat?"),
        (DOGS, "where?", "Where is the dog?"),
        ("Is there a dog?", "how many?", "How many dogs are there?"),
        ("Is there a dog?", "its colour?", "What colour is the dog?"),
        (DOGS, "is that more than 5?", "Are there more than 5 dogs?"),
        (DOGS, "are there at least five?", "Are there at least 5 dogs?"),
        (DOGS, "are they fewer than two?", "Are there fewer than 2 dogs?"),
        ("What is the total?", "is that over 50?", "Is the total more than 50?"),
        ("What is the total?", "and the dog?", "Is there a dog?"),
        (DOGS, "and on the left?", "How many dogs are there on the left?"),
        (GOU, "那猫呢？", "图里有几只猫？"),
        (GOU, "猫呢", "图里有几只猫？"),
        ("有几个人？", "那辆车呢？", "有几辆车？"),
        (GOU, "它是什么颜色？", "这只狗是什么颜色？"),
        ("有几个人？", "他们在做什么？", "这个人在做什么？"),
        ("有几个人？", "他们戴领带了吗？", "这个人戴领带了吗？"),
        ("Is there a QR code?", "what does it say?", "What does the QR code say?"),
        ("有二维码吗？", "它的内容是什么？", "这个二维码的内容是什么？"),
        (GOU, "超过5个吗？", "有超过5只狗吗？"),
        (GOU, "比五只多吗？", "有超过5只狗吗？"),
        ("总额是多少？", "超过50吗？", "总额超过50吗？"),
        (GOU, "什么颜色？", "这只狗是什么颜色？"),
        (GOU, "在哪里？", "这只狗在哪里？"),
        (DOGS, "那猫呢？", "有猫吗？"),
        (GOU, "and the cat?", "Is there a cat?"),
        (DOGS, "它是什么颜色？", "这只狗是什么颜色？"),
    ],
)
def test_what_is_leant_on_takes_its_place(before: str, text: str, meant: str) -> None:
    assert whole(before, text) == meant


@pytest.mark.parametrize(
    ("before", "text", "meant"),
    [
        (DOGS, "is there one in the new picture?", "Are there any dogs in picture 2?"),
        (DOGS, "and in the new one?", "How many dogs are there in picture 2?"),
        (DOGS, "and the second picture?", "How many dogs are there in the second picture?"),
        ("Is there a dog in picture 2?", "what colour is it?", "What colour is the dog in picture 2?"),
        ("Is there a dog in picture 2?", "and in picture 1?", "Is there a dog in picture 1?"),
        (GOU, "新的那张里有吗？", "图2里有狗吗？"),
        (GOU, "那新的呢？", "图2里有几只狗？"),
        ("有几只狗？", "那第二张呢？", "第二张里有几只狗？"),
        ("图2里有狗吗？", "它是什么颜色？", "图2里这只狗是什么颜色？"),
    ],
)  # fmt: skip
def test_pictures(before: str, text: str, meant: str) -> None:
    assert whole(before, text, newest=2) == meant


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (DOGS, "Is it raining?"),
        (DOGS, "is it a kitchen?"),
        (DOGS, "What time is it?"),
        (DOGS, "Is it a cat?"),
        (DOGS, "What is it?"),
        (DOGS, "Is there a cat?"),
        (DOGS, "What is the total?"),
        (DOGS, "and the tax?"),
        ("Is there a bus?", "What is he doing?"),
        ("What is the total?", "Was it paid by card?"),
        ("What is the total?", "What does it say?"),
        (GOU, "天气怎么样？"),
        ("图里有几辆车？", "他在做什么？"),
        (DOGS, "What is the last line?"),
        (GOU, "有新鲜的水果吗？"),
    ],
)
def test_what_leans_on_nothing_stays(before: str, text: str) -> None:
    assert whole(before, text, newest=2) == text


def test_it_is_what_was_found_where_nothing_was_named() -> None:
    assert whole("What do you see?", "what colour is it?", found="dog") == "What colour is the dog?"
    assert whole("图里有什么？", "它在哪里？", found="dog") == "这只狗在哪里？"


@pytest.mark.parametrize(
    "text", ["are you sure?", "But are you really sure", "Why?", "how do you know that?",
             "你确定吗？", "为什么？", "真的吗"]
)  # fmt: skip
def test_who_asks_for_the_reason(text: str) -> None:
    assert asks_again(text)


@pytest.mark.parametrize("text", ["Why is the dog wet?", "Is the sign right?", "为什么狗在跑？"])
def test_who_does_not(text: str) -> None:
    assert not asks_again(text)


_PIECES = st.lists(
    st.sampled_from(
        ["and", "the", "dog", "cats", "it", "they", "is", "there", "one", "in", "picture", "2",
         "more than", "5", "new", "?", "那", "猫", "呢", "它", "超过", "个", "吗", "第二张", "里", "有"]
    ),
    max_size=8,
).map(" ".join)  # fmt: skip


@given(_PIECES, _PIECES, st.sampled_from([None, 2]))
def test_any_two_questions_make_one(before: str, text: str, newest: int | None) -> None:
    meant = whole(before or "?", text, newest)
    assert meant.strip() or not text.strip()


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("Is there a dog? What colour is it?", ["Is there a dog?", "What colour is the dog?"]),
        ("How many people are there and what are they doing?",
         ["How many people are there", "What are the people doing?"]),
        ("图里有公交车吗？有几辆？", ["图里有公交车吗？", "有几辆公交车？"]),
        ("What is the total and was it paid by card?",
         ["What is the total", "was it paid by card?"]),
    ],
)  # fmt: skip
def test_a_part_may_lean_on_the_one_before_it(question: str, texts: list[str]) -> None:
    assert [part.text for part in parts_of(question, language_of(question))] == texts
