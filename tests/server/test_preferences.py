"""Preferences over HTTP: each owner's own, over the service's; a request's go over both."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from agent.preferences import Preferences
from agent.testing import answering, calling
from server.store import Database, Store
from tests.server.conftest import agent_of, bright, brightness, data_url, png, serving
from tests.server.test_mcp import connected, listening, uploaded

DOGS = (
    calling(("find_things", {"picture": "img_1", "thing": "dog", "region": None})),
    answering("There are {count e1 e2} dogs [e1 e2].", "{count e1 e2}"),
)
SHOP = {"language": "zh", "length": "short", "names": {"dog": "WoofToy Mini"}}
PICTURE = data_url(png())


async def ask(client: Any, question: str = "How many dogs are there?", **fields: Any) -> Any:
    reply = await client.post(
        "/v1/ask", json={"question": question, "pictures": [PICTURE]} | fields
    )
    assert reply.status_code == 200, reply.text
    return reply.json()


async def test_what_is_set_is_read_and_forgotten(settings) -> None:
    async with serving(settings, agent_of(preferences=Preferences(length="long"))) as client:
        first = (await client.get("/v1/preferences")).json()
        put = await client.put("/v1/preferences", json={"names": {"mug": "Zorbex"}})
        kept = (await client.get("/v1/preferences")).json()
        gone = (await client.delete("/v1/preferences")).json()
        after = (await client.get("/v1/preferences")).json()
    assert first == {"object": "preferences", "language": "auto", "length": "long", "names": {}}
    assert put.json() == kept == first | {"names": {"cup": "Zorbex"}}
    assert (gone["deleted"], after) == (True, first)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"names": {"botle": "Zorbex"}}, "near it are"),
        ({"names": {"cup": "{e1.value}"}}, "is no name"),
        ({"names": {"cup": "\ud800"}}, "valid string"),
        ({"names": {f"thing {n}": f"Zorbex {n}" for n in range(51)}}, "50"),
        ({"language": "fr"}, "language"),
        ({"colour": "red"}, "Unknown parameter"),
    ],
)
async def test_what_cannot_be_used_is_refused_with_its_reason(settings, body, said) -> None:
    async with serving(settings, agent_of()) as client:
        content = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        reply = await client.put("/v1/preferences", content=content, headers=headers)
        asked = await client.post(
            "/v1/ask", json={"question": "Why?", "preferences": {"length": 1}}
        )
    assert reply.status_code == asked.status_code == 400
    assert said in reply.json()["error"]["message"]


async def test_every_way_to_ask_heeds_them(settings) -> None:
    chat = {
        "model": "vqa-agent",
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "How many WoofToys are there?"},
                    {"type": "image_url", "image_url": {"url": PICTURE}},
                ],
            }
        ],
    }
    async with serving(settings, agent_of(*DOGS, *DOGS, *DOGS, *DOGS)) as client:
        await client.put("/v1/preferences", json=SHOP)
        first = await ask(client, "How many WoofToys are there?")
        longer = await ask(client, preferences={"language": "auto", "length": "normal"})
        spoken = (await client.post("/v1/chat/completions", json=chat)).json()
        wanted = chat | {"vqa": {"preferences": {"language": "en", "length": "normal"}}}
        written = (await client.post("/v1/chat/completions", json=wanted)).json()
    assert (first["answer"], first["read_as"]) == ("2。", "How many dogs are there?")
    assert longer["answer"] == "There are 2 WoofToy Mini."
    assert spoken["choices"][0]["message"]["content"] == "2。"
    assert written["choices"][0]["message"]["content"] == "There are 2 WoofToy Mini."


async def test_another_agent_s_questions_heed_them(settings) -> None:
    async with listening(settings, agent_of(*DOGS)) as url, connected(url) as client:
        picture = await uploaded(url, png())
        async with httpx.AsyncClient() as http:
            await http.put(f"{url}/v1/preferences", json=SHOP)
        question = {"question": "How many WoofToys are there?", "pictures": [picture]}
        result = await client.call_tool("ask", question)
    assert result.structured_content["answer"] == "2。"


async def test_a_form_has_them_as_json(settings) -> None:
    async with serving(settings, agent_of(brightness(), bright())) as client:
        form = {"question": "How bright is it?", "preferences": '{"length": "short"}'}
        reply = await client.post("/v1/ask", data=form, files={"pictures": ("a.png", png())})
        form["preferences"] = "{"
        broken = await client.post("/v1/ask", data=form, files={"pictures": ("a.png", png())})
    assert (reply.json()["answer"], broken.status_code) == ("47.", 400)


async def test_fields_of_a_schema_are_read_whatever_is_preferred(settings) -> None:
    schema = {"type": "object", "properties": {"brightness": {"type": "integer"}}}
    body = {
        "model": "vqa-agent",
        "input": [{"role": "user", "content": [{"type": "input_image", "image_url": PICTURE}]}],
        "text": {"format": {"type": "json_schema", "name": "x", "schema": schema}},
    }
    async with serving(settings, agent_of(brightness(), bright())) as client:
        await client.put("/v1/preferences", json=SHOP)
        reply = (await client.post("/v1/responses", json=body)).json()
    assert json.loads(reply["output"][-1]["content"][0]["text"]) == {"brightness": 47}


async def test_a_conversation_goes_on_as_it_is_wanted_now(settings) -> None:
    then = answering("There were {count e1 e2} dogs [e1 e2].", "{count e1 e2}")
    async with serving(settings, agent_of(*DOGS, then)) as client:
        first = await ask(client)
        await client.put("/v1/preferences", json=SHOP)
        second = await ask(client, pictures=[], conversation=first["conversation"])
    assert (first["answer"], second["answer"]) == ("There are 2 dogs.", "2。")


def test_they_are_one_owner_s_and_deleted_with_the_rest(store: Store) -> None:
    mine, theirs = store.of("key_1"), store.of("key_2")
    mine.preferences.put(SHOP)
    theirs.preferences.put({"length": "long"})
    assert (mine.preferences.get(), theirs.preferences.get()) == (SHOP, {"length": "long"})
    mine.delete_everything()
    assert (mine.preferences.get(), theirs.preferences.get()) == ({}, {"length": "long"})
    theirs.preferences.delete()
    assert theirs.preferences.get() == {}


async def test_deleting_my_data_deletes_them(settings) -> None:
    async with serving(settings, agent_of()) as client:
        before = (await client.get("/v1/preferences")).json()
        await client.put("/v1/preferences", json=SHOP)
        assert (await client.delete("/v1/data")).status_code == 200
        assert (await client.get("/v1/preferences")).json() == before
    kept = Store(Database(settings.url_of_database))
    assert kept.of("local").preferences.get() == {}
    kept.close()
