"""Responses: the stock SDK reads them; they are stored, go on, branch, and are deleted."""

from __future__ import annotations

import json
import re
from itertools import count, product
from pathlib import Path
from typing import Any

import pytest
from openai import APIError, NotFoundError
from pydantic import BaseModel, Field

from agent.testing import answering
from server.access.identity import LOCAL
from server.access.keys import create
from server.store import Database, Store
from tests.server.conftest import (
    WritingPlanner,
    agent_of,
    brightness,
    data_url,
    live,
    png,
    serving,
)
from tests.server.test_asking import ONE, QUESTION, TWO, services_of
from tests.server.test_chat import AGAIN, SENTENCE, client_of

URL = "/v1/responses"
ROOT = Path(__file__).parents[2]


def asking(text: str = QUESTION, *pictures: str) -> list[dict]:
    parts = [{"type": "input_image", "image_url": url, "detail": "auto"} for url in pictures]
    return [{"role": "user", "content": [{"type": "input_text", "text": text}, *parts]}]


def body(**fields: object) -> dict:
    return {"model": "vqa-agent", "input": asking(QUESTION, data_url(png()))} | fields


async def created(client, **fields: object) -> dict:
    reply = await client.post(URL, json=body(**fields))
    assert reply.status_code == 200, reply.text
    response: dict = reply.json()
    return response


def test_the_sdk_reads_a_response_its_steps_and_its_citations(settings) -> None:
    with live(settings, agent_of(*ONE)) as url, client_of(url) as client:
        made = client.responses.create(**body(metadata={"a": "b"}, instructions="Be brief."))
        kept = client.responses.retrieve(made.id)
        (asked,) = client.responses.input_items.list(made.id)
        client.responses.delete(made.id)
        with pytest.raises(NotFoundError):
            client.responses.retrieve(made.id)
    assert (made.output_text, made.status, made.error) == (SENTENCE, "completed", None)
    assert made.to_dict() == kept.to_dict()
    call, looked, message = made.output
    assert (call.type, call.name, call.status) == (
        "function_call", "measure_brightness", "completed",
    )  # fmt: skip
    assert json.loads(call.arguments) == {"picture": "img_1"}
    assert (looked.type, looked.call_id, looked.status) == (
        "function_call_output", call.call_id, "completed",
    )  # fmt: skip
    assert looked.vqa["evidence"][0]["id"] == "e1"
    (part,) = message.content
    (citation,) = part.annotations
    assert part.text[citation.start_index : citation.end_index] == SENTENCE
    assert (citation.file_id, citation.vqa["id"]) == ("img_1", "e1")
    assert citation.container_id == made.vqa["conversation"]
    assert (made.metadata, made.instructions) == ({"a": "b"}, "Be brief.")
    assert [part.type for part in asked.content] == ["input_text", "input_image"]
    assert asked.content[1].image_url is None, "pictures are not repeated"


def test_the_sdk_reads_the_stream_in_openais_order(settings) -> None:
    with live(settings, agent_of(*ONE)) as url, client_of(url) as client:
        with client.responses.stream(**body()) as stream:
            events = list(stream)
            final = stream.get_final_response()
        kept = client.responses.retrieve(final.id)
    step = ["output_item.added", "output_item.done"]
    arguments = ["function_call_arguments.delta", "function_call_arguments.done"]
    assert [event.type.removeprefix("response.") for event in events] == [
        "created", "in_progress",
        step[0], *arguments, step[1], *step,
        step[0], "content_part.added", "output_text.delta", "output_text.annotation.added",
        "output_text.done", "content_part.done", step[1],
        "completed",
    ]  # fmt: skip
    numbers = [event.sequence_number for event in events]
    assert numbers == list(range(len(events)))
    assert "".join(e.delta for e in events if e.type.endswith("text.delta")) == final.output_text
    assert [item.id for item in final.output] == [item.id for item in kept.output]
    assert final.output_text == kept.output_text
    places = count()
    for event in events:
        if event.type == "response.output_item.added":
            assert event.output_index == next(places)


async def test_a_response_goes_on_and_branches_where_an_earlier_one_was(settings) -> None:
    async with serving(settings, agent_of(*ONE, AGAIN, AGAIN, *TWO)) as client:
        one = await created(client)
        follow = {"input": "And now?", "previous_response_id": one["id"]}
        two = await created(client, **follow)
        branch = await created(client, **follow)
        uploaded = await client.post("/v1/files", files={"file": ("b.png", png(240))})
        shown = {"type": "input_image", "file_id": uploaded.json()["id"]}
        parts = [*asking(), {"role": "user", "content": [shown]}]
        three = await created(client, input=parts, previous_response_id=two["id"])
        items = (await client.get(f"{URL}/{three['id']}/input_items?order=asc&limit=1")).json()
        rest = await client.get(
            f"{URL}/{three['id']}/input_items?after={items['last_id']}&order=asc"
        )
    assert two["output"][-1]["content"][0]["text"] == "It was 47 percent."
    assert two["previous_response_id"] == one["id"]
    assert one["vqa"]["conversation"] == two["vqa"]["conversation"] == three["vqa"]["conversation"]
    assert branch["vqa"]["conversation"] != two["vqa"]["conversation"]
    assert three["vqa"]["evidence"][0]["value"] == 94
    assert items["has_more"]
    assert rest.json()["data"][0]["content"][0]["file_id"] == uploaded.json()["id"]


async def test_a_conversation_that_was_begun_is_gone_on_with(settings) -> None:
    async with serving(settings, agent_of(*ONE, AGAIN)) as client:
        conversation = (await client.post("/v1/conversations")).json()["id"]
        one = await created(client, conversation=conversation)
        two = await created(client, conversation={"id": conversation}, input="And now?")
        await client.delete(f"{URL}/{one['id']}")
        await client.delete(f"{URL}/{two['id']}")
        kept = (await client.get(f"/v1/conversations/{conversation}")).json()
        await client.delete(f"/v1/conversations/{conversation}")
    assert one["conversation"] == two["conversation"] == {"id": conversation}
    assert len(kept["turns"]) == 2, "who named it deletes it"


async def test_with_its_last_response_a_conversation_goes(settings) -> None:
    async with serving(settings, agent_of(*ONE, AGAIN)) as client:
        one = await created(client)
        two = await created(client, input="And now?", previous_response_id=one["id"])
        here = f"/v1/conversations/{one['vqa']['conversation']}"
        assert (await client.delete(f"{URL}/{one['id']}")).json()["deleted"] is True
        assert (await client.get(here)).status_code == 200
        gone = {"input": "And?", "previous_response_id": one["id"]}
        refused = await client.post(URL, json=body(**gone))
        assert (await client.delete(f"{URL}/{two['id']}")).status_code == 200
        assert (await client.get(here)).status_code == 404
        assert (await client.delete(f"{URL}/{two['id']}")).status_code == 404
    assert refused.json()["error"]["code"] == "previous_response_not_found"


async def test_with_its_conversation_a_response_goes(settings) -> None:
    async with serving(settings, agent_of(*ONE)) as client:
        one = await created(client)
        await client.delete(f"/v1/conversations/{one['vqa']['conversation']}")
        assert (await client.get(f"{URL}/{one['id']}")).status_code == 404


async def test_what_is_not_to_be_stored_is_not_and_changes_nothing(settings) -> None:
    async with serving(settings, agent_of(*ONE, AGAIN, AGAIN)) as client:
        one = await created(client)
        two = await created(client, input="So?", previous_response_id=one["id"], store=False)
        three = await created(client, input="So?", previous_response_id=one["id"])
        mine = services_of(client).store.of(LOCAL)
        turns = mine.conversations.turns(one["vqa"]["conversation"])
        assert (await client.get(f"{URL}/{two['id']}")).status_code == 404
    assert (two["store"], two["vqa"]["turn"]) == (False, None)
    assert two["output"][-1]["content"][0]["text"] == "It was 47 percent."
    assert [turn.id for turn in turns] == [one["vqa"]["turn"], three["vqa"]["turn"]]


class Reading(BaseModel):
    """What is measured."""

    brightness: float = Field(description="How bright is it?")
    word: str | None = None


def test_the_sdk_parses_fields_and_each_cites_its_evidence(settings) -> None:
    cannot = answering("", abstain="could_not_look")
    with live(settings, agent_of(*ONE, cannot)) as url, client_of(url) as client:
        made = client.responses.parse(**body(), text_format=Reading)
    assert made.output_parsed == Reading(brightness=47.0)
    assert made.vqa["fields"]["brightness"]["evidence"] == ["e1"]
    (part,) = made.output[-1].content
    (citation,) = part.annotations
    assert part.text[citation.start_index : citation.end_index] == "47.0"


async def test_a_client_that_sends_its_history_is_recognised_by_it(settings) -> None:
    async with serving(settings, agent_of(*ONE, AGAIN)) as client:
        one = await created(client)
        history = [*body()["input"], *one["output"], {"role": "user", "content": "And now?"}]
        two = await created(client, input=history)
    assert two["output"][-1]["content"][0]["text"] == "It was 47 percent."
    assert two["vqa"]["conversation"] == one["vqa"]["conversation"]


async def test_a_text_that_was_cut_is_incomplete(settings) -> None:
    async with serving(settings, agent_of(*ONE)) as client:
        made = await created(client, max_output_tokens=3)
    assert made["status"] == made["output"][-1]["status"] == "incomplete"
    assert made["incomplete_details"] == {"reason": "max_output_tokens"}
    (part,) = made["output"][-1]["content"]
    assert part["text"] == "It is 47"
    assert part["annotations"][0]["end_index"] == len(part["text"])


REFUSED: list[tuple[dict, int, str | None]] = [
    ({"model": "gpt-5"}, 404, "model"),
    ({"colour": "red"}, 400, "colour"),
    ({"background": True}, 400, "background"),
    ({"prompt": {"id": "pmpt_1"}}, 400, "prompt"),
    ({"top_logprobs": 1}, 400, "top_logprobs"),
    ({"tool_choice": {"type": "function", "name": "f"}}, 400, "tool_choice"),
    ({"text": {"format": {"type": "json_object"}}}, 400, "text.format"),
    ({"text": {"format": {"type": "json_schema", "schema": {}}}}, 400, "text.format.schema"),
    ({"input": []}, 400, "input"),
    ({"input": 3}, 400, "input"),
    ({"input": [{"type": "item_reference", "id": "msg_1"}]}, 400, "input[0].type"),
    ({"input": [{"content": "a"}]}, 400, "input[0].role"),
    ({"input": asking("a", "/etc/passwd")}, 400, "input[0].content[1]"),
    ({"input": asking("a", "")}, 400, "input[0].content[1]"),
    ({"previous_response_id": "resp_0"}, 400, "previous_response_id"),
    ({"previous_response_id": "resp_0", "conversation": "conv_0"}, 400, "previous_response_id"),
    ({"conversation": "conv_0"}, 404, "conversation"),
    ({"conversation": "conv_0", "input": [
        {"role": "user", "content": "a"}, {"role": "assistant", "content": "b"},
        {"role": "user", "content": "c"}]}, 400, "input"),
    ({"instructions": "\ud800"}, 400, None),
]  # fmt: skip


async def test_what_cannot_be_had_is_refused_by_its_name(settings) -> None:
    kind = {"content-type": "application/json"}
    async with serving(settings, agent_of()) as client:
        for (fields, status, param), stream in product(REFUSED, (False, True)):
            content = json.dumps(body(stream=stream) | fields)
            reply = await client.post(URL, content=content, headers=kind)
            assert (reply.status_code, fields) == (status, fields), reply.text
            assert (reply.json()["error"]["param"], fields) == (param, fields)


def test_an_error_is_a_status_before_the_stream_and_an_event_in_it(settings) -> None:
    script = [RuntimeError("secret"), brightness(), RuntimeError("secret")]
    with live(settings, agent_of(*script)) as url, client_of(url) as client:
        with pytest.raises(APIError) as before:
            client.responses.create(**body(stream=True))
        *_, last = client.responses.create(**body(stream=True))
        with pytest.raises(NotFoundError):
            client.responses.retrieve(last.response.id)
    assert before.value.status_code >= 500
    assert (last.type, last.response.status) == ("response.failed", "failed")
    assert last.response.error.code == "server_error"
    assert "secret" not in last.to_json()


async def test_two_keys_never_see_each_others_responses(settings) -> None:
    store = Store(Database(settings.url_of_database))
    (one, _), (two, _) = (create(store.keys, name) for name in ("one", "two"))
    store.close()
    async with serving(settings, agent_of(*ONE, *ONE), one) as client:
        mine = await created(client)
        client.headers["Authorization"] = f"Bearer {two}"
        for method, path in (("GET", ""), ("GET", "/input_items"), ("DELETE", "")):
            reply = await client.request(method, f"{URL}/{mine['id']}{path}")
            assert reply.status_code == 404
        for fields in (
            {"previous_response_id": mine["id"]},
            {"conversation": mine["vqa"]["conversation"]},
        ):
            assert (await client.post(URL, json=body(**fields))).status_code in (400, 404)
        theirs = await created(client)
        assert theirs["vqa"]["conversation"] != mine["vqa"]["conversation"]
        client.headers["Authorization"] = f"Bearer {one}"
        assert (await client.get(f"{URL}/{mine['id']}")).json() == mine


async def test_an_answer_that_is_written_anew_follows_what_was_said(settings) -> None:
    """A sentence stands, the next does not pass the check: the whole answer comes again."""
    wrong = answering("It is {e1.value} percent bright [e1]. There are 3 dogs [e1].", "{e1.value}")
    better = answering("The brightness is {e1.value} [e1].", "{e1.value}")
    script = [brightness(), wrong, better]
    async with serving(settings, agent_of(*script, planner=WritingPlanner)) as client:
        reply = await client.post(URL, json=body(stream=True))
    events = [json.loads(line[6:]) for line in reply.text.splitlines() if line[:5] == "data:"]
    made = events[-1]["response"]
    (part,) = made["output"][-1]["content"]
    assert part["text"] == f"{SENTENCE}\n\nThe brightness is 47."
    deltas = [e["delta"] for e in events if e["type"] == "response.output_text.delta"]
    assert "".join(deltas) == part["text"]
    (citation,) = part["annotations"]
    assert part["text"][citation["start_index"] : citation["end_index"]] == made["vqa"]["answer"]


def test_the_documented_snippets_run(settings, monkeypatch, capsys) -> None:
    page = (ROOT / "docs" / "openai.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
    cannot = answering("", abstain="could_not_look")
    monkeypatch.chdir(ROOT)
    script = [*ONE, *ONE, AGAIN, *ONE, AGAIN, cannot]
    with live(settings, agent_of(*script)) as url:
        made: dict[str, Any] = {"__name__": "example"}
        exec(compile(code.replace("http://127.0.0.1:8000", url), "docs/openai.md", "exec"), made)
        made["client"].close()
    said = capsys.readouterr().out
    assert made["read"].output_parsed.total == made["done"].vqa["evidence"][0]["value"]
    assert " e1\n" in said
