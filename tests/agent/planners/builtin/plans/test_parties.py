"""Whose phone, whose address, who is billed: read for with the party's role or name."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from agent import Settings, VisualAgent
from agent.planners.builtin.plans.party_questions import query_for


@pytest.mark.parametrize(
    ("question", "query"),
    [
        ("What is the phone number of Rose & Sons?", "phone of Rose & Sons"),
        ("What's Bryn Hall's phone number?", "phone of Bryn Hall"),
        ("What number do I call to reach Bryn Hall?", "phone of Bryn Hall"),
        ("Where is Moor End Joinery located?", "address of Moor End Joinery"),
        ("What is the customer's address?", "address of customer"),
        ("What is the shipping address?", "shipping address"),
        ("Where was it delivered?", "delivery address"),
        ("Who is billed?", "customer"),
        ("Who is the buyer?", "customer"),
        ("Which company is billed?", "recipient"),
        ("Who sent this invoice?", "company"),
        ("Which bakery is this?", "company"),
        ("What is the name of the pub?", "company"),
        ("What is the phone number?", None),
        ("What is the address of the shop?", None),
        ("Where is the dog?", None),
        ("What cake is this?", None),
        ("What time is it?", None),
        ("Who is the cashier?", None),
        ("Is Rose & Sons billed?", None),
        ("What are the phone and the address of Rose & Sons?", None),
    ],
)
def test_what_is_read_for_in_english(question: str, query: str | None) -> None:
    assert query_for(question, "en") == query


@pytest.mark.parametrize(
    ("question", "query"),
    [
        ("东海学校的电话是多少？", "东海学校的电话"),
        ("晨星电子有限公司在哪里？", "晨星电子有限公司的地址"),
        ("客户的地址是什么？", "客户的地址"),
        ("收货地址是什么？", "收货地址"),
        ("晨星电子的地址是哪里？", "晨星电子的地址"),
        ("谁是买方？", "客户"),
        ("发票是开给谁的？", "客户"),
        ("这张发票是哪家公司开的？", "公司"),
        ("这是哪家餐厅？", "公司"),
        ("电话是多少？", None),
        ("这家店的电话是多少？", None),
        ("狗在哪里？", None),
        ("这是什么花？", None),
    ],
)
def test_what_is_read_for_in_chinese(question: str, query: str | None) -> None:
    assert query_for(question, "zh") == query


@pytest.fixture(scope="module")
def invoice() -> Image.Image:
    rows = [
        ("Seller:", "Buyer:"),
        ("Larch Paints Ltd", "Elder Hall"),
        ("7 Dock Road", "31 Abbey Lane"),
        ("Hull HU1 2AB", "Derby DE1 3GH"),
        ("Tel: 01482 555 016", ""),
    ]
    image = Image.new("RGB", (1000, 60 + 42 * len(rows)), "white")
    draw = ImageDraw.Draw(image)
    for number, row in enumerate(rows):
        for side, text in enumerate(row):
            at = (40 + 500 * side, 30 + 42 * number)
            draw.text(at, text, fill="black", font=ImageFont.load_default(26))
    return image


@pytest.fixture(scope="module")
def agent() -> VisualAgent:
    return VisualAgent(Settings(cache_dir=None))


@pytest.mark.parametrize(
    ("question", "answer", "short"),
    [
        ("Who is billed?", "The customer is Elder Hall.", "Elder Hall"),
        ("Who sent this invoice?", "The company is Larch Paints Ltd.", "Larch Paints Ltd"),
        ("From whom is this bill?", "The company is Larch Paints Ltd.", "Larch Paints Ltd"),
        ("Who made out the invoice?", "The company is Larch Paints Ltd.", "Larch Paints Ltd"),
        ("Whom do we owe?", "The company is Larch Paints Ltd.", "Larch Paints Ltd"),
        ("Who should I pay?", "The company is Larch Paints Ltd.", "Larch Paints Ltd"),
        ("Who has to pay?", "The customer is Elder Hall.", "Elder Hall"),
        ("Who was it sent to?", "The customer is Elder Hall.", "Elder Hall"),
        ("谁付款？", "客户是Elder Hall。", "Elder Hall"),
        ("谁开的发票？", "公司是Larch Paints Ltd。", "Larch Paints Ltd"),
        ("What is Larch Paints' phone number?", "The phone of Larch Paints is 01482 555 016.",
         "01482 555 016"),
        (
            "What is the address of Elder Hall?",
            "The address of Elder Hall is 31 Abbey Lane Derby DE1 3GH.",
            "31 Abbey Lane Derby DE1 3GH",
        ),
        ("Larch Paints的电话是多少？", "Larch Paints的电话是01482 555 016。", "01482 555 016"),
        (
            "客户的地址是什么？",
            "客户的地址是31 Abbey Lane Derby DE1 3GH。",
            "31 Abbey Lane Derby DE1 3GH",
        ),
    ],
)  # fmt: skip
def test_each_party_has_its_own(
    agent: Any, invoice: Any, question: str, answer: str, short: str
) -> None:
    said = agent.ask(invoice, question)
    assert (said.answer, said.short_answer) == (answer, short)


@pytest.mark.parametrize(
    "question", ["What is the phone number of Elder Hall?", "客户的电话是多少？"]
)
def test_what_a_party_does_not_say_is_not_taken_from_the_other(
    agent: Any, invoice: Any, question: str
) -> None:
    said = agent.ask(invoice, question)
    assert said.abstained
    assert "01482" not in said.answer
