"""The benchmarks that look: what counts as right, and that both runtimes agree."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.seeing import Kind, Question, Row, outcome_of, table


class Said:
    """An answer."""

    def __init__(self, short: str, *, text: str = "", abstained: bool = False) -> None:
        self.short_answer, self.answer, self.abstained = short, text or short, abstained


@pytest.mark.parametrize(
    ("kind", "truth", "said", "outcome"),
    [
        ("count", ("3",), Said("3"), "right"),
        ("count", ("3",), Said("4"), "right"),
        ("count", ("3",), Said("5"), "wrong"),
        ("count", ("3",), Said("many"), "wrong"),
        ("present", ("yes",), Said("Yes"), "right"),
        ("present", ("yes",), Said("no"), "wrong"),
        ("absent", ("no",), Said("no"), "right"),
        ("absent", ("no",), Said("", abstained=True), "abstained"),
        ("animal", ("dog",), Said("dog"), "right"),
        ("animal", ("dog",), Said("Labrador retriever"), "right"),
        ("animal", ("dog",), Said("animal"), "wrong"),
        ("animal", ("dog",), Said("tabby cat"), "wrong"),
        ("product", ("Gala", "Apple"), Said("Gala"), "right"),
        ("product", ("Gala", "Apple"), Said("Apple"), "right"),
        ("product", ("Gala", "Apple"), Said("Fuji"), "wrong"),
        ("product", ("Gala", "Apple"), Said("x", text="no product that I know"), "abstained"),
    ],
)
def test_what_counts_as_right(kind: Kind, truth: tuple[str, ...], said: Said, outcome: str) -> None:
    question = Question(kind, Path("a.jpg"), "?", truth)
    assert outcome_of(question, said) == outcome  # type: ignore[arg-type]


def test_the_table_has_shares_and_confident_mistakes() -> None:
    rows = [
        Row("count", "a.jpg", "?", "3", "right", 0.9),
        Row("count", "b.jpg", "?", "3", "wrong", 0.6),
        Row("count", "c.jpg", "?", "", "abstained", 0.0),
        Row("count", "d.jpg", "?", "3", "wrong", 0.3),
    ]
    lines = table(rows).splitlines()
    assert lines[1].split() == ["count", "4", "25.0", "25.0", "50.0"]
    assert lines[-1] == "confidence of 0.5 and more: 1 of 2 wrong"


@pytest.mark.slow
def test_both_runtimes_say_the_same(tmp_path: Path) -> None:
    # A process of its own, as for a person: trainings fork, which what OpenVINO leaves in a process
    # does not survive everywhere.
    command = [sys.executable, "-m", "benchmarks.inference", "--rounds", "2", "--json"]
    subprocess.run([*command, str(tmp_path / "out.json")], check=True, capture_output=True)
    rows = json.loads((tmp_path / "out.json").read_text())["rows"]
    assert [row["what"] for row in rows] == [
        "detector", "products", "ImageNet's kinds", "OCR, a receipt",
    ]  # fmt: skip
    assert all(row["torch_ms"] > 0 and row["openvino_ms"] > 0 for row in rows)
    assert rows[-1]["difference"] == "same text"
    assert all("and" not in row["difference"] for row in rows[:3]), "other numbers of boxes"
