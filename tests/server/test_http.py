"""Around the routes: errors in OpenAI's form, limits before reading, files, keys, health."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st
from PIL import Image

from server.access.caller import check_reachable
from server.access.keys import create
from server.pictures.blobs import Blobs, digest_of
from server.pictures.intake import MAX_NAME, plain_name
from server.settings import ServerSettings
from server.store import Database, Store
from tests.fakes.documents import pdf, text
from tests.server.conftest import agent_of, bright, brightness, data_url, png, serving
from tests.server.test_asking import ONE, QUESTION, TWO, asked, services_of
from tools.errors import InputError


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({}, 400, "question"),
        ({"question": ""}, 400, "question"),
        ({"question": 3}, 400, "question"),
        ({"question": "x" * 2001}, 400, "question"),
        ({"question": "  "}, 400, None),
        ({"question": QUESTION}, 400, None),
        ({"question": QUESTION, "unknown": 1}, 400, "unknown"),
        ({"question": QUESTION, "pictures": ["/etc/passwd"]}, 400, "pictures"),
        ({"question": QUESTION, "pictures": ["file:///etc/passwd"]}, 400, "pictures"),
        ({"question": QUESTION, "pictures": ["http://127.0.0.1/"]}, 400, "pictures"),
        ({"question": QUESTION, "pictures": [3]}, 400, "pictures[0]"),
        ({"question": QUESTION, "pictures": ["data:image/png;base64,!"]}, 400, "pictures"),
        ({"question": QUESTION, "pictures": ["data:image/png;base64,"]}, 400, "pictures"),
        ({"question": QUESTION, "pictures": ["data:image/png;base64,aGk="]}, 400, "pictures"),
        ({"question": QUESTION, "pictures": ["file_0"]}, 404, "file_id"),
        ({"question": QUESTION, "pictures": ["file_0"] * 11}, 400, "pictures"),
        ({"question": QUESTION, "conversation": "conv_0"}, 404, "conversation"),
        (b"{", 400, None),
        (b"[]", 400, None),
        (b"\xff", 400, None),
    ],
)
async def test_a_wrong_question_is_told_what_is_wrong(settings, body, status, param) -> None:
    async with serving(settings, agent_of()) as client:
        kind = {"content-type": "application/json"}
        given = {"content": body} if isinstance(body, bytes) else {"json": body}
        reply = await client.post("/v1/ask", headers=kind, **given)
    assert reply.status_code == status, reply.text
    error = reply.json()["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    assert error["param"] == param
    assert error["message"]
    assert reply.headers["x-request-id"].startswith("req_")


async def test_other_ways_to_be_wrong_have_the_same_form(settings) -> None:
    async with serving(settings, agent_of()) as client:
        for reply, status in (
            (await client.get("/nothing"), 404),
            (await client.put("/v1/ask"), 405),
            (await client.post("/v1/ask", content=b"x"), 400),
            (await client.get("/v1/models/gpt-4"), 404),
            (await client.get("/v1/files?limit=0"), 400),
            (await client.post("/v1/files"), 400),
            (await client.get("/v1/files", headers={"x-request-id": "\x7f" * 3}), 200),
        ):
            assert reply.status_code == status
            assert ("error" in reply.json()) == (status != 200)


async def test_what_nobody_expected_says_nothing_of_the_inside(settings) -> None:
    async with serving(settings, agent_of()) as client:
        services_of(client).store.close()
        object.__setattr__(services_of(client), "store", None)
        reply = await client.get("/v1/files")
    assert reply.status_code == 500
    assert reply.json()["error"]["message"] == "something went wrong here"
    assert reply.headers["x-request-id"]


async def test_a_body_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    settings = ServerSettings(data_dir=tmp_path, warm_up=False, max_body_mb=0.01)
    read = 0

    async def endless(beginning: bytes = b""):
        nonlocal read
        yield beginning
        while True:
            read += 1
            yield b"x" * 1000

    async with serving(settings, agent_of()) as client:
        said = await client.post("/v1/ask", content=b"x" * 20_000)
        kind = {"content-type": "application/json"}
        unsaid = await client.post("/v1/ask", content=endless(), headers=kind)
        form = {"content-type": "multipart/form-data; boundary=b"}
        part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        uploaded = await client.post("/v1/files", content=endless(part), headers=form)
    assert said.status_code == unsaid.status_code == uploaded.status_code == 413
    assert read < 40


async def test_a_picture_is_judged_by_size_and_content(tmp_path: Path) -> None:
    settings = ServerSettings(data_dir=tmp_path, warm_up=False, max_picture_mb=0.1)
    huge = io.BytesIO()
    Image.new("1", (7_000, 6_000)).save(huge, "PNG")
    async with serving(settings, agent_of()) as client:

        async def upload(data: bytes, name: str = "a.png") -> tuple[int, str]:
            reply = await client.post("/v1/files", files={"file": (name, data, "image/png")})
            return reply.status_code, str(reply.json().get("error", {}).get("message"))

        assert (await upload(png(), "a.exe"))[0] == 200
        assert (await upload(pdf(text(72, 72, "Hello"))))[0] == 200
        assert "megapixels" in (await upload(huge.getvalue()))[1]
        assert "0.1 MB" in (await upload(png() + b"\0" * 200_000))[1]
        assert "0.1 MB" in str((await client.post("/v1/ask", json={
            "question": QUESTION, "pictures": [data_url(b"\0" * 200_000)]})).json())  # fmt: skip
        assert (await upload(b"<svg xmlns='http://www.w3.org/2000/svg'/>"))[0] == 400
        assert (await upload(b"<html><script>"))[0] == 400


async def test_a_file_comes_back_as_it_went_in(settings) -> None:
    async with serving(settings, agent_of()) as client:
        form = {"purpose": "user_data"}
        made = await client.post("/v1/files", files={"file": ("kasse 1.jpg", png())}, data=form)
        record = made.json()
        assert record["filename"] == "kasse 1.jpg"
        assert record["purpose"] == "user_data"
        assert record["bytes"] == len(png())
        path = f"/v1/files/{record['id']}"
        assert (await client.get(path)).json() == record
        content = await client.get(f"{path}/content")
        assert content.content == png()
        assert content.headers["content-type"] == "image/png", "not what its name says"
        listed = (await client.get("/v1/files")).json()
        assert (listed["data"], listed["has_more"]) == ([record], False)
        assert (await client.delete(path)).json()["deleted"] is True
        assert (await client.get(path)).status_code == 404


async def test_two_keys_never_see_each_others_things(settings) -> None:
    store = Store(Database(settings.url_of_database))
    (one, record), (two, _) = (create(store.keys, name) for name in ("one", "two"))
    again = [brightness("img_1"), bright("e1")]
    async with serving(settings, agent_of(*ONE, *again, *TWO), one) as client:
        mine = await asked(client, pictures=[data_url(png())])
        file = (await client.post("/v1/files", files={"file": ("a.png", png())})).json()["id"]
        client.headers["Authorization"] = f"Bearer {two}"
        theirs = await asked(client, pictures=[data_url(png())])
        assert theirs["conversation"] != mine["conversation"]
        conversation = f"/v1/conversations/{mine['conversation']}"
        for method, path in (
            ("GET", conversation),
            ("DELETE", conversation),
            ("GET", f"/v1/files/{file}"),
            ("GET", f"/v1/files/{file}/content"),
            ("GET", f"/v1/files?after={file}"),
            ("DELETE", f"/v1/files/{file}"),
        ):
            assert (await client.request(method, path)).status_code == 404, (method, path)
        for fields in ({"pictures": [file]}, {"conversation": mine["conversation"]}):
            reply = await client.post("/v1/ask", json={"question": QUESTION} | fields)
            assert reply.status_code == 404
        assert (await client.get("/v1/files")).json()["data"] == []
        assert (await client.delete("/v1/data")).status_code == 200
        client.headers["Authorization"] = f"Bearer {one}"
        assert (await client.get(f"/v1/files/{file}/content")).content == png()
        await asked(client, conversation=mine["conversation"], pictures=[data_url(png(240))])
        store.keys.revoke(record.id)
        for headers in ({}, {"Authorization": "Bearer vqa_sk_x"}, {"Authorization": "Basic eDp5"}):
            client.headers.pop("Authorization", None)
            assert (await client.get("/v1/files", headers=headers)).status_code == 401
    store.close()


async def test_no_route_below_v1_answers_without_a_key(settings) -> None:
    store = Store(Database(settings.url_of_database))
    create(store.keys, "shop")
    store.close()
    async with serving(settings, agent_of()) as client:
        paths = client.app.openapi()["paths"]  # type: ignore[attr-defined]
        routes = [(m, p) for p, methods in paths.items() for m in methods if p.startswith("/v1")]
        assert len(routes) > 10
        for method, path in routes:
            reply = await client.request(method.upper(), path.replace("{", "").replace("}", ""))
            assert reply.status_code == 401, (method, path)
            assert reply.json()["error"]["type"] == "authentication_error"


async def test_without_keys_this_machine_is_served_whatever_key_is_sent(settings) -> None:
    async with serving(settings, agent_of(), "sk-anything") as client:
        assert (await client.get("/v1/models")).json()["data"][0]["id"] == "vqa-agent"
        assert (await client.get("/healthz")).json() == {"status": "ok"}


@pytest.mark.parametrize("options", [{"host": "0.0.0.0"}, {"host": "::"}, {"require_keys": True}])
def test_strangers_are_not_served_before_there_is_a_key(tmp_path: Path, options) -> None:
    settings = ServerSettings(data_dir=tmp_path, **options)
    store = Store(Database(settings.url_of_database))
    with pytest.raises(InputError, match="vqa-agent keys create"):
        check_reachable(settings, store)
    create(store.keys, "shop")
    check_reachable(settings, store)
    store.close()


async def test_ready_means_that_a_question_was_answered(settings) -> None:
    async with serving(settings, agent_of(*ONE)) as client:
        ready = [await client.get("/readyz") for _ in range(3)]
    assert [reply.status_code for reply in ready] == [200] * 3, "one look holds for seconds"
    assert ready[0].json()["tools"] == ["measure_brightness", "find_things"]
    async with serving(settings, agent_of(RuntimeError("no planner"))) as client:
        reply = await client.get("/readyz")
    assert reply.status_code == 503
    assert reply.json()["troubles"].keys() == {"planner"}


def test_a_blob_is_whole_or_not_there(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    digest = digest_of(b"abc")
    for _ in range(2):
        blobs.put(digest, b"abc")
    assert blobs.get(digest) == b"abc"
    assert list(blobs) == [digest]
    assert all(p.stat().st_mode & 0o077 == 0 for p in (tmp_path / "blobs").rglob("*"))
    for unknown in ("0" * 64, "../../../etc/passwd", digest.upper(), ""):
        with pytest.raises(KeyError):
            blobs.get(unknown)
    blobs.remove(digest)
    assert list(blobs) == []


@given(st.text(max_size=300))
@settings_of(max_examples=30)
def test_a_name_is_never_a_path(name: str) -> None:
    plain = plain_name(name)
    assert "/" not in plain
    assert "\\" not in plain
    assert plain.isprintable()
    assert len(plain) <= MAX_NAME
