"""Where a text ends, and how a field is asked for: what holds for any text and any name."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

from agent.events import ToolStarted
from server.errors import BadRequestError
from server.openai.building import Building
from server.openai.cutting import Cutter
from server.openai.fields import Field, fields_of
from server.openai.reply import Reply
from server.openai.responses import ResponsesRequest

TEXTS = st.text(alphabet="ab .5年", max_size=30)
STOPS = st.lists(st.text(alphabet="ab .", min_size=1, max_size=3), max_size=4)


@given(st.lists(TEXTS, max_size=6), STOPS, st.none() | st.integers(1, 6))
@settings_of(max_examples=60)
def test_a_text_ends_alike_however_it_comes(pieces, stops, most) -> None:
    whole, by_pieces = Cutter(stops, most), Cutter(stops, most)
    at_once = whole.feed("".join(pieces)) + whole.end()
    sent = "".join([by_pieces.feed(piece) for piece in pieces] + [by_pieces.end()])
    assert sent == by_pieces.text
    assert at_once == whole.text
    assert sent.rstrip() == at_once.rstrip()
    assert "".join(pieces).startswith(sent)
    assert not any(stop in sent for stop in stops)


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("The total is 39.10 €.", 4, "The total is 39.10"),
        ("总额是39.10元。", 4, "总额是39.10"),
        ("  two words ", 2, "  two words "),
    ],
)
def test_no_number_is_cut_into_another_one(text, most, cut) -> None:
    cutter = Cutter((), most)
    assert cutter.feed(text) + cutter.end() == cut


@pytest.mark.parametrize(
    ("field", "question"),
    [
        (Field(("total",), "number"), "What is the total?"),
        (Field(("invoiceNumber",)), "What is the invoice number?"),
        (Field(("seller", "vat_id")), "What is the seller vat id?"),
        (Field(("total",), description="The amount to pay. With tax."), "What is the amount to pay?"),
        (Field(("x",), description="Who sent it?"), "Who sent it?"),
        (Field(("VAT",)), "What is the VAT?"),
        (Field(("number_of_dogs",), "integer"), "How many dogs are there?"),
        (Field(("dog_count",), "integer"), "How many dog are there?"),
        (Field(("n",), "integer", description="Number of people"), "How many people are there?"),
        (Field(("items",), is_list=True), "Which items are listed?"),
        (Field(("has_dog",), "boolean"), "Is there a dog?"),
        (Field(("contains_dogs",), "boolean"), "Are there any dogs?"),
        (Field(("is_paid",), "boolean"), "Is it paid?"),
        (Field(("x",), "boolean", description="Whether there are any dogs."), "Are there any dogs?"),
        (Field(("x",), "boolean", description="True if the dog is black"), "Is the dog black?"),
        (Field(("answer",)), "The caller's own?"),
        (Field(("总额",), "number"), "总额是什么？"),
        (Field(("商品",), is_list=True), "有哪些商品？"),
        (Field(("狗",), "boolean"), "有狗吗？"),
        (Field(("答案",)), "The caller's own?"),
    ],
)  # fmt: skip
def test_a_field_is_asked_for_by_its_description_or_its_name(field, question) -> None:
    assert field.question("The caller's own?") == question


def test_steps_that_never_ended_are_incomplete() -> None:
    """Two questions of one response may call their calls alike."""
    building = Building(ResponsesRequest(model="vqa-agent", input="How bright is it?"))
    started = ToolStarted("call00001", "measure_brightness", {"picture": "img_1"})
    events = [*building.begin(), *building.take(started), *building.take(started)]
    events += [*building.finish(Reply("Cannot tell.")), building.closed()]
    items = building.body["output"]
    assert [item["type"] for item in items] == [
        "function_call", "function_call_output", "function_call", "function_call_output", "message",
    ]  # fmt: skip
    assert items[0]["call_id"] == items[1]["call_id"] != items[2]["call_id"] == items[3]["call_id"]
    assert items[1]["status"] == items[3]["status"] == "incomplete"
    assert [event["sequence_number"] for event in events] == list(range(len(events)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "properties", "items", "enum", "$ref", "anyOf", "a", "const"]),
        inner | st.sampled_from(["object", "array", "string", "#", "#/properties/a"]),
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["type", "properties", "anyOf", "$ref"]), JSON, max_size=3))
@settings_of(max_examples=60)
def test_any_schema_is_read_or_refused(schema) -> None:
    with suppress(BadRequestError):
        assert fields_of(schema, param="schema")
