"""Of an answer to several questions a refused sentence goes alone; the rest stays."""

from __future__ import annotations

import numpy as np
import pytest

from agent import Settings, VisualAgent
from agent.answer import Draft
from agent.grounding.check import Grounded, check
from agent.grounding.ledger import Ledger
from agent.grounding.wording import language_of
from agent.testing import ScriptedPlanner, answering, calling
from tests.agent.evidence_makers import finding, ledger_of
from tools import Finding, Picture, ToolReport, vision_tool
from tools.toolset import ToolConfig


def papers() -> Ledger:
    return ledger_of(
        [
            finding(label="total", text="TOTAL 56.74", value="56.74", value_type="amount"),
            finding(label="tax", text="VAT 3.41", value="3.41", value_type="amount"),
            finding(
                label="date", text="04/05/2024", value="04/05/2024", value_type="date", score=0.4,
                status="unsure",
            ),
        ],
        tool="read_text",
    )  # fmt: skip


TAX = "I could not answer this part: “tax” (what I saw does not carry an answer)."
TOTAL = TAX.replace("tax", "total")


def run(question: str, answer: str, short: str) -> Grounded:
    draft = Draft(abstain="no", short_answer=short, answer=answer)
    return check(draft, papers(), question=question, language=language_of(question))


@pytest.mark.parametrize(
    ("question", "answer", "short", "text", "short_text"),
    [
        (
            "What are the total and the tax?",
            "The total is {e1.value} [e1]. The tax is 9.99 [e2].", "{e1.value}; 9.99",
            f"The total is 56.74. {TAX}", "56.74",
        ),
        (
            "What are the total and the tax?",
            "The total is 99.07 [e1]. The tax is {e2.value} [e2].", "{e2.value}",
            f"The tax is 3.41. {TOTAL}", "",
        ),
        (
            "总额和税额是多少？", "总额是9.99 [e1]。税额是{e2.value} [e2]。", "9.99;{e2.value}",
            "税额是3.41。这一部分未能回答:“总额”(看到的内容不足以支持回答)。", "3.41",
        ),
    ],
)  # fmt: skip
def test_a_refused_part_goes_alone(
    question: str, answer: str, short: str, text: str, short_text: str
) -> None:
    grounded = run(question, answer, short)
    assert grounded.problems
    assert grounded.rest is not None
    assert (grounded.rest.text, grounded.rest.short_answer) == (text, short_text)
    assert grounded.rest.problems == []


def test_an_unsure_part_goes_alone() -> None:
    answer = "The total is {e1.value} [e1]. The date is {e3.value} [e3]."
    grounded = run("What are the total and the date?", answer, "{e1.value}; {e3.value}")
    assert (grounded.reason, grounded.problems) == (None, [])
    assert grounded.text == (
        "The total is 56.74. I could not answer this part: “date” "
        "(I am not sure; closest: date: 04/05/2024, 0.40)."
    )


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is the total?", "The total is {e1.value} [e1]. The tax is 9.99 [e2]."),
        ("What are the total and the tax?", "The total is 1.00 [e1]. The tax is 9.99 [e2]."),
        ("What are the total and the tax?", "The total is {e1.value} and the tax 9.99 [e1 e2]."),
    ],
)
def test_one_question_is_not_answered_in_part(question: str, answer: str) -> None:
    grounded = run(question, answer, "{e1.value}")
    assert grounded.problems
    assert grounded.rest is None


@vision_tool(name="read_text")
def read_light(picture: Picture) -> ToolReport:
    """Measure brightness and contrast."""
    common = {"picture": picture.ref, "value_type": "number", "score": 1.0}
    found = [
        Finding(**common, label="total", value=7, text="7"),
        Finding(**common, label="tax", value=2, text="2"),
    ]
    return ToolReport(summary="read_text", findings=tuple(found))


def test_the_person_reads_what_stands_after_a_repair_in_vain() -> None:
    draft = answering("The total is {e1.value} [e1]. The tax is 99 [e2].", "{e1.value}; 99")
    planner = ScriptedPlanner(
        responses=[calling(("read_text", {"picture": "img_1"})), draft, draft]
    )
    with VisualAgent(Settings(tools=ToolConfig(offer=[])), planner, [read_light]) as agent:
        answer = agent.ask(np.zeros((8, 8, 3), np.uint8), "What are the total and the tax?")
    assert (answer.abstained, answer.reason, answer.planner["repairs"]) == (False, None, 1)
    assert str(answer) == f"The total is 7. {TAX}"
    assert [claim.text for claim in answer.claims] == ["The total is 7."]
