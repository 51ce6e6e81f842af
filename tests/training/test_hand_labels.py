"""The hand labels of first turns: what a line may say, and what their README says of them.

They hold line numbers for questions whose text is not passed on; a text is looked up only to see
that it is there.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tools.words.labels import CLASSES, GROUPS

ROOT = Path(__file__).parents[2]
LABELS = ROOT / "tests" / "data" / "planner"
QUESTIONS = ROOT.parent / "shared" / "data" / "questions"
PLAIN = {"answer_by_fusion", "classify_image", "describe_colors", "match_text", "read_codes"}
"""Tools that a label names without an argument."""

Row = dict[str, Any]


def rows_of(name: str) -> list[Row]:
    """The lines of one file."""
    lines = (LABELS / f"hand_{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


ROWS = {name: rows_of(name) for name in ("seen", "unseen", "zh", "documents")}
EVERY = [row for rows in ROWS.values() for row in rows]


@cache
def known_fields() -> set[str]:
    """The canonical queries that rule 16 of the policy lists."""
    policy = (ROOT / "training" / "planner" / "LABELLING.md").read_text(encoding="utf-8")
    listed = re.search(r"in both languages: (.*?)\. Who issued", " ".join(policy.split()))
    assert listed
    return set(listed[1].split(", "))


def follows_policy(call: dict[str, Any], question: str) -> bool:
    """Whether one call is as the policy writes it."""
    if call["tool"] == "detect_objects":
        labels = call["labels"]
        offered = set(labels) <= {*CLASSES, *GROUPS}
        return set(call) == {"tool", "labels"} and offered and len(set(labels)) == len(labels)
    if call["tool"] == "read_text":
        query = call["query"]
        known = query is None or query in known_fields() or query in question
        return set(call) == {"tool", "query"} and known
    return set(call) == {"tool"} and call["tool"] in PLAIN


def kind_of(row: Row) -> str:
    """A row of the README's table: the tools of the first reading, in their order."""
    calls = [
        call["tool"] + (" (everything)" if call.get("labels") == [] else "")
        for call in row["readings"][0]
    ]
    return ", ".join(dict.fromkeys(calls)) or "none"


def column_of(name: str, row: Row) -> str:
    """A column of the README's table."""
    return name if row["source"] == "written" else f"{name} {row['source']}"


@pytest.mark.parametrize("name", ROWS)
def test_every_line_follows_the_policys_format(name: str) -> None:
    for row in ROWS[name]:
        text = {"vqa": "vqa_line", "daquar": "daquar_line", "written": "question"}[row["source"]]
        assert set(row) - {"pictures"} == {"id", "source", "language", text, "readings"}, row["id"]
        assert row["language"] == ("zh" if name == "zh" else "en"), row["id"]
        assert row["readings"], f"{row['id']}: an empty reading declines, no reading says nothing"
        written = [json.dumps(reading) for reading in row["readings"]]
        assert len(set(written)) == len(written), f"{row['id']}: a reading stands once"
        for reading in row["readings"]:
            assert len(reading) <= 3, row["id"]
            question = row.get("question", "")
            assert all(follows_policy(call, question) for call in reading), row["id"]


def test_nothing_stands_twice_and_the_halves_are_apart() -> None:
    for key in ("id", "vqa_line", "daquar_line", "question"):
        values = [row[key] for row in EVERY if key in row]
        assert len(set(values)) == len(values), key


def test_the_readme_counts_what_is_there() -> None:
    table = re.findall(
        r"^\| ([^|]+) \|((?: \d+ \|){6})$", (LABELS / "README.md").read_text("utf-8"), re.MULTILINE
    )
    columns = ("seen vqa", "seen daquar", "unseen vqa", "unseen daquar", "zh", "documents")
    told = {
        (kind.replace("`", ""), column): int(count)
        for kind, cells in table
        for column, count in zip(columns, re.findall(r"\d+", cells), strict=True)
    }
    counted = Counter(
        (kind, column_of(name, row))
        for name, rows in ROWS.items()
        for row in rows
        for kind in (kind_of(row), "all", *(["two or more readings"] * (len(row["readings"]) > 1)))
    )
    assert {key: count for key, count in told.items() if count} == counted


@pytest.mark.skipif(not QUESTIONS.is_dir(), reason="no questions in ../shared/data")
def test_the_line_numbers_are_lines_with_different_questions() -> None:
    with gzip.open(QUESTIONS / "vqa.jsonl.gz", "rt", encoding="utf-8") as lines:
        vqa = [json.loads(line)["question"] for line in lines]
    daquar = (QUESTIONS / "daquar_train.txt").read_text(encoding="utf-8").splitlines()
    asked = [
        *(vqa[row["vqa_line"] - 1] for row in EVERY if "vqa_line" in row),
        *(daquar[row["daquar_line"] - 1] for row in EVERY if "daquar_line" in row),
    ]
    assert all(text.strip() for text in asked)
    assert len({" ".join(text.lower().split()) for text in asked}) == 600
