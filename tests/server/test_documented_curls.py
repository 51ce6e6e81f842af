"""Every `curl` of the documentation, as it stands there, asked of a service."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from server.settings import ServerSettings
from tests.server.conftest import agent_of, bright, brightness, data_url, live, png

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "AGENTS.md", *sorted((ROOT / "docs").glob("*.md"))]


def curls() -> list[tuple[str, str]]:
    """(page, command) of each, with the lines that it goes on over."""
    return [
        (page.name, command)
        for page in PAGES
        for block in re.findall(r"^```sh\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)
        for command in re.findall(r"^curl (?:.*\\\n)*.*", block, re.M)
    ]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize(("page", "command"), curls())
def test_it_is_answered(page: str, command: str, settings: ServerSettings) -> None:
    script = [brightness(), bright(), brightness(), bright()]
    with live(settings, agent_of(*script)) as url:
        first = {"question": "How bright is it?", "pictures": [data_url(png())]}
        known = httpx.post(f"{url}/v1/ask", json=first, timeout=60).json()["conversation"]
        typed = command.replace("http://127.0.0.1:8000", url).replace("conv_…", known)
        done = subprocess.run(
            ["bash", "-euc", typed], cwd=ROOT, capture_output=True, text=True, check=True
        )
    reply = json.loads(done.stdout)
    assert re.fullmatch(r"It is \d+ percent bright\.", reply["answer"]), page


def test_there_are_some() -> None:
    assert {"README.md", "AGENTS.md", "service.md"} <= {page for page, _ in curls()}
