"""`vqa-agent batch`: resumable, repairable, and not stopped by one bad row."""

from __future__ import annotations

import asyncio
import fcntl
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.answer import Answer
from agent.cli.batch import MAX_PLANNER_FAILURES, answer_all
from agent.cli.rows import AnswersFile, BadRow, Row, read_rows
from agent.errors import PlannerOutputError, PlannerUnavailableError
from agent.files import dumps
from tools.errors import InputError, PictureError

TOTAL = "What is the total?"


def write(path: Path, *rows: Any) -> str:
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows))
    return str(path)


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def row(number: int | str, question: str = TOTAL) -> dict[str, Any]:
    return {"id": number, "image": "receipt.png", "question": question}


@pytest.fixture
def out(tmp_path: Path, receipt: str) -> Path:
    return tmp_path / "answers.jsonl"


def test_each_row_gets_its_answer(command, tmp_path, out):
    questions = write(tmp_path / "q.jsonl", row(1), row("b"))
    result = command("batch", questions, "--out", str(out))
    assert result.exit_code == 0, result.output
    records = read(out)
    assert [r["id"] for r in records] == [1, "b"]
    assert {r["schema_version"] for r in records} == {1}
    assert records[0]["short_answer"] == "39.10"
    assert "2 answered, 0 abstained, 0 errors" in result.stderr
    assert result.stdout == ""
    assert len(command.agents) == 1
    assert command.agents[0].closed


def test_bad_rows_are_written_down_and_passed_over(command, tmp_path, out):
    command.script |= {
        "Broken?": PictureError("receipt.png is cut off"),
        "Odd?": ZeroDivisionError("oh"),
        "Unplanned?": PlannerOutputError("server error"),
    }
    questions = write(
        tmp_path / "q.jsonl",
        "{not json",
        row(2, "Broken?"),
        row(3, "Odd?"),
        row(4, "Unplanned?"),
        {"id": 5, "image": "nothing.png", "question": TOTAL},
        row(6),
        row(6),
    )
    assert command("batch", questions, "--out", str(out)).exit_code == 0
    records = {str(r["id"]): r for r in read(out)}
    assert records["line 1"]["error"].startswith("not JSON")
    assert records["2"]["error"] == "receipt.png is cut off"
    assert records["3"]["error_kind"] == "internal"
    assert records["4"]["error_kind"] == "planner"
    assert "nothing.png" in records["5"]["error"]
    assert len(read(out)) == 7


def test_a_second_run_continues(command, tmp_path, out):
    questions = write(tmp_path / "q.jsonl", row(1))
    command("batch", questions, "--out", str(out))
    first = out.read_text()
    write(tmp_path / "q.jsonl", row(1), row(2))
    result = command("batch", questions, "--out", str(out))
    assert out.read_text().startswith(first)
    assert [r["id"] for r in read(out)] == [1, 2]
    assert "1 were there already" in result.stderr
    assert len(command.asked) == 2


def test_nothing_left_to_do_makes_no_agent(command, tmp_path, out):
    questions = write(tmp_path / "q.jsonl", row(1))
    command("batch", questions, "--out", str(out))
    assert command("batch", questions, "--out", str(out)).exit_code == 0
    assert len(command.agents) == 1


def test_errors_can_be_asked_again(command, tmp_path, out):
    questions = write(tmp_path / "q.jsonl", row(1), row(2, "Broken?"))
    command.script["Broken?"] = PictureError("cut off")
    command("batch", questions, "--out", str(out))
    command.script["Broken?"] = command.script[TOTAL]
    command("batch", questions, "--out", str(out))
    assert "error" in read(out)[1]
    command("batch", questions, "--out", str(out), "--retry-errors")
    assert [(r["id"], r.get("short_answer")) for r in read(out)] == [(1, "39.10"), (2, "39.10")]


def test_a_planner_that_keeps_failing_ends_the_run(command, tmp_path, out):
    command.script[TOTAL] = PlannerOutputError("cut off")
    questions = write(tmp_path / "q.jsonl", *(row(n) for n in range(50)))
    result = command("batch", questions, "--out", str(out), "--concurrency", "1")
    assert result.exit_code == 1
    assert "cut off" in result.stderr
    assert "--retry-errors" in result.stderr
    assert len(read(out)) == MAX_PLANNER_FAILURES


def test_rows_that_nobody_could_plan_for_are_left_for_the_next_run(command, tmp_path, out):
    command.script["Alone?"] = PlannerUnavailableError("connection refused")
    questions = write(tmp_path / "q.jsonl", row(1), row(2, "Alone?"), row(3))
    result = command("batch", questions, "--out", str(out))
    assert result.exit_code == 1
    assert "connection refused" in result.stderr
    assert "Rows left without an answer: 1" in result.stderr
    assert sorted(r["id"] for r in read(out)) == [1, 3]
    command.script["Alone?"] = command.script[TOTAL]
    assert command("batch", questions, "--out", str(out)).exit_code == 0
    assert sorted(r["id"] for r in read(out)) == [1, 2, 3]


def test_pipes_in_and_out(command, receipt):
    line = json.dumps({"id": 1, "images": [receipt, receipt], "question": TOTAL})
    result = command("batch", "-", stdin=line + "\n")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["id"] == 1
    assert command.asked == [(receipt, receipt, TOTAL)]


@pytest.mark.parametrize(
    ("questions", "out", "says"),
    [
        ("nothing.jsonl", "a.jsonl", "there is no file"),
        ("q.jsonl", "q.jsonl", "the questions file itself"),
        ("q.jsonl", "missing/a.jsonl", "does not exist"),
        ("q.jsonl", "other.txt", "is not an answer of a batch"),
    ],
)
def test_files_that_cannot_be_used(command, tmp_path, questions, out, says):
    write(tmp_path / "q.jsonl", row(1))
    other = tmp_path / "other.txt"
    other.write_text("dear diary\n")
    result = command("batch", str(tmp_path / questions), "--out", str(tmp_path / out))
    assert result.exit_code == 2
    assert says in result.stderr
    assert command.agents == []
    assert other.read_text() == "dear diary\n"


def test_pictures_are_looked_for_beside_the_questions_then_here(tmp_path, receipt, monkeypatch):
    here = tmp_path / "here"
    here.mkdir()
    (here / "other.png").write_bytes(b"x")
    monkeypatch.chdir(here)
    data = b'\xef\xbb\xbf{"id":1,"images":["receipt.png","other.png"],"question":"q?"}\r\n\r\n'
    assert read_rows(data, [tmp_path, Path()]) == [Row(1, (receipt, "other.png"), "q?")]


@pytest.mark.parametrize(
    "line",
    [
        b"[1]",
        b'"text"',
        b"\xff\xfa",
        b'{"id":null,"image":"receipt.png","question":"q"}',
        b'{"id":[1],"image":"receipt.png","question":"q"}',
        b'{"id":1,"image":"receipt.png"}',
        b'{"id":1,"image":"receipt.png","question":7}',
        b'{"id":1,"question":"q"}',
        b'{"id":1,"image":"receipt.png","images":["receipt.png"],"question":"q"}',
        b'{"id":1,"images":[],"question":"q"}',
        b'{"id":1,"images":"receipt.png","question":"q"}',
        b'{"id":1,"image":"zero\\u0000byte","question":"q"}',
        b"[" * 100_000,
    ],
)
def test_broken_lines_become_bad_rows(tmp_path, receipt, line):
    (bad,) = read_rows(line, [tmp_path])
    assert isinstance(bad, BadRow)
    assert bad.problem


@given(data=st.binary(max_size=300))
def test_any_bytes_can_be_read(data):
    for found in read_rows(data, [Path("/nonexistent")]):
        assert isinstance(found, BadRow)


RECORDS = st.lists(
    st.fixed_dictionaries({"id": st.integers() | st.text(), "answer": st.text()}),
    max_size=5,
    unique_by=lambda record: json.dumps(record["id"]),
)


@given(records=RECORDS, data=st.data())
def test_a_file_cut_off_anywhere_is_repaired(tmp_path_factory, records, data):
    whole = b"".join((dumps(r) + "\n").encode() for r in records)
    cut = data.draw(st.integers(0, len(whole)))
    path = tmp_path_factory.mktemp("cut") / "answers.jsonl"
    path.write_bytes(whole[:cut])
    with AnswersFile(path) as answers:
        for record in records:
            if json.dumps(record["id"]) not in answers.done:
                answers.add(record)
    assert [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]] == records


def test_two_batches_do_not_write_to_one_file(tmp_path):
    path = tmp_path / "answers.jsonl"
    with path.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(InputError, match="another batch"):
            AnswersFile(path)


async def test_as_many_at_once_as_asked_for(make):
    class Slow:
        now = most = 0

        async def aask(self, *_words: Any) -> Answer:
            self.now += 1
            self.most = max(self.most, self.now)
            for _ in range(5):
                await asyncio.sleep(0)
            self.now -= 1
            return make.answer()

    agent, records = Slow(), []
    rows = [Row(n, ("a.png",), TOTAL) for n in range(20)]
    await answer_all(agent, rows, 3, records.append)
    assert agent.most == 3
    assert sorted(r["id"] for r in records) == list(range(20))
