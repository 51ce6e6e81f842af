"""The wheel, built and installed on its own, is the whole programme: page, weights, words."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_it_holds_every_file_of_its_packages(wheel: Path) -> None:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    listed = subprocess.run(
        ["git", "ls-files", "-z", *packages], cwd=ROOT, check=True, capture_output=True, text=True
    )
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in listed.stdout.split("\0") if name} <= held
    assert "server/page/index.html" in held


def test_it_serves_page_and_answers_where_nothing_else_of_the_project_is(
    wheel: Path, tmp_path: Path
) -> None:
    """Its dependencies are this environment's; the project itself is only the wheel's."""
    bare = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
    pip = [sys.executable, "-m", "pip", "--python", bare / "bin" / "python", "install"]
    subprocess.run([*pip, "--quiet", "--no-deps", "--no-index", wheel], check=True)
    environment = os.environ | {
        "PYTHONPATH": sysconfig.get_path("purelib"),  # without its .pth files: no checkout
        "VQA_SERVER_DATA_DIR": str(tmp_path / "data"),
    }
    where = [bare / "bin" / "python", "-c", "import agent; print(agent.__file__)"]
    found = subprocess.check_output(where, env=environment, cwd=tmp_path, text=True)
    assert found.startswith(str(bare))
    process = subprocess.Popen(
        [bare / "bin" / "vqa-agent", "serve", "--port", "0"],
        env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[0]
        page = httpx.get(url, timeout=60).text
        parts = re.findall(r'(?:src|href)="([\w./-]+\.(?:js|css|svg))"', page)
        assert len(parts) > 3
        assert all(httpx.get(f"{url}/{part}").status_code == 200 for part in parts)
        files = {"pictures": (ROOT / "examples" / "receipt.png").read_bytes()}
        asked = {"question": "What is the total?"}
        reply = httpx.post(f"{url}/v1/ask", data=asked, files=files, timeout=300)
        assert reply.json()["answer"] == "The total is EUR 39.10."
    finally:
        process.terminate()
        process.communicate(timeout=60)
