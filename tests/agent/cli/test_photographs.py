"""The README's questions about photographs, with everything built in: nothing is scripted here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from evaluation.products import read_products

ROOT = Path(__file__).parents[3]
GROCERY = ROOT.parent / "shared" / "data" / "grocery"


def ask(folder: Path, *words: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "agent.cli", "ask", *words, "--json"],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode in (0, 3), done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def bus(tmp_path: Path) -> Path:
    """A street with a bus and four people, one of them cut off; it comes with ultralytics."""
    found = find_spec("ultralytics")
    assert found is not None
    assert found.submodule_search_locations
    shutil.copy(Path(found.submodule_search_locations[0]) / "assets" / "bus.jpg", tmp_path)
    return tmp_path


def test_people_are_counted(bus):
    answer = ask(bus, "bus.jpg", "How many people are there?")
    assert [call["name"] for call in answer["tool_calls"]] == ["detect_objects"]
    assert 3 <= int(answer["short_answer"]) <= 5
    people = [e for e in answer["evidence"] if e["label"] == "person" and e["status"] == "found"]
    assert len(people) == int(answer["short_answer"])


def test_a_street_is_no_product(bus):
    answer = ask(bus, "bus.jpg", "What product is this?")
    assert [call["name"] for call in answer["tool_calls"]] == ["classify_image"]
    assert (answer["abstained"], answer["reason"]) == (True, "not_found")
    assert {e["label"] for e in answer["evidence"] if e["status"] == "found"} <= {
        "vehicle", "bus", "minibus", "trolleybus", "school bus", "tram",
    }  # fmt: skip


def test_a_product_is_named(tmp_path):
    if not GROCERY.is_dir():
        pytest.skip(f"the photographs of products are not in {GROCERY}")
    kept = read_products(GROCERY, "val")
    banana = next(p for p in kept.products if kept.fine[p.fine] == "Banana")
    shutil.copy(banana.file, tmp_path / "shelf.jpg")
    answer = ask(tmp_path, "shelf.jpg", "What product is this?")
    assert answer["short_answer"] == "Banana"
    assert answer["claims"][0]["status"] == "supported"
