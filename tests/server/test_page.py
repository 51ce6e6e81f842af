"""The page and what it is made of: streamed answers, thumbs, pictures, files and their headers."""

from __future__ import annotations

import asyncio
import io
import json
import re

import httpx
import pytest
from PIL import Image

from agent.answer import Answer
from server.access.keys import create
from server.routes.page import POLICY
from server.settings import ServerSettings
from server.store import Database, Store
from tests.agent.test_visual_agent import measure_brightness
from tests.fakes.documents import pdf, text
from tests.server.conftest import agent_of, bright, brightness, data_url, png, serving
from tests.server.test_asking import (
    ONE,
    QUESTION,
    WAITING,
    asked,
    enough,
    services_of,
    wait_for_ever,
)

__all__ = ["enough"]
STREAM = {"accept": "text/event-stream"}


def events_of(reply: httpx.Response) -> list[tuple[str, dict]]:
    assert reply.headers["content-type"].startswith("text/event-stream")
    blocks = [block.split("\n") for block in reply.text.removesuffix("\n\n").split("\n\n")]
    return [
        (name.removeprefix("event: "), json.loads(data.removeprefix("data: ")))
        for name, data in blocks
    ]


async def test_a_streamed_answer_says_each_step_and_ends_with_what_is_stored(settings) -> None:
    async with serving(settings, agent_of(*ONE)) as client:
        here = {"question": QUESTION, "pictures": [data_url(png())]}
        events = events_of(await client.post("/v1/ask", json=here, headers=STREAM))
        last = events[-1][1]
        kept = (await client.get(f"/v1/conversations/{last['conversation']}")).json()
    names = [name for name, _ in events]
    assert names == ["began", "tool_started", "tool_finished", "answered"]
    began, started, finished, answered = (data for _, data in events)
    shown = {"id": "img_1", "name": "", "page": None, "width": 80, "height": 60}
    where = {key: answered.pop(key) for key in ("conversation", "turn")}
    assert began == where | {"pictures": [shown]}
    assert started == {
        "id": finished["id"],
        "name": "measure_brightness",
        "arguments": {"picture": "img_1"},
    }
    assert finished["status"] == "ok"
    assert finished["evidence"] == answered["evidence"]
    assert answered.keys() == Answer.model_validate({**answered, "evidence": []}).to_json().keys()
    (turn,) = kept["turns"]
    assert turn["answer"] == answered
    assert (turn["id"], turn["pictures"], turn["rating"]) == (where["turn"], ["img_1"], None)
    assert kept["pictures"] == [shown]


async def test_what_is_wrong_before_the_stream_is_an_ordinary_error_and_after_it_an_event(
    settings,
) -> None:
    async with serving(settings, agent_of(RuntimeError("secret words"))) as client:
        here = {"question": QUESTION, "pictures": [data_url(png())]}
        unknown = {"question": QUESTION, "conversation": "conv_0"}
        refused = await client.post("/v1/ask", json=unknown, headers=STREAM)
        events = events_of(await client.post("/v1/ask", json=here, headers=STREAM))
    assert refused.status_code == 404
    assert "error" in refused.json()
    assert [name for name, _ in events] == ["began", "error"]
    assert events[1][1]["error"].keys() == {"message", "type", "param", "code"}
    assert "secret" not in str(events)


async def test_who_leaves_a_stream_gives_the_place_back(tmp_path, enough) -> None:
    settings = ServerSettings(data_dir=tmp_path, warm_up=False, max_running=1, max_waiting=0)
    tools = [wait_for_ever, measure_brightness]
    async with serving(settings, agent_of(WAITING, *ONE, tools=tools)) as client:
        gone, app = asyncio.Event(), client.app  # type: ignore[attr-defined]
        body = json.dumps({"question": QUESTION, "pictures": [data_url(png())]}).encode()
        sent: list[bytes] = []
        parts = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> dict:
            if (part := next(parts, None)) is not None:
                return part
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict) -> None:
            sent.append(message.get("body", b""))
            if b"event: tool_started" in sent[-1]:
                gone.set()

        headers = [(b"accept", b"text/event-stream"), (b"content-type", b"application/json")]
        scope = {
            "type": "http", "method": "POST", "path": "/v1/ask", "raw_path": b"/v1/ask", "app": app,
            "query_string": b"", "headers": headers, "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1", "scheme": "http", "server": ("t", 80), "client": ("t", 1),
            "root_path": "",
        }  # fmt: skip
        await app(scope, receive, send)
        enough.set()
        assert b"event: answered" not in b"".join(sent)
        assert services_of(client).store.of("local").delete_everything()[0] == [], "nothing is kept"
        assert (await asked(client, pictures=[data_url(png())]))["short_answer"] == "47"


async def test_thumbs_are_kept_with_the_turn_and_the_last_one_counts(settings) -> None:
    async with serving(settings, agent_of(*ONE)) as client:
        one = await asked(client, pictures=[data_url(png())])
        for rating, comment in ((1, ""), (-1, "It is darker.")):
            body = {"turn": one["turn"], "rating": rating, "comment": comment}
            reply = await client.post("/v1/feedback", json=body)
            assert reply.json() == {"object": "feedback"} | body
        kept = services_of(client).store.of("local").feedback.get(one["turn"])
        assert (kept.rating, kept.comment) == (-1, "It is darker.")
        turns = (await client.get(f"/v1/conversations/{one['conversation']}")).json()["turns"]
        assert [turn["rating"] for turn in turns] == [-1]
        for body, status in (
            ({"turn": "turn_0", "rating": 1}, 404),
            ({"turn": one["turn"], "rating": 0}, 400),
            ({"turn": one["turn"], "rating": 1, "comment": "x" * 2001}, 400),
            ({"rating": 1}, 400),
        ):
            assert (await client.post("/v1/feedback", json=body)).status_code == status


async def test_pictures_of_a_conversation_are_shown_upright_and_page_by_page(settings) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    file = io.BytesIO()
    Image.new("RGB", (3000, 1500), "red").save(file, "JPEG", exif=exif)
    document = pdf(text(20, 100, "One"), text(20, 100, "Two"))
    async with serving(settings, agent_of(*ONE, brightness("img_2p1"), bright("e2"))) as client:
        one = await asked(client, pictures=[data_url(file.getvalue())])
        here = f"/v1/conversations/{one['conversation']}"
        await asked(client, pictures=[data_url(document)], conversation=one["conversation"])
        kept = (await client.get(here)).json()
        assert [p["id"] for p in kept["pictures"]] == ["img_1", "img_2p1", "img_2p2"]
        assert [t["pictures"] for t in kept["turns"]] == [["img_1"], ["img_2p1", "img_2p2"]]
        for picture in kept["pictures"]:
            reply = await client.get(f"{here}/pictures/{picture['id']}")
            assert reply.headers["content-type"] == "image/jpeg"
            size = Image.open(io.BytesIO(reply.content)).size
            ratio = picture["width"] / picture["height"]
            assert size[0] / size[1] == pytest.approx(ratio, rel=0.01)
            assert max(size) <= 2000
        for unknown, status in (("img_3", 404), ("img_1p1", 404), ("img_2", 404), ("img_0", 400), ("img_99999999", 400)):  # fmt: skip
            assert (await client.get(f"{here}/pictures/{unknown}")).status_code == status, unknown
        assert (await client.get("/v1/conversations/conv_0/pictures/img_1")).status_code == 404


async def test_files_of_the_page_come_with_a_policy_that_lets_nothing_else_in(settings) -> None:
    async with serving(settings, agent_of()) as client:
        index = await client.get("/")
        linked = set(re.findall(r'(?:href|src)="(page/[^"]+)"', index.text))
        assert linked >= {"page/app.js", "page/base.css", "page/favicon.svg"}
        for path in ("", *linked):
            reply = await client.get(f"/{path}")
            assert reply.status_code == 200, path
            assert reply.headers["content-security-policy"] == POLICY
            assert reply.headers["x-content-type-options"] == "nosniff"
        for path in (
            "page/x.js",
            "page/..%2Fapp.py",
            "page/%2e%2e",
            "page/../app.py",
            "page/__init__.py",
        ):
            assert (await client.get(f"/{path}")).status_code == 404, path
    assert "unsafe" not in POLICY
    assert "*" not in POLICY


def test_each_word_of_the_page_is_there_in_both_languages() -> None:
    from importlib.resources import files

    page = files("server") / "page"
    words = (page / "words.js").read_text()
    english, chinese = (
        {
            key: set(re.findall(r"\{(\w+)\}", value))
            for key, value in re.findall(r'(\w+): "([^"]*)"', part)
        }
        for part in words.split("const WORDS", 1)[1].split("\n  zh: {")
    )
    assert english == chinese
    used = set()
    for file in page.iterdir():
        source = file.read_text()
        used |= set(re.findall(r'data-t(?:-\w+)?="(\w+)"', source))
        used |= set(re.findall(r'\bt\("(\w+)"', source))
        used |= set(re.findall(r'(?:\.say|new Trouble)\("(\w+)"', source))
    assert used <= english.keys(), used - english.keys()
    from typing import get_args

    from agent.answer import Reason

    for reason in get_args(Reason):
        assert {reason, f"next_{reason}"} <= english.keys()


async def test_the_page_is_told_whether_a_key_is_wanted_and_what_is_too_large(settings) -> None:
    async with serving(settings, agent_of()) as client:
        told = (await client.get("/page/settings.json")).json()
        assert (told["needs_key"], told["max_picture_mb"]) == (False, settings.max_picture_mb)
    store = Store(Database(settings.url_of_database))
    create(store.keys, "shop")
    store.close()
    async with serving(settings, agent_of()) as client:
        assert (await client.get("/page/settings.json")).json()["needs_key"]
        assert (await client.get("/")).status_code == 200
