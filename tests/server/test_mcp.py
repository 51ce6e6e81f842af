"""`/mcp`: a real MCP client against the service on a real port, in both eras of the protocol."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx
import httpx2
import pytest
import uvicorn
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from PIL import Image

from agent import VisualAgent
from server.access.keys import create
from server.app import create_app
from server.settings import ServerSettings
from server.store import Database, Store
from tests.agent.test_visual_agent import find_things, measure_brightness
from tests.server.conftest import agent_of, bright, brightness, png
from tests.server.test_asking import ONE, QUESTION
from tools import Picture, ToolReport, vision_tool

ERAS = pytest.mark.parametrize("era", ["auto", "legacy"])


@asynccontextmanager
async def listening(settings: ServerSettings, agent: VisualAgent) -> AsyncIterator[str]:
    """The URL of a service on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        config = uvicorn.Config(create_app(settings, agent), lifespan="on", log_config=None)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[taken]))
        while not server.started:
            assert not task.done(), task.exception()
            await asyncio.sleep(0)
        try:
            yield f"http://127.0.0.1:{taken.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def connected(url: str, key: str = "", era: str = "auto") -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=era) as client,
    ):
        yield client


async def uploaded(url: str, data: bytes, key: str = "") -> str:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with httpx.AsyncClient(headers=headers) as http:
        reply = await http.post(f"{url}/v1/files", files={"file": ("a.png", data)})
    return str(reply.json()["id"])


def text_of(result: Any) -> str:
    return "\n".join(block.text for block in result.content if block.type == "text")


@ERAS
async def test_every_tool_says_what_it_takes_gives_and_changes(settings, era: str) -> None:
    async with listening(settings, agent_of()) as url, connected(url, era=era) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert len(client.instructions or "") < 700
        templates = (await client.list_resource_templates()).resource_templates
        assert [t.uri_template for t in templates] == [
            "vqa://{session}/{picture}", "vqa://{session}/{picture}/{evidence}"]  # fmt: skip
    assert list(tools) == [
        "ask", "describe", "open_picture", "list_session", "list_files",
        "measure_brightness", "find_things",
    ]  # fmt: skip
    for tool in tools.values():
        assert tool.description
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.output_schema is not None
        assert tool.output_schema["type"] == tool.input_schema["type"] == "object"
        assert "$ref" not in json.dumps([tool.input_schema, tool.output_schema])
    look = tools["find_things"].input_schema
    assert look["required"] == ["session", "thing"]
    assert look["properties"]["thing"]["enum"] == ["dog", "cat", "fog"]
    assert tools["ask"].input_schema["required"] == ["question"]


@ERAS
async def test_an_agent_uploads_asks_looks_and_sees_the_boxes(settings, era: str) -> None:
    heard: list[tuple[float, str | None]] = []

    async def hears(progress: float, _total: float | None, message: str | None) -> None:
        heard.append((progress, message))

    async with listening(settings, agent_of(*ONE)) as url, connected(url, era=era) as client:
        file = await uploaded(url, png())
        files = (await client.call_tool("list_files")).structured_content["files"]
        assert files == [{"picture": file, "name": "a.png", "bytes": len(png())}]
        given = {"question": QUESTION, "pictures": [file]}
        answer = await client.call_tool("ask", given, progress_callback=hears)
        assert heard == [(1.0, "measure_brightness img_1")]
        said = answer.structured_content
        assert said["answer"] == "It is 47 percent bright."
        assert [e["id"] for e in said["evidence"]] == ["e1"]
        for told in (said["answer"], said["session"], said["turn"], "e1", "rests on: e1"):
            assert told in text_of(answer), "the text suffices alone"
        session = said["session"]

        look = await client.call_tool("find_things", {"session": session, "thing": "dog"})
        assert look.structured_content["outcome"] == "found"
        assert [e["id"] for e in look.structured_content["evidence"]] == ["e2", "e3"]
        assert 'e2-e3 "dog" x2' in text_of(look)
        near = {"session": session, "picture": "img_1", "thing": "dog", "region": "e3"}
        assert "(20.0, 0.0, 30.0, 10.0)" in text_of(await client.call_tool("find_things", near))

        (uri,) = look.structured_content["annotated"]
        assert [b.uri for b in look.content if b.type == "resource_link"] == [uri]
        boxed, plain = [await image(client, u) for u in (uri, f"vqa://{session}/img_1")]
        assert boxed.size == plain.size == (80, 60)
        assert colours(plain) < 5 < colours(boxed)
        listed = (await client.call_tool("list_session", {"session": session})).structured_content
        assert [p["id"] for p in listed["pictures"]] == ["img_1"]
        assert [e["id"] for e in listed["evidence"]] == ["e1", "e2", "e3", "e4", "e5"]


async def image(client: Client, uri: str) -> Image.Image:
    (content,) = (await client.read_resource(uri)).contents
    assert content.mime_type == "image/jpeg"
    return Image.open(io.BytesIO(base64.b64decode(content.blob)))


def colours(picture: Image.Image) -> float:
    """How far it is from grey."""
    r, _g, b = (band.get_flattened_data() for band in picture.convert("RGB").split())
    return max(abs(x - y) for x, y in zip(r, b, strict=True))


@ERAS
async def test_empty_is_a_result_and_failed_is_an_error(settings, era: str) -> None:
    async with listening(settings, agent_of()) as url, connected(url, era=era) as client:
        file = await uploaded(url, png())
        opened = (await client.call_tool("open_picture", {"picture": file})).structured_content
        assert opened["pictures"] == [
            {"id": "img_1", "name": "a.png", "page": None, "width": 80, "height": 60}]  # fmt: skip
        here = {"session": opened["session"]}
        empty = await client.call_tool("find_things", here | {"thing": "cat"})
        assert empty.is_error is False
        assert empty.structured_content["outcome"] == "nothing_found"
        assert empty.structured_content["evidence"][0]["status"] == "none"
        assert "not a failure" in text_of(empty)
        for tool, given, said in (
            ("find_things", here | {"thing": "fog"}, "fog hides everything"),
            ("find_things", here | {"thing": "cow"}, "'dog', 'cat' or 'fog'"),
            ("find_things", here | {"thing": "dog", "picture": "img_2"}, "the pictures are img_1"),
            ("find_things", here | {"thing": "dog", "region": "e9"}, "there is no evidence 'e9'"),
            ("find_things", here | {"thing": "dog", "colour": 1}, "colour"),
            ("find_things", {"thing": "dog"}, "open_picture"),
            ("find_things", {"session": "conv_0", "thing": "dog"}, "no conversation"),
            ("ask", {"question": ""}, "question"),
            ("ask", {"question": QUESTION}, "there is no picture"),
            ("ask", {"question": QUESTION, "pictures": [file] * 11}, "10 pictures"),
            ("open_picture", {"picture": "/etc/passwd"}, "uploaded file"),
            ("open_picture", {"picture": "file_0"}, "there is no file"),
            ("list_files", {"folder": "."}, "folder"),
        ):
            failed = await client.call_tool(tool, given)
            assert failed.is_error is True, (tool, given)
            assert failed.structured_content is None, "nothing that could be taken for a result"
            assert text_of(failed).startswith("error: ")
            assert said in text_of(failed)
        for uri in ("vqa://conv_0/img_1", f"vqa://{opened['session']}/img_7", "file:///etc/passwd",
                    f"vqa://{opened['session']}/img_1/e9"):  # fmt: skip
            with pytest.raises(MCPError, match="there is no"):
                await client.read_resource(uri)
        with pytest.raises(MCPError, match="there is no tool"):
            await client.call_tool("rm", {})
    kept = Store(Database(settings.url_of_database))
    assert kept.of("local").conversations.turns(opened["session"]) == [], "a look is no turn"
    kept.close()


async def test_what_nobody_expected_says_nothing_of_the_inside(settings) -> None:
    async with listening(settings, agent_of(ValueError("secret"))) as url:
        file = await uploaded(url, png())
        async with connected(url) as client:
            failed = await client.call_tool("ask", {"question": QUESTION, "pictures": [file]})
    assert failed.is_error is True
    assert "secret" not in text_of(failed)


async def test_owners_are_apart_and_strangers_are_not_let_in(settings) -> None:
    store = Store(Database(settings.url_of_database))
    (one, _), (two, _) = (create(store.keys, name) for name in ("one", "two"))
    store.close()
    async with listening(settings, agent_of()) as url:
        file = await uploaded(url, png(), one)
        async with connected(url, one) as client:
            opened = await client.call_tool("open_picture", {"picture": file})
            session = opened.structured_content["session"]
        async with connected(url, two) as client:
            for tool, given in (
                ("open_picture", {"picture": file}),
                ("open_picture", {"picture": await uploaded(url, png(), two), "session": session}),
                ("list_session", {"session": session}),
                ("find_things", {"session": session, "picture": "img_1", "thing": "dog"}),
                ("ask", {"session": session, "question": QUESTION}),
            ):
                failed = await client.call_tool(tool, given)
                assert failed.is_error is True
                assert "there is no " in text_of(failed)
            with pytest.raises(MCPError, match="there is no conversation"):
                await client.read_resource(f"vqa://{session}/img_1")
            files = (await client.call_tool("list_files")).structured_content["files"]
            assert file not in [f["picture"] for f in files]
        async with httpx.AsyncClient() as http:
            for headers in ({}, {"Authorization": "Bearer vqa_sk_x"}):
                reply = await http.post(f"{url}/mcp", headers=headers, json={})
                assert reply.status_code == 401
                assert reply.json()["error"]["type"] == "authentication_error"


async def test_what_was_looked_at_survives_a_restart(settings) -> None:
    async with listening(settings, agent_of()) as url, connected(url) as client:
        opened = await client.call_tool("open_picture", {"picture": await uploaded(url, png())})
        session = opened.structured_content["session"]
        await client.call_tool("find_things", {"session": session, "thing": "dog"})
        more = {"picture": await uploaded(url, png(240)), "session": session}
        await client.call_tool("open_picture", more)
    agent = agent_of(brightness("img_2"), bright("e3"))
    async with listening(settings, agent) as url, connected(url) as client:
        near = {"session": session, "picture": "img_1", "thing": "cat", "region": "e2"}
        look = await client.call_tool("find_things", near)
        assert [e["id"] for e in look.structured_content["evidence"]] == ["e3"]
        again = await client.call_tool("measure_brightness", near | {"picture": "img_2"})
        assert again.is_error, "what it does not take is refused"
    agent = agent_of(brightness("img_2"), bright("e4"))
    async with listening(settings, agent) as url, connected(url) as client:
        answer = await client.call_tool("ask", {"question": QUESTION, "session": session})
        assert answer.structured_content["short_answer"] == "94"
    async with listening(settings, agent_of()) as url, connected(url) as client:
        look = await client.call_tool("find_things", near | {"thing": "dog"})
        assert [e["id"] for e in look.structured_content["evidence"]] == ["e5", "e6"]


@ERAS
async def test_a_call_that_nobody_waits_for_ends(settings, era: str) -> None:
    """The session's lock and the place in the queue are free for the next call."""
    begun, over = threading.Event(), threading.Event()

    @vision_tool
    def stare(picture: Picture) -> ToolReport:
        """Look for as long as may be."""
        begun.set()
        over.wait()
        return ToolReport()

    narrow = settings.model_copy(update={"max_running": 1})
    agent = agent_of(tools=(measure_brightness, find_things, stare))
    async with listening(narrow, agent) as url:
        async with connected(url, era=era) as client:
            opened = await client.call_tool("open_picture", {"picture": await uploaded(url, png())})
            here = {"session": opened.structured_content["session"]}
            async with anyio.create_task_group() as group:
                group.start_soon(client.call_tool, "stare", here)
                await asyncio.to_thread(begun.wait)
                group.cancel_scope.cancel()
        async with connected(url, era=era) as client:
            look = await client.call_tool("find_things", here | {"thing": "cat"})
            assert look.is_error is False
        over.set()
