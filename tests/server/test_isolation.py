"""What one owner sent, another does not learn of: not by the cache, not by what is written."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from server.access.keys import create
from server.pictures.blobs import Blobs, digest_of
from server.store import Database, Store
from server.sweeping import sweep
from tests.server.conftest import agent_of, data_url, png, serving
from tests.server.test_asking import ONE, asked, services_of
from tools import Finding, Picture, ToolReport, VisionTool, vision_tool


def keys_of(settings, *names: str) -> list[str]:
    store = Store(Database(settings.url_of_database))
    made = [create(store.keys, name)[0] for name in names]
    store.close()
    return made


def cached(body: dict) -> list[bool]:
    return [call["cached"] for call in body["tool_calls"]]


@pytest.mark.parametrize("on_disk", [False, True])
async def test_the_cache_tells_nobody_what_another_one_sent(settings, tmp_path, on_disk) -> None:
    one, two = keys_of(settings, "one", "two")
    more = {"cache_dir": tmp_path / "cache"} if on_disk else {}
    async with serving(settings, agent_of(*ONE * 6, **more), one) as client:

        async def look() -> list[bool]:
            return cached(await asked(client, pictures=[data_url(png())]))

        assert await look() == [False]
        assert await look() == [True]
        client.headers["authorization"] = f"Bearer {two}"
        assert await look() == [False]
        assert await look() == [True]
        assert (await client.delete("/v1/data")).status_code == 200
        assert await look() == [False], "deleting my data deletes what was seen in it"
        client.headers["authorization"] = f"Bearer {one}"
        assert await look() == [True], "and nothing of anybody else's"


@pytest.mark.parametrize("way", ["file", "conversation", "time"])
async def test_with_a_picture_goes_what_was_seen_in_it(settings, tmp_path, way) -> None:
    more = {"cache_dir": tmp_path / "cache"}
    async with serving(settings, agent_of(*ONE * 3, **more)) as client:
        services = services_of(client)
        file = (await client.post("/v1/files", files={"file": ("a.png", png())})).json()["id"]
        body = await asked(client, pictures=[file])
        assert cached(await asked(client, pictures=[file])) == [True]
        if way == "file":
            await client.delete(f"/v1/files/{file}")
        elif way == "conversation":
            await client.delete(f"/v1/conversations/{body['conversation']}")
        else:
            services.store._clock = lambda: 1e12
            await asyncio.to_thread(sweep, services.store, services.intake, services.agent)
            services.store._clock = lambda: 0.0
        assert cached(await asked(client, pictures=[data_url(png())])) == [False]


def test_a_picture_that_another_has_is_written_again(tmp_path: Path) -> None:
    """So that it takes as long as one that nobody has."""
    blobs, digest = Blobs(tmp_path), digest_of(b"abc")
    blobs.put(digest, b"abc")
    (file,) = tmp_path.glob("??/*")
    first = file.stat().st_ino
    blobs.put(digest, b"abc", is_known=True)
    assert file.stat().st_ino == first
    blobs.put(digest, b"abc")
    assert file.stat().st_ino != first
    assert file.read_bytes() == b"abc"


async def test_what_was_deleted_is_nowhere_on_the_disk(settings, tmp_path) -> None:
    """Neither in pages that are free now nor in the databases' logs."""
    one, two = keys_of(settings, "one", "two")
    word = "ZWETSCHGE"
    agent = agent_of(*ONE * 12, cache_dir=tmp_path / "cache", tools=[measure_as(word)])
    async with serving(settings, agent) as client:
        for level in range(12):
            client.headers["authorization"] = f"Bearer {(one, two)[level % 2]}"
            name = f"{level}-{('MIRABELLE', 'REINECLAUDE')[level % 2]}"
            sent = {"file": (name, png(100 + level))}
            file = (await client.post("/v1/files", files=sent)).json()["id"]
            await asked(client, pictures=[file])
        client.headers["authorization"] = f"Bearer {one}"
        assert (await client.delete("/v1/data")).status_code == 200
        kept = everything_in(tmp_path)
        assert b"MIRABELLE" not in kept
        assert b"REINECLAUDE" in kept
        assert word.encode() in kept
        client.headers["authorization"] = f"Bearer {two}"
        assert (await client.delete("/v1/data")).status_code == 200
        assert not [w for w in (b"REINECLAUDE", word.encode()) if w in everything_in(tmp_path)]


def measure_as(word: str) -> VisionTool:
    @vision_tool(version="1")
    def measure_brightness(picture: Picture) -> ToolReport:
        """Measure how bright a picture is, and say the word."""
        finding = Finding(
            picture=picture.ref, label="brightness", text=word, value=47, value_type="number",
            score=1.0,
        )  # fmt: skip
        return ToolReport(summary="measured", findings=(finding,))

    return measure_brightness


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
