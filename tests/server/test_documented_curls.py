"""Every `curl` of the documentation, as it stands there, asked of a service."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from server.settings import ServerSettings
from tests.fakes.albums import photograph
from tests.server.conftest import agent_of, bright, brightness, data_url, live, png
from tests.server.test_search import indexed
from tools.retrieval.encoders import Encoders, open_encoders
from tools.toolset import ToolConfig

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "AGENTS.md", *sorted((ROOT / "docs").glob("*.md"))]


def says_how_bright(reply: dict[str, Any]) -> bool:
    return re.fullmatch(r"It is \d+ percent bright\.", reply["answer"]) is not None


SAYS = {
    "/v1/ask": says_how_bright,
    "/v1/batch": lambda line: line["id"] == 1 and says_how_bright(line),
    "/v1/search": lambda found: [hit["picture"] for hit in found["results"]] == ["cup.png"],
    "/v1/preferences": lambda kept: kept["names"] == {"cup": "MugMaster 300"},
}
"""What the reply of each route has to be like."""


def curls() -> list[tuple[str, str]]:
    """(page, command) of each, with the lines that it goes on over."""
    return [
        (page.name, command)
        for page in PAGES
        for block in re.findall(r"^```sh\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)
        for command in re.findall(r"^curl (?:.*\\\n)*.*", block, re.M)
    ]


@pytest.fixture
def settings(tmp_path: Path) -> ServerSettings:
    """With an index of one picture."""
    photograph(tmp_path / "shop" / "cup.png", "red")
    encoders = open_encoders(ToolConfig())
    assert isinstance(encoders, Encoders)
    index = indexed(tmp_path / "shop", encoders)
    return ServerSettings(
        data_dir=tmp_path / "data", warm_up=False, index=index, index_folder=tmp_path / "shop"
    )


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize(("page", "command"), curls())
def test_it_is_answered(page: str, command: str, settings: ServerSettings) -> None:
    script = [brightness(), bright(), brightness(), bright()]
    with live(settings, agent_of(*script)) as url, httpx.Client(base_url=url, timeout=60) as client:
        first = {"question": "How bright is it?", "pictures": [data_url(png())]}
        known = {
            "http://127.0.0.1:8000": url,
            "conv_…": client.post("/v1/ask", json=first).json()["conversation"],
            "file_…": client.post("/v1/files", files={"file": png()}).json()["id"],
            "hit_…": client.post("/v1/search", json={"query": "red"}).json()["results"][0]["id"],
        }
        for written, there in known.items():
            command = command.replace(written, there)
        done = subprocess.run(
            ["bash", "-euc", command], cwd=ROOT, capture_output=True, text=True, check=True
        )
    reply = json.loads(done.stdout)
    assert SAYS[urlsplit(re.search(r"http://\S+", command).group()).path](reply), page


def test_there_are_some() -> None:
    assert {"README.md", "AGENTS.md", "service.md"} <= {page for page, _ in curls()}
