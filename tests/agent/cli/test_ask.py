"""`vqa-agent ask`: what it prints and writes, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from agent.answer import Answer
from agent.cli.ask import looks_like_picture, split_words
from agent.errors import PlannerError
from tools.errors import InputError, PictureError

TOTAL = "What is the total?"


def test_the_answer_comes_first_then_the_evidence(command, receipt):
    result = command("ask", receipt, TOTAL)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "The total is 39.10 [e1]."
    row = next(line for line in lines if line.startswith("e1"))
    assert row.split()[:5] == ["e1", "read_text", "total", "=", "39.10"]
    assert "10,20 – 90,40" in row
    assert row.endswith("0.98")
    assert "1.2 s" in lines[-1]
    assert command.agents[0].closed


def test_an_abstention_ends_with_3_and_shows_what_was_seen(command, receipt, make):
    command.script["Is there a cat?"] = make.abstention()
    result = command("ask", receipt, "Is there a cat?")
    assert result.exit_code == 3
    assert result.stdout.startswith("Cannot tell: I looked, and it is not there.")
    assert "What I saw" in result.stdout
    assert "cat: none" in result.stdout
    assert "no answer (not_found)" in result.stdout


def test_json_is_the_documented_schema_and_nothing_else(command, receipt):
    result = command("ask", receipt, TOTAL, "--json")
    data = json.loads(result.stdout)
    assert data["schema_version"] == 1
    assert data["short_answer"] == "39.10"
    assert data["evidence"][0]["picture"] == "img_1"


@pytest.mark.parametrize("words", [["ask"], ["chat"], ["batch"]])
def test_how_an_answer_is_wanted_goes_to_the_agent(command, receipt, tmp_path, words):
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"image": receipt, "question": TOTAL}))
    what = {"ask": [receipt, TOTAL], "chat": [receipt], "batch": [str(rows)]}[words[0]]
    wanted = ["--language", "zh", "--length", "short", "--name", "cup=MugMaster 300"]
    assert command(*words, *what, *wanted, stdin="").exit_code == 0
    assert command(*words, *what, stdin="").exit_code == 0
    assert [options.preferences for options in command.options] == [
        {"language": "zh", "length": "short", "names": {"cup": "MugMaster 300"}}, None,
    ]  # fmt: skip


def test_a_name_without_its_thing_is_bad_input(command, receipt):
    done = command("ask", receipt, TOTAL, "--name", "MugMaster")
    assert done.exit_code == 2
    assert "a thing and its name" in done.stderr


def test_a_chinese_question_gets_chinese_headings(command, receipt, make):
    command.script["总金额是多少?"] = make.answer(language="zh", answer="总金额是 39.10。")
    result = command("ask", receipt, "总金额是多少?")
    assert "证据" in result.stdout
    assert "置信度 0.98" in result.stdout


def test_several_pictures_and_standard_input(command, receipt):
    data = Path(receipt).read_bytes()
    result = command("ask", receipt, "-", TOTAL, stdin=data)
    assert result.exit_code == 0, result.output
    assert command.asked == [(receipt, data, TOTAL)]


def test_the_planner_options_reach_the_agent(command, receipt):
    url = "http://localhost:8000/v1"
    command("ask", receipt, TOTAL, "--planner-url", url, "--planner-model", "Qwen/Qwen3-8B")
    assert (command.options[0].planner_url, command.options[0].planner_model) == (
        url,
        "Qwen/Qwen3-8B",
    )


def test_verbose_says_each_step_on_stderr(command, receipt):
    result = command("ask", receipt, TOTAL, "--verbose")
    assert 'read_text(picture="img_1", query="total")' in result.stderr
    assert "read_text: ok, 812 ms" in result.stderr
    assert "read_text(" not in result.stdout


def test_verbose_says_what_failed(command, receipt, make):
    call = make.answer().tool_calls[0].model_copy(update={"status": "error", "error": "too dark"})
    command.script[TOTAL] = make.answer(tool_calls=[call])
    result = command("ask", receipt, TOTAL, "--verbose")
    assert "read_text: error: too dark, 812 ms" in result.stderr
    assert "read_text failed: too dark" in result.stdout


def test_a_pipe_gets_no_progress_and_no_escape_codes(command, receipt):
    result = command("ask", receipt, TOTAL)
    assert result.stderr == ""
    assert "\x1b" not in result.stdout


def test_what_a_terminal_would_obey_is_taken_out(command, receipt, make):
    evil = make.evidence(tool="read_codes", label="QR Code", text="\x1b]0;owned\x07\x9b31m\u202e")
    command.script[TOTAL] = make.answer(answer="It says \x1b[2J hello.", evidence=[evil])
    result = command("ask", receipt, TOTAL)
    assert not set("\x1b\x07\x9b\u202e") & set(result.stdout)
    as_json = command("ask", receipt, TOTAL, "--json").stdout
    assert not set("\x1b\x07\x9b") & set(as_json)
    assert json.loads(as_json)["evidence"][0]["text"] == "\x1b]0;owned\x07\x9b31m\u202e"


def test_brackets_in_text_from_a_picture_are_no_markup(command, receipt, make):
    command.script[TOTAL] = make.answer(answer="It says [red]SALE[/red] :smile: [e1].")
    assert "[red]SALE[/red] :smile: [e1]." in command("ask", receipt, TOTAL).stdout


def test_trace_and_annotate_are_written(command, receipt, tmp_path):
    trace, picture = tmp_path / "run.json", tmp_path / "out.png"
    result = command("ask", receipt, TOTAL, "--trace", str(trace), "--annotate", str(picture))
    assert result.exit_code == 0, result.output
    assert json.loads(trace.read_text())["trace"] == {"messages": []}
    with Image.open(picture) as image:
        assert image.size == (200, 100)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.png", "receipt.png", "run.json"]


def test_an_existing_trace_survives_a_failed_run(command, receipt, tmp_path):
    trace = tmp_path / "run.json"
    trace.write_text("old")
    command.script[TOTAL] = PlannerError("the planner does not answer")
    assert command("ask", receipt, TOTAL, "--trace", str(trace)).exit_code == 1
    assert trace.read_text() == "old"


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (PictureError("receipt.png is cut off"), 2, "receipt.png is cut off"),
        (PlannerError("the planner does not answer"), 1, "the planner does not answer"),
        (ZeroDivisionError("oh"), 1, "ZeroDivisionError: oh"),
        (KeyboardInterrupt(), 130, "stopped"),
    ],
)
def test_errors_are_one_message_and_a_code(command, receipt, error, code, says):
    command.script = _Raising(error)
    result = command("ask", receipt, TOTAL)
    assert result.exit_code == code
    assert says in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""
    assert command.agents[0].closed


class _Raising(dict[str, Answer]):
    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self._error = error

    def __missing__(self, question: str) -> Answer:
        raise self._error


def test_debug_shows_the_trace(command, receipt):
    command.script = _Raising(ZeroDivisionError("oh"))
    result = command("ask", receipt, TOTAL, "--debug")
    assert isinstance(result.exception, ZeroDivisionError)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["{receipt}"], "the question is missing"),
        (["What is the total?"], "the picture is missing"),
        (["What is the total?", "{receipt}"], "the question comes last"),
        (["{receipt}", "{receipt}"], "the question is missing"),
        (["{receipt}", "What", "is", "it?"], 'put the question in quotes: vqa-agent ask {receipt} "What is it?"'),
        (["{receipt}", "  "], "the question is empty"),
        (["https://example.com/a.png", "What is it?"], "is a URL"),
        (["-", "-", "What is it?"], "can be used once"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_words_is_said(command, receipt, tmp_path, words, says):
    names = {"receipt": receipt, "folder": str(tmp_path)}
    result = command("ask", *(word.format(**names) for word in words), stdin=b"")
    assert result.exit_code == 2
    assert says.format(**names) in result.stderr
    assert command.agents == []


def test_a_picture_that_is_none_is_named(command, receipt, tmp_path):
    text = tmp_path / "notes.png"
    text.write_text("dear diary")
    for name in (str(text), str(tmp_path / "recipt.png")):
        result = command("ask", receipt, name, TOTAL)
        assert result.exit_code == 2
        assert name in result.stderr
        assert "Traceback" not in result.output
    assert "did you mean" in result.stderr


@pytest.mark.parametrize(
    ("option", "path", "says"),
    [
        ("--trace", "{folder}/missing/run.json", "does not exist"),
        ("--trace", "{folder}", "is a folder"),
        ("--annotate", "{folder}/out", "must end in"),
        ("--annotate", "{folder}/out.txt", "must end in"),
    ],
)
def test_outputs_are_looked_at_before_the_work(command, receipt, tmp_path, option, path, says):
    result = command("ask", receipt, TOTAL, option, path.format(folder=tmp_path))
    assert result.exit_code == 2
    assert says in result.stderr
    assert command.agents == []


def test_empty_standard_input_is_said(command):
    result = command("ask", "-", TOTAL, stdin=b"")
    assert result.exit_code == 2
    assert "standard input is empty" in result.stderr


def test_a_question_may_look_a_bit_like_a_file():
    assert not looks_like_picture("What does it say in a.png?")
    assert not looks_like_picture("x" * 5000)
    assert not looks_like_picture("zero\0byte")
    with pytest.raises(InputError, match="the question is missing"):
        split_words(["a.png", "b.png"])


def test_what_was_streamed_is_not_printed_twice(command, receipt):
    result = command("ask", receipt, TOTAL, "--stream")
    assert result.stdout.startswith("The total is 39.10 [e1].\n\nEvidence")
    assert result.stdout.count("The total is 39.10") == 1
    assert "read_text(" in result.stderr
    assert "TOTAL EUR" in result.stdout
