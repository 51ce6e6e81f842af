"""Which picture a question names, and that no answer takes another one."""

from __future__ import annotations

import pytest

from agent.answer import Draft
from agent.grounding.check import check
from agent.grounding.ledger import Ledger
from agent.grounding.named_pictures import named_pictures, without_named
from tools.evidence import Finding, PictureRef, ToolReport

THREE = ["img_1", "img_2", "img_3"]
PAGES = ["img_1p1", "img_1p2", "img_1p3"]
MIXED = ["img_1p1", "img_1p2", "img_2"]


@pytest.mark.parametrize(
    ("question", "pictures", "named"),
    [
        ("What is the total on the second picture?", THREE, ["img_2"]),
        ("What is the total on the 2nd receipt?", MIXED, ["img_2"]),
        ("In picture three, who is named?", THREE, ["img_3"]),
        ("What does image #1 say?", THREE, ["img_1"]),
        ("What does the final page say?", PAGES, ["img_1p3"]),
        ("What do the first and third photos show?", THREE, ["img_1", "img_3"]),
        ("What is on pages 1 and 2?", PAGES, ["img_1p1", "img_1p2"]),
        ("What is on page 2?", MIXED, ["img_1p2"]),
        ("What is on page 2 of the first document?", MIXED, ["img_1p2"]),
        ("What is on page 7?", PAGES, []),
        ("What is the total on the last one?", THREE, ["img_3"]),
        ("How much is the second?", THREE, ["img_2"]),
        ("Which thing did they buy first?", THREE, None),
        ("How long did the first dog last?", THREE, None),
        ("第三张小票花了多少钱？", THREE, ["img_3"]),
        ("最后一页写了什么？", PAGES, ["img_1p3"]),
        ("图2里有几只狗？", THREE, ["img_2"]),
        ("第一张和第三张图上写了什么？", THREE, ["img_1", "img_3"]),
        ("What colour is the first dog?", THREE, None),
        ("What is the total of receipt 5512?", THREE, None),
        ("Is the second picture different from the others?", THREE, None),
        ("Is the first receipt higher than the second receipt?", THREE, None),
        ("第二个数字是多少？", THREE, None),
        ("What is the total?", THREE, None),
        ("What is on the second picture?", ["img_1"], None),
    ],
)
def test_what_a_question_names(question, pictures, named):
    assert named_pictures(question, pictures) == named


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("What is the total on the second picture?", "What is the total on the picture?"),
        ("What is the total of the first one?", "What is the total of the picture?"),
        ("In image 3, how many dogs are there?", "In the image, how many dogs are there?"),
        ("第二张图的合计是多少？", "合计是多少？"),
        ("在第2页上写了什么？", "写了什么？"),
    ],
)
def test_the_question_without_it(question, rest):
    assert without_named(question) == rest


def ledger_of(*totals: str) -> Ledger:
    ledger = Ledger()
    refs = [PictureRef(id=f"img_{n + 1}", sha256=f"{n:064x}", width=90, height=90)
            for n in range(len(totals))]  # fmt: skip
    ledger.pictures = tuple(refs)
    for ref, total in zip(refs, totals, strict=True):
        finding = Finding(picture=ref, label="total", value=total, value_type="amount", score=0.9,
                          text=f"TOTAL {total}")  # fmt: skip
        ledger.add(ToolReport(findings=(finding,)), tool="read_text", call_id="c1")
    return ledger


def checked(ledger, question, answer, short="{e1.value}"):
    language = "zh" if "第" in question else "en"
    draft = Draft(abstain="no", short_answer=short, answer=answer)
    return check(draft, ledger, question=question, language=language)


def test_an_answer_says_its_picture_where_there_are_several():
    ledger = ledger_of("12.30", "4.00")
    told = checked(ledger, "What is the total?", "The total is {e1.value} [e1].")
    assert told.text == "The total is 12.30 (picture 1)."
    told = checked(ledger, "What is the total?", "In {e1.picture} it is {e1.value} [e1].")
    assert told.text == "In picture 1 it is 12.30."
    alone = checked(ledger_of("12.30"), "What is the total?", "The total is {e1.value} [e1].")
    assert alone.text == "The total is 12.30."


@pytest.mark.parametrize(
    "question", ["What is the total on the second picture?", "第二张图的总额是多少？"]
)
def test_an_answer_from_another_picture_is_refused(question):
    wrong = checked(ledger_of("12.30", "4.00"), question, "{e1.value} [e1].")
    assert any("another picture" in problem for problem in wrong.problems)
    right = checked(ledger_of("12.30", "4.00"), question, "{e2.value} [e2].", "{e2.value}")
    assert not right.problems
