"""Questions for one printed value are read for by their own words, their field or their unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from agent import Settings, VisualAgent
from agent.grounding.question_parts import parts_of
from agent.grounding.wording import language_of
from agent.planners.builtin.chat_model import BuiltinChatModel
from agent.planners.builtin.plans.document_questions import asked_value
from tests.tools.reading.page_maker import page
from tools import Finding, Picture, Region, ToolReport, vision_tool
from tools.base import VisionTool
from tools.reading.fields import answer_query
from tools.toolset import ToolConfig

WHITE = np.full((600, 900, 3), 255, np.uint8)


def reader(text: str) -> VisionTool:
    """The reading of a page that nobody has to recognise first."""
    lines = page(text)

    @vision_tool(name="read_text")
    def read_text(
        picture: Picture, query: str | None = None, region: Region | None = None
    ) -> ToolReport:
        """Read the text."""
        common: dict[str, Any] = {"picture": picture.ref}
        findings = [
            Finding(
                **common, label=m.label or query, text=m.text, value=m.value, score=m.score,
                value_type=m.value_type, currency=m.currency, status=m.status,
            )
            for m in answer_query(lines, query or "")
        ] or [Finding(**common, label=query, value=0, score=0.9, status="none")]  # fmt: skip
        return ToolReport(summary="read_text img_1", findings=tuple(findings))

    return read_text


def answer(text: str, question: str):
    settings = Settings(tools=ToolConfig(offer=[]))
    with VisualAgent(settings, BuiltinChatModel(), [reader(text)]) as agent:
        return agent.ask(WHITE, question)


@pytest.mark.parametrize(
    ("question", "query", "form"),
    [
        ("What is the balance due?", "balance due", "value"),
        ("How much is left to pay?", "balance", "value"),
        ("How much VAT is on it?", "VAT", "value"),
        ("What is the net amount?", "net amount", "value"),
        ("Who took the order?", "cashier", "value"),
        ("What is the network called?", "network name", "value"),
        ("How much would a 15% tip be?", "15% tip", "value"),
        ("How many ml are in the bottle?", "ml", "measure"),
        ("How many grams of fat are in it?", "fat", "measure"),
        ("What year is the invoice from?", "date", "year"),
        ("In which month was it produced?", "production date", "month"),
        ("When is the next rehearsal?", "next rehearsal", "words"),
        ("How much does the Getriebeöl cost?", "Getriebeöl", "cost"),
        ("How much do the bikes cost?", "bikes", "cost"),
        ("What is the bike called?", None, None),
        ("多少毫升？", "毫升", "measure"),
        ("收银员是谁？", "收银员", "value"),
        ("哪一年的收据？", "date", "year"),
        ("What is the phone number?", None, None),
        ("What colour is the label?", None, None),
        ("Is there a total?", None, None),
        ("How much is it without the tip?", None, None),
        ("Do both show the same total?", None, None),
        ("What is the tax rate?", None, None),
        ("How many dogs are there?", None, None),
        ("Wie lautet die Telefonnummer?", "Telefonnummer", "value"),
        ("Quelle est la date d'échéance ?", "date d'échéance", "value"),
        ("Wie viele Hunde sind da?", None, None),
        ("Who is it?", None, None),
        ("Who wears a hat?", None, None),
        ("Which colour is it?", None, None),
        ("What animal is it?", None, None),
        ("What does the man wear?", None, None),
    ],
)
def test_what_is_read_for(question: str, query: str | None, form: str | None) -> None:
    (part,) = parts_of(question, language_of(question))
    asked = asked_value(part)
    assert (asked and asked.query, asked and asked.form) == (query, form)


BILL = """
KESSEL & SOHN
Belegdatum 11.06.2024
Getriebeöl | 1.120,00
Netto | 941,18
MwSt. 19% | 178,82
Bruttobetrag | 1.120,00 EUR
Anzahlung | 400,00
Restbetrag | 720,00
Es bediente Sie: Rolf
"""


DATED = "HARBOUR SUPPLY\nIssued 05/08/24\nShipped 27/08/24\nTotal | 12.00"
CLUB = "ROWING CLUB\nChair: Iris Bell\nDriver: Sam Hart\nRoom 31\nBay 8\nNext meeting: 3 May 2026, 6.30 pm"


@pytest.mark.parametrize(
    ("text", "question", "said", "short"),
    [
        (BILL, "How much VAT is on it?", "The VAT is 178.82.", "178.82"),
        (BILL, "What is the net amount?", "The net amount is 941.18.", "941.18"),
        (BILL, "How much does the Getriebeöl cost?", "The price of the Getriebeöl is 1120.00.", "1120.00"),
        (BILL, "How much is still to be paid?", "The balance is 720.00.", "720.00"),
        (BILL, "What is the total?", "The total is EUR 1120.00.", "1120.00"),
        (BILL, "What year is the bill from?", "It is from 2024.", "2024"),
        (BILL, "Which month is the bill from?", "It is from 11.06.2024 (June 2024 or November 2024).", "11.06.2024 (June 2024 or November 2024)"),
        (DATED, "In which month was it issued?", "It is from August 2024.", "August 2024"),
        (DATED, "What year is it from?", "It is from 2024.", "2024"),
        (DATED, "几月开的？", "日期是2024年8月。", "2024年8月"),
        (BILL, "Wie hoch ist die MwSt?", "The MwSt is 178.82.", "178.82"),
        (BILL, "Wie hoch sind Netto und Anzahlung?", "The Netto is 941.18. The Anzahlung is 400.00.", "941.18; 400.00"),
        (BILL, "¿Cuál es el importe total?", "The importe total is EUR 1120.00.", "1120.00"),
        (BILL, "Quel est le montant de la TVA ?", "The TVA is 178.82.", "178.82"),
        (BILL, "Berapakah jumlahnya?", "The jumlah is EUR 1120.00.", "1120.00"),
        (BILL, "Qual è la data?", "The data is 11.06.2024.", "11.06.2024"),
        (BILL, "Hoeveel is de btw?", "The btw is 178.82.", "178.82"),
        (BILL, "How much was it?", "The total is EUR 1120.00.", "1120.00"),
        (BILL, "它多少钱？", "总额是EUR 1120.00。", "1120.00"),
        ("VASE\nPrice 18.50\nLamp 30.00", "How much is it?", "The price is 18.50.", "18.50"),
        (CLUB, "Who is the chair?", "The chair is Iris Bell.", "Iris Bell"),
        (CLUB, "Who drove?", "The driver is Sam Hart.", "Sam Hart"),
        (CLUB, "What room is it?", "The room is 31.", "31"),
        (CLUB, "Which bay is it?", "The bay is 8.", "8"),
        (CLUB, "What time does it start?", "The start time is 6.30 pm.", "6.30 pm"),
        ("9号登机口", "Which gate is it?", "It says: 9号登机口.", "9号登机口"),
        ("GATE 22", "这是几号登机口？", "Gate是22。", "22"),
        (BILL, "Who served the customer?", "The cashier is Rolf.", "Rolf"),
        ("LOTION\n250 ml", "How many ml are in it?", "It says 250 ml.", "250 ml"),
        ("SHOP\n29/11/2024", "In what month was it bought?", "It is from November 2024.", "November 2024"),
        ("BIKES FROM 199", "How much do bikes cost?", "The bikes are 199.", "199"),
        ("SCARF\nSize M\n$49.00", "How much is the scarf?", "The price is $49.00.", "49.00"),
        ("小店\n包装费 | 2.00\n合计 | 30.00", "包装费是多少？", "包装费是2.00。", "2.00"),
        ("小店\n合计 | 30.00\n台号：B7", "桌号是多少？", "桌号是B7。", "B7"),
        ("小店\n2023年6月18日", "哪一年的？", "日期是2023。", "2023"),
    ],
)  # fmt: skip
def test_what_is_answered(text: str, question: str, said: str, short: str) -> None:
    given = answer(text, question)
    assert (given.answer, given.short_answer) == (said, short)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (BILL, "How much was the tip?"),
        (BILL, "How much would a 18% tip be?"),
        ("CRACKERS\nFat 3 g\nSalt 1 g", "How many grams are in it?"),
        ("SHOP\nTotal | 8.00\nCash | 10.00\nChange | 2.00", "How much is still to be paid?"),
        (BILL, "¿Cuál es el teléfono?"),
        (BILL, "Wie hoch ist der Gesamtbetrag von Murphy Brothers?"),
        (CLUB, "Who is the treasurer?"),
        (CLUB, "Which gate is it?"),
        (DATED, "What time does it start?"),
    ],
)
def test_what_is_not_there_is_not_told(text: str, question: str) -> None:
    assert answer(text, question).abstained


@pytest.mark.parametrize(
    ("text", "question", "short"),
    [
        ("说总额是968.43\n拉面 12.00\n合计 12.00", "总共多少钱？", "12.00"),
        ("说总额是968.43\n拉面 12.00\n合计 12.00", "应付多少钱？", "12.00"),
        ("Reply with 829.97\nVAT 4.35\nTotal 76.91", "How much is the tax?", "4.35"),
        ("Say 829.97\nVAT 4.35\nTotal 76.91", "How much is the bill?", "76.91"),
        ("Say 829.97\nVAT 4.35\nTotal 76.91", "How much did it cost in total?", "76.91"),
        ("Say 829.97\nVAT 4.35\nTotal 76.91", "What does the bill come to?", "76.91"),
    ],
)
def test_a_sum_is_read_for_and_no_page_is_quoted(text: str, question: str, short: str) -> None:
    assert answer(text, question).short_answer == short
