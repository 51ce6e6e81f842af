"""What is asked of each picture, and how the answers become one."""

from __future__ import annotations

import pytest

from agent.grounding.wording import language_of
from agent.planners.builtin.plans.several_questions import SeveralQuestion, several_question

FILES = ("img_1", "img_2", "img_3")
PAGES = ("img_1p1", "img_1p2")


@pytest.mark.parametrize(
    ("question", "form", "asked"),
    [
        ("What is the total?", "each", "What is the total?"),
        ("What do all the signs say?", "each", "What does the sign say?"),
        ("What is the date in all three pictures?", "each", None),
        ("What is the total of both receipts?", "sum", "What is the total?"),
        ("How much tax was paid on all the receipts?", "sum", "What is the tax?"),
        ("Add the three totals.", "sum", "What is the total?"),
        ("What do the three totals come to?", "sum", "What is the total?"),
        ("How much did these cost together?", "sum", "What is the total?"),
        ("三张发票的税额总共是多少？", "sum", "税额是多少？"),
        ("Which bill is the cheapest?", "least", "What is the total?"),
        ("Which receipt has the highest tax?", "most", "What is the tax?"),
        ("Which picture has the most cars?", "most", "How many cars are there?"),
        ("In which picture is the cat?", "which", "Are there any cats?"),
        ("Which receipt mentions bananas?", "which", 'Does it say "bananas"?'),
        ("Which page has the total?", "which", "What is the total?"),
        ("哪张图里有猫？", "which", "有猫吗？"),
        ("What receipt number is on it?", "each", None),
        ("How many people are there in total?", "count", "How many people are there?"),
        ("Is there a bus in any of the images?", "exists", "Is there a bus?"),
        ("Is there any bus at all?", "exists", "Is there any bus at all?"),
        ("Is there a bus in every image?", "every", "Is there a bus?"),
        ("What does the third picture say?", "each", "What does the picture say?"),
    ],
)
def test_forms(question, form, asked):
    found = several_question(question, language_of(question), FILES)
    assert found is not None
    assert found.form == form
    assert asked is None or found.asked == asked


@pytest.mark.parametrize(
    "question", ["What is the difference between the totals?", "Which one has more text?",
                 "Are the two codes the same?", "两张图有什么区别？"]
)  # fmt: skip
def test_other_comparisons_are_the_weights(question):
    assert several_question(question, language_of(question), FILES) is None


def test_the_pages_of_one_bill_have_one_total():
    found = several_question("How much was spent altogether?", "en", PAGES)
    assert found == SeveralQuestion("each", "How much was spent altogether?", PAGES)
    found = several_question("What do the totals of all pages add up to?", "en", PAGES)
    assert found is not None
    assert found.form == "sum"


def test_a_named_picture_is_the_only_one():
    found = several_question("What is the total on page 2?", "en", PAGES)
    assert found == SeveralQuestion("each", "What is the total on the page?", ("img_1p2",))
