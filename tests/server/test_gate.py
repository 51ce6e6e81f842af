"""Before a body is read: names, origins, keys, rates; and what every response carries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.access.identity import Limits
from server.access.keys import create
from server.access.quotas import Rate
from server.requests import PROTECTING
from server.settings import ServerSettings
from server.store import Database, Store
from tests.server.conftest import agent_of, data_url, png, serving
from tests.server.test_asking import ONE, QUESTION, asked, services_of


@pytest.fixture
def store(settings) -> Iterator[Store]:
    opened = Store(Database(settings.url_of_database))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200), ("localhost", 200), ("LOCALHOST:1", 200), ("[::1]:8000", 200),
        ("evil.example", 421), ("evil.example:8000", 421), ("127.0.0.1.evil.example", 421),
        ("", 421), ("[", 421), ("localhost@evil.example", 421), ("bot.example", 200),
    ],
)  # fmt: skip
async def test_on_this_machine_only_its_own_names_are_answered(tmp_path, host, status) -> None:
    settings = ServerSettings(data_dir=tmp_path, warm_up=False, hosts=("bot.example",))
    async with serving(settings, agent_of()) as client:
        for path in ("/v1/models", "/docs", "/healthz"):
            reply = await client.get(path, headers={"host": host})
            assert reply.status_code == status, path
    if status != 200:
        assert reply.json()["error"]["code"] == "unknown_host"


async def test_elsewhere_any_name_is_answered_unless_one_is_set(tmp_path) -> None:
    store = Store(Database(f"sqlite:///{tmp_path / 'server.db'}"))
    create(store.keys, "bot")
    store.close()
    for hosts, status in (((), 200), (("bot.example",), 421)):
        settings = ServerSettings(data_dir=tmp_path, warm_up=False, host="0.0.0.0", hosts=hosts)
        async with serving(settings, agent_of()) as client:
            reply = await client.get("/healthz", headers={"host": "any.example"})
            assert reply.status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200), ("http://127.0.0.1", 200), ("https://127.0.0.1", 200), ("null", 403),
        ("https://evil.example", 403), ("http://127.0.0.1.evil.example", 403), ("", 403),
        ("http://127.0.0.1:9999", 403), ("http://evil.example/127.0.0.1", 403), ("https://shop.example", 403),
    ],
)  # fmt: skip
async def test_a_page_of_another_site_asks_and_deletes_nothing(settings, origin, status) -> None:
    headers = {} if origin is None else {"origin": origin}
    async with serving(settings, agent_of(*ONE)) as client:
        form, files = {"question": QUESTION}, {"pictures": ("a.png", png())}
        reply = await client.post("/v1/ask", data=form, files=files, headers=headers)
        assert reply.status_code == status
        assert (await client.delete("/v1/data", headers=headers)).status_code == status
        assert "access-control-allow-origin" not in reply.headers


async def test_a_site_that_is_named_may_ask(tmp_path) -> None:
    settings = ServerSettings(
        data_dir=tmp_path, warm_up=False, cors_origins=("https://shop.example",)
    )
    async with serving(settings, agent_of()) as client:
        asking = {"access-control-request-method": "POST"}
        for origin, status in (("https://shop.example", 200), ("https://evil.example", 400)):
            before = await client.options("/v1/ask", headers=asking | {"origin": origin})
            assert before.status_code == status
            reply = await client.get("/v1/models", headers={"origin": origin})
            assert (reply.status_code == 200) == (status == 200)
            allowed = reply.headers.get("access-control-allow-origin")
            assert allowed == (origin if status == 200 else None)
        create(services_of(client).store.keys, "shop")
        refused = await client.get("/v1/models", headers={"origin": "https://shop.example"})
        assert refused.status_code == 401
        assert refused.headers["access-control-allow-origin"], "its page can read why"


async def test_without_a_key_nothing_of_the_body_is_read(settings, store) -> None:
    create(store.keys, "shop")
    read = 0

    async def body():
        nonlocal read
        read += 1
        yield b"x"

    async with serving(settings, agent_of()) as client:
        for path in ("/v1/files", "/v1/ask", "/v1/nothing", "/mcp"):
            headers = {"content-type": "multipart/form-data; boundary=b"}
            reply = await client.post(path, content=body(), headers=headers)
            assert reply.status_code == 401
            assert reply.headers["www-authenticate"] == "Bearer"
        for path in ("/healthz", "/docs", "/openapi.json"):
            assert (await client.get(path)).status_code == 200
    assert read == 0


async def test_a_key_makes_so_many_requests_and_no_more(settings, store) -> None:
    one, _ = create(store.keys, "one", Limits(requests_per_minute=3))
    two, _ = create(store.keys, "two", Limits(requests_per_minute=50, requests_per_day=2))
    async with serving(settings, agent_of(), one) as client:
        left = [(await client.get("/v1/models")).headers for _ in range(3)]
        assert [h["x-ratelimit-remaining-requests"] for h in left] == ["2", "1", "0"]
        assert left[0]["x-ratelimit-limit-requests"] == "3"
        refused = await client.get("/v1/models")
        assert refused.status_code == 429
        assert refused.json()["error"]["type"] == "rate_limit_error"
        assert 1 <= int(refused.headers["retry-after"]) <= 20
        assert refused.headers["x-ratelimit-remaining-requests"] == "0"
        client.headers["authorization"] = f"Bearer {two}"
        assert [(await client.get("/v1/models")).status_code for _ in range(3)] == [200, 200, 429]
        assert (await client.get("/healthz")).status_code == 200


async def test_a_key_sends_and_keeps_so_many_pictures_and_no_more(settings, store) -> None:
    few, _ = create(store.keys, "few", Limits(pictures_per_day=2))
    small, _ = create(store.keys, "small", Limits(storage_mb=len(png(1)) * 2.5 / 1e6))
    async with serving(settings, agent_of(), few) as client:

        async def upload(level: int):
            return await client.post("/v1/files", files={"file": ("a", png(level))})

        assert [(await upload(n)).status_code for n in (1, 2, 1, 2)] == [200] * 4, "known: not new"
        refused = await upload(3)
        assert refused.status_code == 429
        assert refused.headers["x-ratelimit-limit-pictures"] == "2"
        assert int(refused.headers["retry-after"]) > 3600
        body = {"question": QUESTION, "pictures": [data_url(png(4))]}
        assert (await client.post("/v1/ask", json=body)).status_code == 429
        client.headers["authorization"] = f"Bearer {small}"
        made = [await upload(n) for n in (1, 2, 3)]
        assert [reply.status_code for reply in made] == [200, 200, 429]
        assert made[2].json()["error"]["code"] == "insufficient_quota"
        await client.delete(f"/v1/files/{made[0].json()['id']}")
        assert (await upload(3)).status_code == 200
        pictures = settings.data_dir / "pictures"
        assert len(list(pictures.glob("??/*"))) == 3, "what was refused is not kept"


@given(st.integers(1, 50), st.lists(st.floats(0, 30), max_size=150))
def test_a_rate_holds_in_every_window(limit: int, waits: list[float]) -> None:
    rate, now, taken = Rate(limit, 60.0), 0.0, []
    for wait in waits:
        now += wait
        standing = rate.standing(now)
        assert 0 <= standing.remaining <= limit
        if standing.wait_s:
            assert rate.standing(now + standing.wait_s).remaining >= 1
        else:
            rate.take(now)
            taken.append(now)
    for begin in taken:
        assert sum(begin <= at < begin + 60 for at in taken) <= 2 * limit
    assert rate.standing(now + 60.0).remaining == limit


async def test_every_response_protects_the_browser_that_gets_it(settings) -> None:
    async with serving(settings, agent_of()) as client:
        for path in ("/v1/models", "/docs", "/openapi.json", "/nothing", "/v1/files/file_0"):
            headers = (await client.get(path)).headers
            assert headers.keys() >= PROTECTING.keys(), path
        services_of(client).store.close()
        object.__setattr__(services_of(client), "store", None)
        broken = await client.get("/v1/files")
    assert broken.status_code == 500
    assert broken.headers.keys() >= PROTECTING.keys()


async def test_the_docs_name_all_routes_and_fetch_nothing(settings) -> None:
    async with serving(settings, agent_of()) as client:
        page = await client.get("/docs")
        paths = (await client.get("/openapi.json")).json()["paths"]
    assert all(path in page.text for path in paths)
    assert "<script" not in page.text
    assert "//" not in page.text.replace("&#x27;", "").replace("http(s)", "")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "question" in page.text


async def test_an_answer_that_streams_or_fails_carries_them_too(settings) -> None:
    async with serving(settings, agent_of(*ONE)) as client:
        body = await asked(client, pictures=[data_url(png())])
        reply = await client.get(f"/v1/conversations/{body['conversation']}")
    assert reply.headers["cache-control"] == "no-store"
