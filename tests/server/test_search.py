"""Search over HTTP: the operator's index, told by names below a folder, asked about by its hits."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from server.errors import GoneError, NotFoundError, UnavailableError
from server.pictures.collection import Collection
from server.settings import ServerSettings
from tests.fakes.albums import ScriptedReader, photograph
from tests.server.conftest import agent_of, bright, brightness, data_url, serving
from tests.server.test_isolation import keys_of
from tools.retrieval.encoders import Encoders, open_encoders
from tools.retrieval.index_file import writing
from tools.retrieval.searching import Query
from tools.retrieval.updating import update
from tools.toolset import ToolConfig
from tools.weights.find import Missing

COLOURS = ("red", "green", "blue")


@pytest.fixture(scope="module")
def encoders() -> Encoders:
    opened = open_encoders(ToolConfig())
    assert isinstance(opened, Encoders)
    return opened


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder of pictures of three colours."""
    for number, colour in enumerate(COLOURS):
        photograph(tmp_path / "shop" / "photos" / f"{colour}.png", colour, number)
    return tmp_path / "shop"


@pytest.fixture
def index(shop: Path, encoders: Encoders) -> Path:
    """Of the shop; all of them say SALE."""
    return indexed(shop, encoders)


def indexed(shop: Path, encoders: Encoders, *more: Path) -> Path:
    file = shop.parent / "index.sqlite3"
    reader = ScriptedReader({(120, 80): "SUMMER SALE\n50 % OFF"})
    with writing(file) as opened:
        for folder in (shop, *more):
            update(opened, folder, encoders, reader)
    return file


@pytest.fixture
def collection(index: Path, encoders: Encoders) -> Iterator[Collection]:
    made = Collection(index, None, ToolConfig(), lambda _config: encoders)
    yield made
    made.close()


@pytest.fixture
def settings(tmp_path: Path, index: Path, shop: Path) -> ServerSettings:
    data = tmp_path / "data"
    return ServerSettings(data_dir=data, warm_up=False, index=index, index_folder=shop)


async def found(client: Any, **fields: Any) -> list[dict[str, Any]]:
    reply = await client.post("/v1/search", json=fields)
    assert reply.status_code == 200, reply.text
    assert str(Path.cwd().anchor + "tmp") not in reply.text, "no path of this machine"
    results: list[dict[str, Any]] = reply.json()["results"]
    return results


async def test_pictures_are_found_by_words_by_a_picture_and_by_what_they_say(
    settings, shop
) -> None:
    red = data_url((shop / "photos" / "red.png").read_bytes())
    async with serving(settings, agent_of()) as client:
        by_words = await found(client, query="a red picture")
        like_it = await found(client, image=red, top=1)
        saying = await found(client, text="sale")
        nothing = await found(client, text="zebra crossing")
    assert by_words[0].keys() >= {"id", "picture", "copies", "score", "reasons", "near_duplicates"}
    assert like_it[0]["picture"] == "photos/red.png"
    assert like_it[0]["reasons"]["looks"]["rank"] == 1
    assert {hit["picture"] for hit in saying} <= {f"photos/{colour}.png" for colour in COLOURS}
    assert saying[0]["reasons"]["says"]["line"] == "SUMMER SALE"
    assert nothing == []


async def test_what_was_found_is_shown_and_asked_about(settings, shop) -> None:
    red = data_url((shop / "photos" / "red.png").read_bytes())
    async with serving(settings, agent_of(brightness(), bright())) as client:
        (hit,) = await found(client, image=red, top=1)
        shown = await client.get(f"/v1/search/pictures/{hit['id']}")
        no_page = await client.get(f"/v1/search/pictures/{hit['id']}", params={"page": 2})
        asked = await client.post(
            "/v1/ask", json={"question": "How bright is it?", "pictures": [hit["id"]]}
        )
        kept = (await client.get(f"/v1/conversations/{asked.json()['conversation']}")).json()
    with Image.open(io.BytesIO(shown.content)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (120, 80))
    assert no_page.status_code == 404
    assert asked.json()["answer"].endswith("percent bright.")
    assert kept["pictures"][0]["name"] == "red.png"


async def test_without_an_index_there_is_no_search(tmp_path) -> None:
    settings = ServerSettings(data_dir=tmp_path, warm_up=False)
    hit = f"hit_{'0' * 64}"
    async with serving(settings, agent_of()) as client:
        searched = await client.post("/v1/search", json={"query": "a dog"})
        shown = await client.get(f"/v1/search/pictures/{hit}")
        asked = await client.post("/v1/ask", json={"question": "What?", "pictures": [hit]})
    assert (searched.status_code, shown.status_code, asked.status_code) == (404, 404, 400)
    assert searched.json()["error"]["code"] == "search_not_served"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": "  "},
        {"query": "x" * 501},
        {"query": "dog", "top": 0},
        {"query": "dog", "top": 51},
        {"query": "dog", "weights": {}},
        {"image": "/etc/passwd"},
        {"image": "data:image/png;base64,AAAA"},
    ],
)
async def test_what_cannot_be_looked_for_is_refused(settings, body) -> None:
    async with serving(settings, agent_of()) as client:
        reply = await client.post("/v1/search", json=body)
    assert (reply.status_code, reply.json()["error"]["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize(
    "words", ["\0", '"', "NEAR(", "a* OR *", "'; DROP TABLE files", "图", "💥"]
)
async def test_whatever_is_looked_for_is_words(settings, words) -> None:
    async with serving(settings, agent_of()) as client:
        for body in ({"text": words}, {"query": words}):
            reply = await client.post("/v1/search", json=body)
            assert reply.status_code == 200, reply.text


async def test_searches_want_a_key_count_and_wait_for_a_place(settings) -> None:
    (key,) = keys_of(settings, "shop")
    limited = settings.model_copy(update={"requests_per_day": 1})
    async with serving(limited, agent_of(), key) as client:
        stranger = {"Authorization": "Bearer vqa_sk_none"}
        refused = await client.post("/v1/search", json={"text": "sale"}, headers=stranger)
        await found(client, text="sale")
        many = await client.post("/v1/search", json={"text": "sale"})
    assert (refused.status_code, many.status_code) == (401, 429)


async def test_readiness_says_whether_the_index_opens(settings, index) -> None:
    async with serving(settings, agent_of()) as client:
        assert "index" not in (await client.get("/readyz")).json()["troubles"]
    index.write_bytes(b"something else")
    async with serving(settings, agent_of()) as client:
        assert (await client.get("/readyz")).json()["troubles"]["index"] == "does not open"
        reply = await client.post("/v1/search", json={"text": "sale"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "index_unavailable")
    assert str(index) not in reply.text


def test_an_index_that_changes_is_followed(collection, shop, encoders) -> None:
    assert len(collection.search(Query(words="sale"), 10)) > 0
    photograph(shop / "photos" / "new" / "yellow.png", "yellow", 4)
    indexed(shop, encoders)
    names = json.dumps(collection.search(Query(words="sale"), 10))
    assert "new/yellow.png" in names
    assert str(shop) not in names


def test_only_what_is_indexed_and_unchanged_is_read(collection, shop) -> None:
    (hit,) = collection.search(Query(words="sale"), 1)
    file = shop / hit["picture"] if (shop / hit["picture"]).exists() else None
    file = file or shop / "photos" / hit["picture"]
    assert collection.read(hit["id"], 1e6) == (file.read_bytes(), file.name)
    for wrong in ("hit_", "hit_../../etc/passwd", f"hit_{'0' * 64}", hit["id"].upper(), "hit_\0"):
        with pytest.raises(NotFoundError):
            collection.read(wrong, 1e6)
    with pytest.raises(GoneError):
        collection.read(hit["id"], 10)
    file.write_bytes(b"changed")
    with pytest.raises(GoneError):
        collection.read(hit["id"], 1e6)
    file.unlink()
    with pytest.raises(GoneError):
        collection.read(hit["id"], 1e6)


def test_another_folder_of_the_index_is_not_served(shop, tmp_path, encoders) -> None:
    secret = photograph(tmp_path / "private" / "secret.png", "yellow", 4).parent
    index = indexed(shop, encoders, secret)
    everything = Collection(index, None, ToolConfig(), lambda _config: encoders)
    served = Collection(index, shop, ToolConfig(), lambda _config: encoders)
    try:
        hits = {str(hit): hit["id"] for hit in everything.search(Query(words="sale"), 10)}
        (hidden,) = [hit for text, hit in hits.items() if "'private/secret.png'" in text]
        assert "secret" not in json.dumps(served.search(Query(words="sale"), 10))
        with pytest.raises(NotFoundError):
            served.read(hidden, 1e6)
    finally:
        everything.close()
        served.close()


def test_without_weights_only_words_are_looked_for(index) -> None:
    missing = Missing("search", "weights are not here", "pull them")
    collection = Collection(index, None, ToolConfig(), lambda _config: missing)
    try:
        assert collection.search(Query(words="sale"), 10)
        with pytest.raises(UnavailableError):
            collection.search(Query(text="a red picture"), 10)
    finally:
        collection.close()
