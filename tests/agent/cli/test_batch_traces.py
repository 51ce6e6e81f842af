"""`vqa-agent batch --traces`: a file for each row, also for one that fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage
from typer.testing import CliRunner, Result

from agent.cli import app
from agent.traces.files import trace_name
from tests.fakes.written_runs import GOOD, NOT_THERE, QUESTION, Runs, call, export, rows


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def questions(folder: Path, picture: Path, *ids: Any) -> Path:
    lines = [{"id": i, "image": str(picture), "question": QUESTION} for i in ids]
    path = folder / "q.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def batch(runs: Runs, tmp_path: Path) -> Any:
    def run(*ids: Any, script: list[AIMessage], out: str = "a.jsonl") -> Result:
        asked = questions(tmp_path, runs.picture, *ids)
        words = ["batch", str(asked), "--out", str(tmp_path / out), "--concurrency", "1"]
        words += ["--traces", str(tmp_path / "new" / "traces")]
        return CliRunner().invoke(app, words, obj=lambda _options: runs.make(*script))

    return run


def test_batch_writes_a_trace_for_each_row_that_is_answered(
    runs: Runs, batch: Any, tmp_path: Path
) -> None:
    done = batch(1, "a/../b", script=[call(), GOOD, call(), GOOD])
    assert done.exit_code == 0, done.output
    folder = tmp_path / "new" / "traces"
    assert {path.name for path in folder.iterdir()} == {"1.json", trace_name("a/../b")}
    single = json.loads(runs.ask("one", call(), GOOD).read_text())
    written = json.loads((folder / "1.json").read_text())
    assert list(written) == ["id", *single]
    assert written["id"] == 1
    assert written["trace"] == single["trace"]
    assert len(rows(export(folder).stdout)) == 1


def test_a_later_batch_writes_the_trace_again_and_an_error_has_one(
    batch: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "traces"
    assert batch(1, script=[call(), GOOD]).exit_code == 0
    assert batch(1, script=[NOT_THERE], out="b.jsonl").exit_code == 0
    assert json.loads((folder / "1.json").read_text())["abstained"]
    assert batch(2, script=[], out="c.jsonl").exit_code == 1  # the script is over: an error
    assert {path.name for path in folder.iterdir()} == {"1.json", "2.json"}
    failed = json.loads((folder / "2.json").read_text())
    assert failed["id"] == 2
    assert "the script is over" in failed["error"]
    assert QUESTION in failed["trace"]["messages"][0]["content"]
    assert "ended in an error" in export(folder / "2.json").stderr


def test_a_folder_that_cannot_be_made_ends_the_batch_before_it_begins(
    runs: Runs, batch: Any, tmp_path: Path
) -> None:
    (tmp_path / "new").write_text("a file")
    done = batch(1, script=[])
    assert done.exit_code == 2
    assert "cannot make the folder" in done.stderr
    assert runs.planners == []


@pytest.mark.parametrize(
    ("row_id", "name"), [(7, "7.json"), ("both", "both.json"), ("line-2_b", "line-2_b.json")]
)
def test_plain_ids_name_their_files(row_id: str | int, name: str) -> None:
    assert trace_name(row_id) == name


@pytest.mark.parametrize("pair", [(1, "1"), ("a", "A"), ("a b", "a-b"), ("", "row")])
def test_ids_that_look_alike_have_files_of_their_own(pair: tuple[str | int, str | int]) -> None:
    first, second = (trace_name(row_id) for row_id in pair)
    assert first.lower() != second.lower()


@given(ids=st.lists(st.integers() | st.text(), unique_by=json.dumps))
def test_file_names_are_safe_and_different(ids: list[str | int]) -> None:
    names = [trace_name(row_id) for row_id in ids]
    assert len({name.lower() for name in names}) == len(ids)
    for name in names:
        assert name == Path(name).name
        assert name.isascii()
        assert len(name) < 80
        assert not name.startswith(".")
