"""The question and the answer belong together."""

from __future__ import annotations

import pytest

from agent.answer import Draft
from agent.grounding.check import Grounded, check, check_sentence
from agent.grounding.ledger import Ledger
from agent.grounding.wording import language_of
from tests.agent.evidence_makers import finding, seen
from tools.evidence import Finding, ToolReport


def ledger_of(*calls: tuple[str, list[Finding]]) -> Ledger:
    ledger = Ledger()
    for number, (tool, findings) in enumerate(calls, 1):
        ledger.add(ToolReport(findings=tuple(findings)), tool=tool, call_id=f"call_{number}")
    return ledger


def field(label: str, value: str | None, text: str, value_type: str | None = "amount") -> Finding:
    return finding(label=label, value=value, value_type=value_type, text=text)


PAPERS = ledger_of(
    (
        "read_text",
        [
            field("total", "56.74", "TOTAL 56.74"),  # e1
            field("tax", "3.41", "VAT 6% 3.41"),  # e2
            field("tip", "7.50", "Tip 7.50"),  # e3
            field("phone", "0113 555 0101", "Ada Tools, Tel 0113 555 0101", "phone"),  # e4
            field("date", "04/05/2024", "Date 04/05/2024", "date"),  # e5
            field("payment method", "VISA", "Paid by VISA", "text"),  # e6
            field("company", "Ada Tools Ltd", "Ada Tools Ltd", "company"),  # e7
            field("parking", None, "NO PARKING Mon-Fri 8-18", None),  # e8
            field("milk", None, "contains milk, sugar", None),  # e9
            finding(label="subtotal", value=0, status="none"),  # e10
            field("subtotal", "53.33", "Subtotal 53.33"),  # e11
            finding(label="wifi", value=0, status="none"),  # e12
        ],
    ),
    (
        "read_codes",
        [
            finding(label="QR Code", text="SERIAL 88", box_xyxy=(0, 0, 9, 9)),  # e13
            finding(label="EAN-13", text="5901234123457", box_xyxy=(9, 9, 20, 20)),  # e14
        ],
    ),
    ("detect_objects", [*seen("dog", 2), *seen("cat", 0)]),  # e15-e16, e17
    ("describe_colors", [finding(label="red", value=0.6, value_type="share")]),  # e18
    ("read_text", [finding(label="text", text="A B", value=2, value_type="characters")]),  # e19
    ("detect_objects", [*seen("dog", 2)]),  # e20-e21: the same dogs again
    ("read_text", [field("wifi free", "WIFI", "FREE WIFI", "text")]),  # e22
    (
        "describe_colors",
        [finding(label=c, value=0.5, value_type="share") for c in ("blue", "yellow")],  # e23, e24
    ),
)


def run(question: str, answer: str, short: str = "{e1.value}") -> Grounded:
    draft = Draft(abstain="no", short_answer=short, answer=answer)
    return check(draft, PAPERS, question=question, language=language_of(question))


@pytest.mark.parametrize(
    ("question", "answer", "short"),
    [
        ("What is the total without the tip?", "The total is {e1.value} [e1].", "{e1.value}"),
        ("What is the total before tax?", "The total is {e1.value} [e1].", "{e1.value}"),
        ("How many receipts are there?", "The total is {e1.value} [e1].", "{e1.value}"),
        ("不含税的总额是多少？", "总额是{e1.value} [e1]。", "{e1.value}"),
        ("What is the tax rate?", "The tax is {e2.value} [e2].", "{e2.value}"),
        ("税率是多少？", "税额是{e2.value} [e2]。", "{e2.value}"),
        ("Was it paid by card?", "The total is {e1.value} [e1].", "yes"),
        ("Was it paid by card?", "The total is {e1.value} [e1].", "{e1.value}"),
        ("What is the phone number of Bryn Garage?", "The phone is {e4.value} [e4].", "{e4.value}"),
        ("What is the tip?", "The total is {e1.value} [e1].", "{e1.value}"),
        ("How much is the tax?", "The total is {e1.value} [e1].", "{e1.value}"),
        ("What is the total?", "The date is {e5.value} [e5].", "{e5.value}"),
        ("When was it issued?", "The total is {e1.value} [e1].", "{e1.value}"),
        ("Which shop is it?", "The total is {e1.value} [e1].", "{e1.value}"),
        ("Who served?", "The total is {e1.value} [e1].", "{e1.value}"),
        ("How many dogs are there?", "The company is {e7.value} [e7].", "{e7.value}"),
        ("How many words are there?", "It has {e19.value} characters [e19].", "{e19.value}"),
        ("How many colours are there?", "It is mostly {e18.label} [e18].", "{e18.label}"),
        ("What colour is the dog?", "I see {list e15-e16} [e15-e16].", "{count e15-e16}"),
        ("车是什么颜色？", "总额是{e1.value} [e1]。", "{e1.value}"),
        ("谁开的票？", "总额是{e1.value} [e1]。", "{e1.value}"),
        ("小费是多少？", "总额是{e1.value} [e1]。", "{e1.value}"),
        ("What does the QR code say?", "It says: {e14.text} [e14].", "{e14.text}"),
        ("What is the bar code?", "The code says: {e13.text} [e13].", "{e13.text}"),
        ("Do both codes say the same?", "It says: {e13.text} {e13.text} [e13].", "{e13.text}"),
        ("Does the sign mention cats?", "I see {list e17} [e17].", "{exists e17}"),
        ("上面写着猫吗？", "图中{list e17} [e17]。", "{exists e17}"),
        ("Are dogs on sale?", "I see {list e15-e16} [e15-e16].", "{exists e15-e16}"),
        ("Is the dog sleeping?", "I see {list e15-e16} [e15-e16].", "{exists e15-e16}"),
        ("狗在睡觉吗？", "图中有{list e15-e16} [e15-e16]。", "{exists e15-e16}"),
        ("Does it contain cats?", "I see {list e17} [e17].", "{exists e17}"),
        ("Is there more blue or more yellow?", "It is mostly {e23.label} [e23 e24].", "yes"),
        ("Is there an orange?", "It is mostly {e24.label} [e24].", "{e24.label}"),
        ("Are there any oranges?", "It is mostly {e24.label} [e24].", "yes"),
        ("Is there a dog?", "It is mostly {e24.label} [e24].", "yes"),
        ("有橙子吗？", "主要是{e24.label} [e24]。", "有"),
        ("Where is the dog?", "I see {list e15-e16} [e15-e16].", "{count e15-e16}"),
        ("Where was this taken?", "It is mostly {e24.label} [e24].", "{e24.label}"),
        ("狗在哪里？", "图中有{list e15-e16} [e15-e16]。", "2"),
        ("Was it paid in cash?", "Yes, the payment method is {e6.value} [e6].", "yes"),
        ("Was it paid by card?", "No, the payment method is {e6.value} [e6].", "no"),
        ("Was it paid by card?", "The total is {e1.value} [e1].", "no"),
        ("Was it paid by card?", "There is no {e10.label} [e10].", "no"),
        ("Was it paid by Amex?", "There is no {e10.label} [e10].", ""),
        ("布林修车行的电话是多少？", "电话是{e4.value} [e4]。", "{e4.value}"),
        ("Is the wifi free?", "The {e22.label} is {e22.value} [e22].", "{e22.value}"),
        ("What do the codes say?", "It says: {e13.text} and {e13.text} [e13].", "{e13.text}"),
        ("Do both codes say the same?", "It says: {e13.text}, {e13.text} [e13].", "{e13.text}"),
        ("Are the totals the same?", "The total is {e1.value} [e1].", "{same e1 e1}"),
        ("What is the sum?", "It is {sum e1 e1} [e1].", "{sum e1 e1}"),
        ("How many dogs?", "I see {count e15-e16 e20-e21} dogs [e15-e16 e20-e21].", "4"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(question: str, answer: str, short: str) -> None:
    assert run(question, answer, short).problems


@pytest.mark.parametrize(
    ("question", "answer", "short"),
    [
        ("What is the total without the tip?", "It is {difference e1 e3} [e1 e3].", "49.24"),
        ("What is the total before tax?", "The subtotal is {e11.value} [e11].", "{e11.value}"),
        ("What is the tax rate?", "The tax is {e2.text} [e2].", "6%"),
        ("Was it paid by card?", "Yes, the payment method is {e6.value} [e6].", "yes"),
        ("Was it paid in cash?", "No, the payment method is {e6.value} [e6].", "no"),
        ("Was it paid by Amex?", "No, the payment method is {e6.value} [e6].", "no"),
        ("是刷卡的吗？", "是，支付方式是{e6.value} [e6]。", "是"),
        ("What is the total without the tip?", "They come to {sum e11 e2} [e11 e2].", "{sum e11 e2}"),
        ("Is there any blue in it?", "It is mostly {e23.label} [e23 e24].", "yes"),
        ("Where is the dog?", "One {e15.label} is at the top left [e15].", ""),
        ("这家店的电话是多少？", "电话是{e4.value} [e4]。", "{e4.value}"),
        ("咖啡店的电话是多少？", "电话是{e4.value} [e4]。", "{e4.value}"),
        ("How much is the tax?", "The tax is {e2.value} [e2].", "{e2.value}"),
        ("How was it paid?", "The payment method is {e6.value} [e6].", "{e6.value}"),
        ("What is the phone number of Ada Tools?", "The phone is {e4.value} [e4].", "{e4.value}"),
        ("What is the phone number?", "The phone is {e4.value} [e4].", "{e4.value}"),
        ("How much did I pay?", "The total is {e1.value} [e1].", "{e1.value}"),
        ("When was it issued?", "The date is {e5.value} [e5].", "{e5.value}"),
        ("Which shop is it?", "The company is {e7.value} [e7].", "{e7.value}"),
        ("How many dogs are there?", "I see {list e15-e16} [e15-e16].", "{count e15-e16}"),
        ("How many cats are there?", "I see {list e17} [e17].", "{count e17}"),
        ("How many characters are there?", "It has {e19.value} characters [e19].", "{e19.value}"),
        ("What colour is it?", "It is {e18.label} [e18].", "{e18.label}"),
        ("Is there more blue or more yellow?", "{most e23 e24} [e23 e24].", "{most e23 e24}"),
        ("What does the QR code say?", "It says: {e13.text} [e13].", "{e13.text}"),
        ("What do the codes say?", "They say: {e13.text}, {e14.text} [e13 e14].", "{e13.text}"),
        ("Is there a subtotal?", "There is no {e10.label} [e10].", "{exists e10}"),
        ("总额是多少？", "总额是{e1.value} [e1]。", "{e1.value}"),
        ("哪天开的？", "日期是{e5.value} [e5]。", "{e5.value}"),
    ],
)  # fmt: skip
def test_what_is_an_answer_stands(question: str, answer: str, short: str) -> None:
    grounded = run(question, answer, short)
    assert grounded.problems == []
    assert grounded.unanswered == ()


@pytest.mark.parametrize(
    ("question", "answer", "short", "said"),
    [
        ("Is there parking?", "It says: {e8.text} [e8].", "{exists e8}", ""),
        ("Is parking allowed?", "It says: {e8.text} [e8].", "{exists e8}", ""),
        ("Does the sign mention parking?", "It says: {e8.text} [e8].", "{exists e8}", "yes"),
        ("Does it contain milk?", "It says: {e9.text} [e9].", "{exists e9}", "yes"),
        ("Is there wifi?", "There is no {e12.label} [e12].", "{exists e12}", "no"),
        ("Was it paid by card?", "The payment method is {e6.value} [e6].", "{e6.value}", ""),
        ("Is there a dog?", "I see {list e15-e16} [e15-e16].", "{exists e15-e16}", "yes"),
        ("Is there a dog?", "I see {list e15-e16} [e15-e16].", "Yes, 2 dogs", "Yes"),
        ("Is there a dog?", "I see {list e15-e16} [e15-e16].", "{count e15-e16}", ""),
        ("有狗吗？", "图中有{list e15-e16} [e15-e16]。", "{exists e15-e16}", "是"),
        ("有狗吗？", "图中有{list e15-e16} [e15-e16]。", "{count e15-e16}", ""),
        ("Is a dog in the picture?", "I see {list e15-e16} [e15-e16].", "yes", "yes"),
        ("狗在图里吗？", "图中有{list e15-e16} [e15-e16]。", "是", "是"),
        ("有停车位吗？", "上面写着{e8.text} [e8]。", "{exists e8}", ""),
    ],
)
def test_a_yes_no_question_has_yes_no_or_nothing(
    question: str, answer: str, short: str, said: str
) -> None:
    grounded = run(question, answer, short)
    assert (grounded.problems, grounded.short_answer) == ([], said)


def test_a_list_by_reference_names_each_thing_once() -> None:
    both = "{e13.text}, {e13.text}"
    grounded = run("What does the QR code say?", f"The code says: {both} [e13].", both)
    assert (grounded.problems, grounded.text) == ([], "The code says: SERIAL 88.")
    assert grounded.short_answer == "SERIAL 88"


def test_a_sentence_does_not_begin_with_a_yes_that_nothing_carries() -> None:
    answer = "Yes, it says: {e8.text} [e8]."
    assert run("Is parking allowed?", answer, "yes").problems


@pytest.mark.parametrize(
    ("question", "answer", "unanswered"),
    [
        ("What are the total, tax and change?", "The total is {e1.value} [e1].", ("tax", "change")),
        (
            "What are the total and tax?",
            "The total is {e1.value} [e1]. The tax is {e2.value} [e2].",
            (),
        ),
        (
            "What are the total and tax?",
            "The total is {e1.value} and the tax {e2.value} [e1 e2].",
            (),
        ),
        ("总额和税额是多少？", "总额是{e1.value} [e1]。", ("税额",)),
        (
            "How many dogs? What is the total?",
            "I see {list e15-e16} [e15-e16].",
            ("What is the total?",),
        ),
    ],
)
def test_a_part_that_is_not_answered_is_named(
    question: str, answer: str, unanswered: tuple[str, ...]
) -> None:
    grounded = run(question, answer)
    assert (grounded.problems, grounded.unanswered) == ([], unanswered)
    assert all(f"“{part}”" in grounded.text for part in unanswered)


def test_a_sentence_that_is_no_answer_is_not_said_while_it_is_written() -> None:
    said = "The total is {e1.value} [e1]."
    for question, status in (("What is the total?", "supported"), ("Who served?", "unsupported")):
        claim = check_sentence(said, PAPERS, question=question, language="en")
        assert claim.status == status


@pytest.mark.parametrize(
    ("question", "unanswered"),
    [
        ("How many dogs and cats are there?", ()),
        ("How many dogs and horses are there?", ("horses",)),
        ("Are there dogs, cats and horses?", ("horses",)),
        ("有几只狗和马？", ("马",)),
        ("How many dogs are on the table?", ()),
    ],
)
def test_things_that_are_asked_for_side_by_side(question: str, unanswered: tuple[str, ...]) -> None:
    chinese = language_of(question) == "zh"
    answer = "图中有{list e15-e17} [e15-e17]。" if chinese else "I see {list e15-e17} [e15-e17]."
    grounded = run(question, answer, "{count e15-e16}")
    assert (grounded.problems, grounded.unanswered) == ([], unanswered)


def test_what_was_looked_for_is_what_the_part_asks_after() -> None:
    assert run("How many cats?", "I see {list e15-e16} [e15-e16].", "2").problems
    both = run("How many dogs? Is there a horse?", "I see {list e15-e16} [e15-e16].", "2")
    assert both.unanswered == ("Is there a horse?",)


CODES = ledger_of(
    (
        "read_codes",
        [
            finding(label="QR Code", text="https://a.example/A"),  # e1
            finding(label="QR Code", text="https://a.example/a"),  # e2
            finding(label="QR Code", text="https://a.example/A"),  # e3
            finding(label="password", value="s3cret", value_type="text"),  # e4
            finding(label="bar code", value=0, status="none"),  # e5
        ],
    ),
    (
        "describe_colors",
        [
            finding(label=c, value=v, value_type="share")
            for c, v in (("red", 0.505), ("blue", 0.495))
        ],  # e6, e7
    ),
)


def of_codes(question: str, answer: str, short: str) -> Grounded:
    draft = Draft(abstain="no", short_answer=short, answer=answer)
    return check(draft, CODES, question=question, language=language_of(question))


SAME, APART = (
    "The codes say the same: {e1.text} [e1 e3].",
    "The codes are different: {e1.text}, {e2.text} [e1 e2].",
)


@pytest.mark.parametrize(
    ("question", "answer", "short", "stands"),
    [
        ("Do both codes say the same?", SAME, "yes", True),
        ("Do both codes say the same?", SAME, "no", False),
        ("Do both codes say the same?", APART, "no", True),
        ("Do both codes say the same?", APART, "yes", False),
        ("Do both codes say the same?", APART, "{same e1 e2}", True),
        ("Are the codes different?", APART, "yes", True),
        ("Are the codes different?", SAME, "yes", False),
        ("Are the codes different?", APART, "{same e1 e2}", False),
        ("Do both codes say the same?", "The codes say the same: {e1.text} [e1 e2].", "yes", False),
        ("Do both codes say the same?", "The codes are different: {e1.text} [e1 e3].", "no", False),
        ("这两个码一样吗？", "码的内容不同:{e1.text}, {e2.text} [e1 e2]。", "否", True),
        ("这两个码一样吗？", "码的内容不同:{e1.text}, {e2.text} [e1 e2]。", "是", False),
        ("Is there a bar code?", "I see no {e5.label}, but {list e1 e2 e3} [e1-e3 e5].", "{exists e5}", True),
        ("Is there a bar code?", "I see {list e1 e2 e3} [e1-e3].", "yes", False),
        ("How many bar codes are there?", "I count {count e1 e2 e3} [e1-e3].", "{count e1 e2 e3}", False),
        ("What is the password in the QR code?", "The {e4.label} is {e4.value} [e4].", "{e4.value}", True),
        ("Is there more red or more blue?", "They are about equal: {e6.label}, {e7.label} [e6 e7]. {most e6 e7} [e6 e7].",
         "{most e6 e7}", True),
        ("Is there more red or more blue?", "There is more {most e6 e7}: {e6.value}, {e7.value} [e6 e7].", "red", False),
    ],
)  # fmt: skip
def test_codes_and_shares_are_compared_as_they_are(
    question: str, answer: str, short: str, stands: bool
) -> None:
    grounded = of_codes(question, answer, short)
    assert (not grounded.problems) is stands, grounded.problems
