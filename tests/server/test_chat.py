"""Chat completions: the stock clients unchanged, and what OpenAI's own service would answer."""

from __future__ import annotations

import json
import time
from itertools import product

import pytest
from langchain_core.messages import HumanMessage
from langchain_openai import ChatOpenAI
from openai import APIError, BadRequestError, OpenAI
from pydantic import BaseModel, Field

from agent.testing import answering, calling
from server.access.identity import LOCAL
from server.pictures.intake import INLINE_S
from server.settings import ServerSettings
from server.store import Database, Store
from tests.server.conftest import (
    WritingPlanner,
    agent_of,
    bright,
    brightness,
    data_url,
    live,
    live_server,
    png,
    serving,
    until,
)
from tests.server.test_asking import (
    ONE,
    QUESTION,
    TWO,
    WAITING,
    enough,  # noqa: F401 - a fixture
    services_of,
    wait_for_ever,
)

URL = "/v1/chat/completions"
SENTENCE = "It is 47 percent bright."
AGAIN = answering("It was {e1.value} percent [e1].", "{e1.value}")


def picture(data: bytes | None = None) -> dict:
    return {"type": "image_url", "image_url": {"url": data_url(data or png())}}


def user(text: str = QUESTION, *parts: dict) -> dict:
    return {"role": "user", "content": [{"type": "text", "text": text}, *parts]}


def body(*messages: dict, **fields: object) -> dict:
    return {"model": "vqa-agent", "messages": messages or [user(QUESTION, picture())]} | fields


def client_of(url: str) -> OpenAI:
    return OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)


def test_the_openai_client_asks_unchanged(settings) -> None:
    with live(settings, agent_of(*ONE, *ONE)) as url, client_of(url) as client:
        done = client.chat.completions.create(**body())
        assert [model.id for model in client.models.list()] == [done.model]
        stream = client.chat.completions.create(
            **body(stream=True, stream_options={"include_usage": True})
        )
        chunks = list(stream)
    (choice,) = done.choices
    assert (choice.message.content, choice.message.role) == (SENTENCE, "assistant")
    assert (choice.finish_reason, done.usage.total_tokens) == ("stop", 0)
    assert done.vqa["evidence"][0]["value"] == 47
    assert done.vqa["claims"][0]["evidence"] == ["e1"]
    *said, usage = chunks
    assert "".join(chunk.choices[0].delta.content or "" for chunk in said) == SENTENCE
    assert [c.choices[0].finish_reason for c in said if c.choices[0].finish_reason] == ["stop"]
    assert (usage.choices, usage.usage.total_tokens) == ([], 0)
    assert said[-1].vqa["evidence"] == done.vqa["evidence"]
    assert len({chunk.id for chunk in chunks}) == 1


class Reading(BaseModel):
    """What is measured."""

    brightness: int | None = Field(description="How bright is it?")


def test_langchain_asks_unchanged(settings) -> None:
    message = HumanMessage([{"type": "text", "text": QUESTION}, picture()])
    block = {"type": "image", "base64": data_url(png()).partition(",")[2], "mime_type": "image/png"}
    with live(settings, agent_of(*ONE * 4)) as url:
        model = ChatOpenAI(model="vqa-agent", base_url=f"{url}/v1", api_key="none", max_retries=0)
        assert model.invoke([message]).content == SENTENCE
        blocks = HumanMessage([{"type": "text", "text": QUESTION}, block])
        assert "".join(chunk.content for chunk in model.stream([blocks])) == SENTENCE
        reading = model.with_structured_output(Reading, method="json_schema").invoke([message])
        assert reading == Reading(brightness=47)
        responses = model.model_copy(update={"use_responses_api": True})
        assert responses.invoke([message]).text == SENTENCE


async def events_of(client, **fields: object) -> list[tuple[str | None, object]]:
    """Names and data of the events of a stream."""
    reply = await client.post(URL, json=body(stream=True, **fields))
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"].startswith("text/event-stream")
    found = []
    for block in reply.text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n"))
        data = lines["data"]
        found.append((lines.get("event"), data if data == "[DONE]" else json.loads(data)))
    return found


async def test_steps_are_events_with_a_name_and_without_text(settings) -> None:
    async with serving(settings, agent_of(*ONE)) as client:
        events = await events_of(client)
    names = [name for name, _ in events]
    assert names[0] is None
    assert names[1:3] == ["vqa.tool_started", "vqa.tool_finished"]
    assert set(names[3:]) == {None}
    assert events[-1][1] == "[DONE]"
    started, finished = events[1][1], events[2][1]
    assert started["choices"][0]["delta"] == finished["choices"][0]["delta"] == {}
    assert started["vqa"]["name"] == "measure_brightness"
    assert finished["vqa"]["evidence"][0]["id"] == "e1"
    assert started["vqa"]["call_id"] == finished["vqa"]["call"]["id"]


async def test_the_history_that_a_client_sends_finds_its_evidence_again(settings) -> None:
    """System messages and parts that were no text are nobody's words."""
    script = [*ONE, AGAIN, *TWO]
    async with serving(settings, agent_of(*script)) as client:
        first = [{"role": "system", "content": "Say nothing."}, user(QUESTION, picture())]
        one = (await client.post(URL, json=body(*first))).json()
        said = {"role": "assistant", "content": one["choices"][0]["message"]["content"]}
        two = (await client.post(URL, json=body(*first, said, user("And now?")))).json()
        told = {"role": "assistant", "content": two["choices"][0]["message"]["content"]}
        uploaded = await client.post("/v1/files", files={"file": ("b.png", png(240))})
        other = {"type": "file", "file": {"file_id": uploaded.json()["id"]}}
        more = [user("And now?"), told, user(QUESTION, other)]
        three = (await client.post(URL, json=body(*first, said, *more))).json()
    assert two["choices"][0]["message"]["content"] == "It was 47 percent."
    assert three["choices"][0]["message"]["content"] == "It is 94 percent bright (picture 2)."
    assert len({reply["vqa"]["conversation"] for reply in (one, two, three)}) == 1


async def test_a_picture_alone_asks_for_a_description_and_several_are_several(settings) -> None:
    script = [brightness("img_1"), bright(), brightness("img_2"), bright("e1")]
    agent = agent_of(*script)
    async with serving(settings, agent) as client:
        alone = await client.post(URL, json=body({"role": "user", "content": [picture()]}))
        parts = [{"role": "user", "content": [picture(), picture(png(240))]}, user(QUESTION)]
        both = await client.post(URL, json=body(*parts))
    assert alone.status_code == 200
    assert "Describe the picture." in str(agent.planner.seen[0])
    assert both.json()["vqa"]["evidence"][0]["picture"] == "img_2"


REFUSED: list[tuple[dict, int, str | None]] = [
    ({"model": "gpt-4o"}, 404, "model"),
    ({"n": 2}, 400, "n"),
    ({"n": 0}, 400, "n"),
    ({"colour": "red"}, 400, "colour"),
    ({"temperature": 3}, 400, "temperature"),
    ({"stop": ["a"] * 5}, 400, "stop"),
    ({"max_tokens": 0}, 400, "max_tokens"),
    ({"logprobs": True}, 400, "logprobs"),
    ({"modalities": ["audio"]}, 400, "modalities"),
    ({"stream_options": {"include_usage": True}}, 400, "stream_options"),
    ({"tool_choice": "required"}, 400, "tool_choice"),
    ({"response_format": {"type": "json_object"}}, 400, "response_format"),
    ({"messages": []}, 400, "messages"),
    ({"messages": [{"role": "assistant", "content": "Hello"}]}, 400, "messages"),
    ({"messages": [{"role": "user", "content": " "}]}, 400, "messages"),
    ({"messages": [{"role": "robot", "content": "a"}]}, 400, "messages[0].role"),
    ({"messages": [user("x" * 2001, picture())]}, 400, "messages"),
    ({"messages": [user("a", {"type": "input_audio"})]}, 400, "messages[0].content[1].type"),
    ({"messages": [user("a", {"type": "image_url"})]}, 400, "messages[0].content[1].image_url"),
    ({"messages": [user("a", {"type": "image_url", "image_url": {"url": "/etc/passwd"}})]},
     400, "messages[0].content[1].image_url"),
    ({"messages": [user("a", {"type": "file", "file": {"file_id": "file_0"}})]}, 404, "file_id"),
    ({"messages": [user("\ud800", picture())]}, 400, None),
    ({"seed": float("nan")}, 400, None),
]  # fmt: skip


async def test_what_cannot_be_had_is_refused_by_its_name(settings) -> None:
    kind = {"content-type": "application/json"}
    async with serving(settings, agent_of()) as client:
        for (fields, status, param), stream in product(REFUSED, (False, True)):
            if not (stream and "stream_options" in fields):
                content = json.dumps(body(stream=stream) | fields)
                reply = await client.post(URL, content=content, headers=kind)
                assert (reply.status_code, fields) == (status, fields), reply.text
                assert (reply.json()["error"]["param"], fields) == (param, fields)


async def test_what_makes_no_difference_is_left_alone(settings) -> None:
    ignored = {
        "temperature": 0, "top_p": 1, "seed": 3, "user": "u", "metadata": {"a": "b"}, "n": 1,
        "presence_penalty": 0.1, "logit_bias": {}, "reasoning_effort": "low", "logprobs": False,
        "tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": "auto",
        "parallel_tool_calls": False, "service_tier": "auto", "stream": None, "stop": None,
        "response_format": {"type": "text"}, "max_completion_tokens": None,
    }  # fmt: skip
    async with serving(settings, agent_of(*ONE)) as client:
        reply = (await client.post(URL, json=body(**ignored))).json()
    assert reply["choices"][0]["message"]["content"] == SENTENCE


@pytest.mark.parametrize(
    ("limits", "text", "finish"),
    [
        ({"stop": " percent"}, "It is 47", "stop"),
        ({"stop": ["xyz", "bright"]}, "It is 47 percent ", "stop"),
        ({"max_tokens": 3}, "It is 47", "length"),
        ({"max_completion_tokens": 5}, SENTENCE, "stop"),
    ],
)
async def test_the_text_ends_where_it_is_told_to(settings, limits, text, finish) -> None:
    async with serving(settings, agent_of(*ONE * 2)) as client:
        reply = (await client.post(URL, json=body(**limits))).json()
        chunks = [data for _, data in await events_of(client, **limits) if data != "[DONE]"]
    (choice,) = reply["choices"]
    assert (choice["message"]["content"], choice["finish_reason"]) == (text, finish)
    assert reply["vqa"]["answer"] == SENTENCE, "the whole answer is under the extension"
    choices = [chunk["choices"][0] for chunk in chunks]
    assert "".join(c["delta"].get("content", "") for c in choices) == text
    assert choices[-1]["finish_reason"] == finish


async def test_sentences_come_as_they_are_checked_and_make_up_the_text(settings) -> None:
    two = answering(
        "It is {e1.value} percent bright [e1]. The brightness is {e1.value} [e1].", "{e1.value}"
    )
    async with serving(settings, agent_of(brightness(), two, planner=WritingPlanner)) as client:
        events = await events_of(client)
    deltas = [d["choices"][0]["delta"].get("content") for _, d in events if d != "[DONE]"]
    assert [delta for delta in deltas if delta] == [SENTENCE, " The brightness is 47."]
    assert events[-2][1]["vqa"]["answer"] == f"{SENTENCE} The brightness is 47."


async def test_an_abstention_is_an_answer_and_an_estimate_says_so(settings) -> None:
    cannot = answering("", abstain="could_not_look")
    async with serving(settings, agent_of(cannot)) as client:
        reply = (await client.post(URL, json=body())).json()
    assert reply["choices"][0]["message"]["content"].startswith("Cannot tell")
    assert (reply["vqa"]["abstained"], reply["vqa"]["reason"]) == (True, "could_not_look")
    assert reply["vqa"]["estimated"] is False


async def test_what_is_not_to_be_stored_is_not(settings) -> None:
    async with serving(settings, agent_of(*ONE)) as client:
        reply = (await client.post(URL, json=body(store=False))).json()
        services = services_of(client)
        later = Store(Database(settings.url_of_database), lambda: time.time() + 2 * INLINE_S)
        later.sweep()
        later.close()
        assert services.intake.release() == 1, "the picture does not stay either"
        conversations, _ = services.store.of(LOCAL).delete_everything()
    assert (reply["vqa"]["conversation"], reply["vqa"]["turn"]) == (None, None)
    assert conversations == []


def test_an_error_is_a_status_before_the_stream_and_an_event_in_it(settings) -> None:
    script = [RuntimeError("secret"), brightness(), RuntimeError("secret"), *ONE]
    with live(settings, agent_of(*script)) as url, client_of(url) as client:
        with pytest.raises(APIError) as before:
            client.chat.completions.create(**body(stream=True))
        with pytest.raises(APIError) as within:
            list(client.chat.completions.create(**body(stream=True)))
        with pytest.raises(BadRequestError, match="colour"):
            client.chat.completions.create(**body(), extra_body={"colour": "red"})
        assert client.chat.completions.create(**body()).choices[0].message.content == SENTENCE
    assert before.value.status_code >= 500
    assert within.value.type == "server_error"
    assert not hasattr(within.value, "status_code")
    assert "secret" not in f"{before.value}{within.value}"


def test_who_stops_listening_gives_the_place_back(tmp_path, enough) -> None:  # noqa: F811
    settings = ServerSettings(data_dir=tmp_path, warm_up=False, max_running=1)
    agent = agent_of(WAITING, *ONE, tools=[*agent_of().toolset.offered, wait_for_ever])
    with live_server(settings, agent) as (url, server), client_of(url) as client:
        stream = client.chat.completions.create(**body(stream=True))
        assert next(c for c in stream if c.model_extra.get("vqa")).vqa["name"] == "wait_for_ever"
        stream.close()
        until(lambda: not server.app.state.services.engine.under_way)
        done = client.chat.completions.create(**body())
        enough.set()
    assert done.choices[0].message.content == SENTENCE


SCHEMA = {
    "type": "object",
    "$defs": {"Light": {"type": "object", "properties": {"brightness": {"type": "integer"}}}},
    "properties": {
        "light": {"$ref": "#/$defs/Light"},
        "word": {"type": ["string", "null"], "description": "the printed word"},
        "is_bright": {"type": "boolean"},
        "values": {"type": "array", "items": {"type": "number"}},
    },
}


def wanting(schema: dict, **fields: object) -> dict:
    form = {"type": "json_schema", "json_schema": {"name": "form", "schema": schema}}
    return body(response_format=form, **fields)


FILLED = [
    brightness(), bright(),
    answering("", abstain="could_not_look"),
    answering("It is {e1.value} percent bright [e1].", "{e1.value}"),
    answering("It is {e1.value} percent bright [e1].", "{e1.value}"),
]  # fmt: skip


@pytest.mark.parametrize("stream", [False, True])
async def test_each_field_has_its_evidence_or_is_null(settings, stream) -> None:
    agent = agent_of(*FILLED)
    async with serving(settings, agent) as client:
        if stream:
            fields = wanting(SCHEMA)["response_format"]
            events = await events_of(client, response_format=fields)
            chunks = [data for _, data in events if data != "[DONE]"]
            text = "".join(c["choices"][0]["delta"].get("content", "") for c in chunks)
            extension = chunks[-1]["vqa"]
        else:
            reply = (await client.post(URL, json=wanting(SCHEMA))).json()
            text, extension = reply["choices"][0]["message"]["content"], reply["vqa"]
    assert json.loads(text) == {
        "light": {"brightness": 47}, "word": None, "is_bright": None, "values": [47.0],
    }  # fmt: skip
    fields = extension["fields"]
    assert [field["question"] for field in fields.values()] == [
        "What is the light brightness?", "What is the printed word?", "Is it bright?",
        "Which values are listed?",
    ]  # fmt: skip
    assert fields["light.brightness"]["evidence"] == ["e1"]
    assert [f["reason"] for f in fields.values()] == [None, "could_not_look", "wrong_type", None]
    assert [e["id"] for e in extension["evidence"]] == ["e1"]
    assert extension["turn"]


async def test_fields_that_are_not_stored_have_ids_of_their_own_for_evidence(settings) -> None:
    schema = {"type": "object", "properties": {"brightness": {}, "light": {}}}
    dark = calling(("measure_brightness", {"picture": "img_2"}))
    script = [brightness(), bright(), dark, bright()]
    message = user(QUESTION, picture(), picture(png(240)))
    async with serving(settings, agent_of(*script)) as client:
        asked = wanting(schema, store=False) | {"messages": [message]}
        reply = (await client.post(URL, json=asked)).json()
    assert json.loads(reply["choices"][0]["message"]["content"]) == {
        "brightness": "47", "light": "94",
    }  # fmt: skip
    fields = reply["vqa"]["fields"]
    assert [field["evidence"] for field in fields.values()] == [["e1"], ["e2"]]
    assert [e["value"] for e in reply["vqa"]["evidence"]] == [47, 94]
    assert [c["evidence"] for c in reply["vqa"]["claims"]] == [["e1"], ["e2"]]


UNFILLED: list[dict] = [
    {},
    {"type": "array", "items": {}},
    {"type": "object", "properties": {}},
    {"type": "object", "properties": {"a": {"$ref": "#/nowhere"}}},
    {"type": "object", "properties": {"a": {"$ref": "#"}}},
    {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "object"}}}},
    {"type": "object", "properties": {"a": {"type": {"b": 1}}}},
    {"type": "object", "properties": {"a": 3}},
    {"type": "object", "properties": {"a": {"enum": 3}}},
    {"type": "object", "properties": {"a": {"anyOf": 3}}},
    {"type": "object", "properties": {str(i): {} for i in range(31)}},
]


async def test_a_schema_that_cannot_be_filled_is_refused(settings) -> None:
    async with serving(settings, agent_of()) as client:
        for schema in UNFILLED:
            reply = await client.post(URL, json=wanting(schema))
            assert (reply.status_code, schema) == (400, schema), reply.text
            assert reply.json()["error"]["code"] == "invalid_json_schema"
