"""What is written of a thing, and what an answer may say of it."""

from __future__ import annotations

import pytest

from agent.answer import Draft, Language
from agent.grounding.check import check
from agent.grounding.ledger import Ledger
from agent.grounding.notices import notice_question
from agent.grounding.wording import language_of
from tools.evidence import Finding, PictureRef, ToolReport

PICTURE = PictureRef(id="img_1", sha256="0" * 64, width=400, height=300)


def sign(*lines: str) -> Ledger:
    """e1 is all the text, e2 … its lines."""
    found = [
        Finding(
            picture=PICTURE,
            label="text",
            text="\n".join(lines),
            value=9,
            value_type="characters",
            score=0.9,
        )
    ]
    found += [
        Finding(picture=PICTURE, label="line", text=line, score=0.9, group="line") for line in lines
    ]
    ledger = Ledger()
    ledger.add(ToolReport(findings=tuple(found)), tool="read_text", call_id="call00001")
    return ledger


def problems(ledger: Ledger, question: str, answer: str, short: str = "") -> list[str]:
    language: Language = language_of(question)
    draft = Draft(abstain="no", answer=answer, short_answer=short)
    return check(draft, ledger, question=question, language=language).problems


NO_DOGS = ("NO DOGS ALLOWED", "Bicycles on the left")


@pytest.mark.parametrize(
    ("lines", "question", "answer", "short"),
    [
        (NO_DOGS, "Are dogs allowed?", 'No: the sign says "{e2.text}" [e2].', "no"),
        (NO_DOGS, "Are dogs allowed?", "Dogs are not allowed [e2].", "no"),
        (NO_DOGS, "Are dogs forbidden?", 'Yes: it says "NO DOGS ALLOWED" [e2].', "yes"),
        (("NO DOGS OR CATS",), "Are dogs allowed?", "Dogs and cats are not allowed [e2].", "no"),
        (("Cycling permitted",), "May I cycle here?", 'Yes: it says "{e2.text}" [e2].', "yes"),
        (("NO ENTRY", "except buses"), "May buses enter?", 'Yes: it says "{e2.text}", "{e3.text}" [e2 e3].', "yes"),
        (("禁止吸烟",), "可以吸烟吗？", "否：上面写着“{e2.text}” [e2]。", "否"),
        (("FREE WIFI",), "Is the wifi free?", 'Yes: it says "{e2.text}" [e2].', "yes"),
        (("SALE", "Scarves 30% off"), "Are the scarves on sale?", 'Yes: it says "{e3.text}" [e3].', "yes"),
        (("SORRY WE ARE CLOSED",), "Is the shop open?", 'No: it says "{e2.text}" [e2].', "no"),
        (("Ingredients: oats, figs.",), "Does it contain figs?", 'Yes: it says "{e2.text}" [e2].', "yes"),
        (("Ingredients: oats, figs.",), "Does it contain milk?", 'No: it says "{e2.text}" [e2].', "no"),
    ],
)  # fmt: skip
def test_what_is_written_is_said(
    lines: tuple[str, ...], question: str, answer: str, short: str
) -> None:
    assert problems(sign(*lines), question, answer, short) == []


@pytest.mark.parametrize(
    ("lines", "question", "answer", "short"),
    [
        (NO_DOGS, "Are dogs allowed?", 'Yes: the sign says "{e2.text}" [e2].', "yes"),
        (NO_DOGS, "Are dogs allowed?", 'The sign says "{e2.text}" [e2].', "yes"),
        (NO_DOGS, "Are dogs allowed?", "Dogs are allowed [e2].", ""),
        (NO_DOGS, "Are dogs allowed?", 'The sign says "DOGS ALLOWED" [e2].', ""),
        (NO_DOGS, "Are dogs allowed?", "The sign says dogs allowed [e2].", ""),
        (NO_DOGS, "What does the sign allow?", 'It says "{e2.text}" [e2].', "DOGS ALLOWED"),
        (NO_DOGS, "Are dogs forbidden?", 'No: it says "{e2.text}" [e2].', "no"),
        (NO_DOGS, "Are cats allowed?", 'No: it says "{e2.text}" [e2].', "no"),
        (NO_DOGS, "Are cats allowed?", "Cats are allowed [e2].", ""),
        (("NO DOGS", "Cats on the left"), "Are dogs allowed?", "Dogs are not allowed and cats are allowed [e2-e3].", ""),
        (("NO DOGS", "Cats on the left"), "Are dogs allowed?", "Dogs and cats are not allowed [e2-e3].", ""),
        (("Dogs welcome",), "Are dogs allowed?", "Dogs are not allowed [e2].", ""),
        (("Dogs welcome",), "Are dogs allowed?", 'No: it says "{e2.text}" [e2].', "no"),
        (("NO PARKING", "Mon-Fri 8-18"), "Can I park here on Sunday?", 'No: it says "{e2.text}", "{e3.text}" [e2 e3].', "no"),
        (("禁止吸烟",), "可以吸烟吗？", "是：上面写着“{e2.text}” [e2]。", "是"),
        (("禁止吸烟",), "可以吸烟吗？", "可以吸烟 [e2]。", ""),
        (("Oat bar", "May contain nuts"), "Does it contain nuts?", 'Yes: it says "{e3.text}" [e3].', "yes"),
        (("Ingredients: pineapple, salt.",), "Does it contain apple?", 'Yes: it says "{e2.text}" [e2].', "yes"),
        (("SORRY WE ARE CLOSED",), "Is the shop open?", 'Yes: it says "{e2.text}" [e2].', "yes"),
    ],
)  # fmt: skip
def test_what_is_not_written_is_not_said(
    lines: tuple[str, ...], question: str, answer: str, short: str
) -> None:
    """Refused, or at the least no yes and no: the short answer is left empty."""
    draft = Draft(abstain="no", answer=answer, short_answer=short)
    language = language_of(question)
    grounded = check(draft, sign(*lines), question=question, language=language)
    said = grounded.text.split(":")[0].split("：")[0].casefold()
    assert grounded.problems or (
        short and not grounded.short_answer and said not in {"yes", "no", "是", "否"}
    )


@pytest.mark.parametrize(
    ("question", "asked", "topic"),
    [
        ("Are dogs allowed?", "allowed", "dogs"),
        ("Can I bring my dog?", "allowed", "bring my dog"),
        ("Is smoking prohibited here?", "forbidden", "smoking  here"),
        ("Can visitors enter here?", "allowed", "visitors enter here"),
        ("Does this product contain nuts?", "contains", "nuts"),
        ("Is there any honey in it?", "contains", "honey"),
        ("能带宠物进去吗？", "allowed", "带宠物进去"),
        ("里面有牛奶吗？", "contains", "牛奶"),
        ("门票免费吗？", "free", "门票"),
    ],
)
def test_what_is_asked(question: str, asked: str, topic: str) -> None:
    found = notice_question(question)
    assert found is not None
    assert (found.asked, found.topic) == (asked, topic)


@pytest.mark.parametrize(
    "question",
    [
        "Is there a dog?", "Can you see a dog?", "Does the picture contain a dog?", "图中有狗吗？",
        "What is allowed?", "Is the dog brown?", "Does it contain any text?", "How many dogs are there?",
    ],
)  # fmt: skip
def test_questions_about_things_are_none(question: str) -> None:
    assert notice_question(question) is None
