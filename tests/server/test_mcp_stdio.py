"""`vqa-agent mcp`: a real client starts it; paths lead nowhere but below the roots."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from typer.testing import CliRunner

from agent.cli import app
from server.errors import BadRequestError
from server.mcp.roots import ListFolderArguments, Roots, _opened
from tests.server.conftest import agent_of, png
from tests.server.test_asking import QUESTION
from tests.server.test_mcp import ERAS, image, text_of

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def started(folder: Path, *words: str, era: str = "auto") -> AsyncIterator[Client]:
    """A client of a process whose working directory is the folder."""
    kept = folder.parent / "tmp"
    kept.mkdir()
    env = {"PYTHONPATH": str(ROOT), "TMPDIR": str(kept), "XDG_DATA_HOME": str(kept / "data")}
    given = ["-m", "tests.server.mcp_eyes", *words]
    server = StdioServerParameters(command=sys.executable, args=given, env=env, cwd=folder)
    with (folder.parent / "log").open("w") as log:
        async with Client(stdio_client(server, errlog=log), mode=era) as client:
            yield client
    left = [path.name for path in kept.glob("vqa-agent-mcp-*")]
    assert left == [], (folder.parent / "log").read_text()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A root with pictures, and around it what is nobody's business."""
    root = tmp_path / "shop"
    (root / "till").mkdir(parents=True)
    (root / "a.png").write_bytes(png())
    (root / "till" / "b.png").write_bytes(png(240))
    (root / ".hidden.png").write_bytes(png())
    (root / "notes.txt").write_text("not a picture")
    (tmp_path / "secret.png").write_bytes(png(10))
    (tmp_path / "shop-2").mkdir()
    (tmp_path / "shop-2" / "c.png").write_bytes(png())
    (root / "out.png").symlink_to(tmp_path / "secret.png")
    (root / "up").symlink_to(tmp_path)
    (root / "in.png").symlink_to(root / "till" / "b.png")
    (root / "zero.png").symlink_to("/dev/zero")
    os.mkfifo(root / "pipe.png")
    return root


@ERAS
async def test_a_client_starts_it_and_asks_about_a_path(shop: Path, era: str) -> None:
    async with started(shop, era=era) as client:
        files = (await client.call_tool("list_files", {})).structured_content
        assert [f["picture"] for f in files["files"]] == ["a.png"]
        assert files["folders"] == ["till"]
        answer = await client.call_tool("ask", {"question": QUESTION, "pictures": ["a.png"]})
        session = answer.structured_content["session"]
        assert answer.structured_content["short_answer"] == "47"
        more = {"picture": str(shop / "till" / "b.png"), "session": session}
        opened = (await client.call_tool("open_picture", more)).structured_content
        assert [p["id"] for p in opened["pictures"]] == ["img_1", "img_2"]
        dogs = {"session": session, "picture": "img_2", "thing": "dog"}
        look = (await client.call_tool("find_things", dogs)).structured_content
        assert [e["id"] for e in look["evidence"]] == ["e2", "e3"]
        assert (await image(client, look["annotated"][0])).size == (80, 60)
        for name in ("../secret.png", "out.png", "notes.txt", "pipe.png"):
            failed = await client.call_tool("open_picture", {"picture": name})
            assert failed.is_error is True
            assert text_of(failed).startswith("error: ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_it_is_told_to_and_leaves_nothing(tmp_path: Path, number: int) -> None:
    hello = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {},
                   "clientInfo": {"name": "test", "version": "1"}},
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.server.mcp_eyes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(hello).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["result"]["serverInfo"]["name"] == "vqa-agent"
        assert list(tmp_path.glob("vqa-agent-mcp-*"))
        process.send_signal(number)
        assert process.wait(120) == 0
    assert list(tmp_path.glob("vqa-agent-mcp-*")) == []


async def test_roots_are_what_the_person_says(shop: Path) -> None:
    others = shop.parent / "shop-2"
    async with started(shop, "--root", str(shop / "till"), "--root", str(others)) as client:
        for name, is_error in (
            ("b.png", False),
            (str(others / "c.png"), False),
            ("../a.png", True),
            (str(shop / "a.png"), True),
            ("c.png", True),
        ):
            opened = await client.call_tool("open_picture", {"picture": name})
            assert opened.is_error is is_error, name


def roots(*folders: Path) -> Roots:
    return Roots(cast("Any", None), folders)


@pytest.mark.parametrize(
    "name",
    [
        "../secret.png", "till/../../secret.png", "./../shop-2/c.png", "out.png", "up/secret.png",
        "up/shop-2/c.png", "/etc/passwd", "/dev/zero", "/proc/self/environ", "zero.png", "pipe.png",
        "till", ".", "", "none.png", "a.png/x", "a.png\0", "~/x.png", "file:///etc/passwd",
        "x" * 5000,
    ],
)  # fmt: skip
def test_nothing_else_is_opened(shop: Path, name: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        roots(shop).read(name)
    assert "secret" not in str(caught.value).replace(repr(name), "")


def test_a_link_below_the_root_is_followed_a_changed_folder_is_not(shop: Path) -> None:
    assert roots(shop).read("in.png") == roots(shop).read("till/../till/b.png") == png(240)
    with pytest.raises(OSError):  # as if `up` had become a link after it was looked at
        _opened(shop, Path("up/secret.png"))
    with pytest.raises(OSError):
        _opened(shop, Path("out.png"))


@given(st.lists(st.sampled_from(["..", ".", "up", "till", "out.png", "secret.png", "shop"])))
def test_no_path_leads_out(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    root = tmp_path_factory.getbasetemp() / "rooted" / "shop"
    if not root.exists():
        (root / "till").mkdir(parents=True)
        (root.parent / "secret.png").write_bytes(b"secret")
        (root / "out.png").symlink_to("../secret.png")
        (root / "up").symlink_to("..")
    with pytest.raises(BadRequestError):
        roots(root).read("/".join(parts))


def test_long_folders_are_listed_in_parts(tmp_path: Path) -> None:
    for number in range(130):
        (tmp_path / f"{number:03}.png").touch()
    there = roots(tmp_path)
    first = there.listed(cast("Any", None), ListFolderArguments())
    rest = there.listed(cast("Any", None), ListFolderArguments(after=first.more))
    assert [len(first.files), len(rest.files), rest.more] == [100, 30, None]


def test_a_root_that_is_no_folder_is_told(tmp_path: Path) -> None:
    words = ["mcp", "--root", str(tmp_path / "none")]
    done = CliRunner().invoke(app, words, obj=lambda _options: agent_of())
    assert done.exit_code == 2
    assert "--root" in done.stderr
