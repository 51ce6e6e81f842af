"""`vqa-agent traces export`: what is learnt from, and what never leaves."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from PIL import Image
from pydantic import SecretStr
from typer.testing import CliRunner

from agent import Settings, VisualAgent
from agent.cli import app
from agent.planners.builtin.chat_model import packaged_weights
from tests.fakes.openai_server import ScriptedServer, calls
from tests.fakes.openai_server import draft as server_draft
from tests.fakes.written_runs import (
    FOLDER,
    GOOD,
    KEY,
    NOT_THERE,
    QUESTION,
    Runs,
    call,
    draft,
    export,
    find_dogs,
    measure_brightness,
    rows,
)
from tools.toolset import ToolConfig


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def one(runs: Runs, *options: str) -> dict[str, Any]:
    done = export(runs.folder, *options)
    assert done.exit_code == 0, done.stderr
    (row,) = rows(done.stdout)
    return row


def roles(row: dict[str, Any]) -> list[str]:
    return [message["role"] for message in row["messages"]]


def test_an_answer_becomes_a_conversation_as_the_planner_had_it(runs: Runs) -> None:
    runs.ask("one", call(), GOOD)
    row = one(runs)
    assert row.keys() == {"messages", "tools"}
    assert roles(row) == ["system", "user", "assistant", "tool", "assistant"]
    (planner,) = runs.planners
    system, question = planner.seen[0]
    assert [m["content"] for m in row["messages"][:2]] == [system.text, question.text]
    looking, result = row["messages"][2:4]
    assert looking == {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call00001",
                "type": "function",
                "function": {"name": "measure_brightness", "arguments": '{"picture": "img_1"}'},
            }
        ],
    }
    assert result == {
        "role": "tool",
        "tool_call_id": "call00001",
        "content": planner.seen[1][-1].text,
    }
    assert row["messages"][-1] == {"role": "assistant", "content": GOOD.text}


def test_it_begins_as_what_a_server_was_sent(runs: Runs) -> None:
    look = calls(("measure_brightness", {"picture": "img_1"}))
    say = server_draft("It is {e1.value} percent bright [e1].", "{e1.value}")
    with ScriptedServer(look, say) as server:
        settings = Settings(
            tools=ToolConfig(offer=[]), planner_url=server.url, planner_api_key=SecretStr(KEY)
        )
        words = ["ask", str(runs.picture), QUESTION, "--trace", str(runs.folder / "one.json")]
        tools = [measure_brightness, find_dogs]
        done = CliRunner().invoke(
            app, words, obj=lambda _options: VisualAgent(settings, None, tools)
        )
    assert done.exit_code == 0, done.output
    row, sent = one(runs), server.requests[1]
    assert json.dumps(row["tools"]) == json.dumps(sent["tools"])  # the order of keys, too
    assert row["messages"][:-1] == sent["messages"]
    assert server.url not in json.dumps(row)
    assert KEY not in json.dumps(row)


def test_trl_takes_the_arguments_as_an_object(runs: Runs) -> None:
    runs.ask("one", call("find_dogs", how="看"), draft("{count e1} dog [e1].", "{count e1}"))
    text, thing = one(runs), one(runs, "--format", "trl")
    arguments = text["messages"][2]["tool_calls"][0]["function"].pop("arguments")
    given = thing["messages"][2]["tool_calls"][0]["function"].pop("arguments")
    assert arguments == '{"picture": "img_1", "how": "看"}'
    assert given == {"picture": "img_1", "how": "看"}
    assert text == thing


@pytest.mark.parametrize("refused", [draft("It is 5 percent bright [e1].", "5"), AIMessage("5!")])
def test_a_repaired_answer_is_taught_as_if_it_had_come_first(
    runs: Runs, refused: AIMessage
) -> None:
    runs.ask("repaired", call(), refused, GOOD)
    repaired = export(runs.folder).stdout
    runs.ask("repaired", call(), GOOD)
    assert export(runs.folder).stdout == repaired
    assert "Check failed" not in repaired


def test_calls_that_a_repair_led_to_stay(runs: Runs) -> None:
    runs.ask("looked again", draft("It is bright."), call(), GOOD)
    assert roles(one(runs)) == ["system", "user", "assistant", "tool", "assistant"]


def test_a_failed_call_is_taught_where_an_answer_followed(runs: Runs) -> None:
    runs.ask("one", call("find_dogs", how="blind"), call(number=2), GOOD)
    row = one(runs)
    assert row["messages"][3]["content"].startswith("error: too dark for dogs")
    assert row["messages"][-1]["content"] == GOOD.text


LEFT_OUT = [
    ("refused", [call(), draft("It is 5 [e1]."), draft("It is 5 [e1].")], "evidence check refused"),
    ("failed", [call("find_dogs", how="blind"), draft("", "", "could_not_look")], "a call failed"),
    ("path", [call("find_dogs", how="broken"), call(number=2), GOOD], "names a file"),
    ("not looked", [NOT_THERE], "where code abstained"),
    (
        "unsure",
        [call("find_dogs", how="dimly"), draft("{e1.value} [e1].", "{e1.value}")],
        "where code abstained",
    ),
]


@pytest.mark.parametrize(("name", "script", "why"), LEFT_OUT)
def test_what_is_not_to_be_learnt_is_counted_by_reason(
    runs: Runs, name: str, script: list[AIMessage], why: str
) -> None:
    runs.ask(name, *script)
    done = export(runs.folder)
    assert (done.exit_code, done.stdout) == (1, "")
    assert why in done.stderr
    assert "1 left out: " in done.stderr
    assert "nothing to export" in done.stderr
    runs.ask("good", call(), GOOD)
    assert len(rows(export(runs.folder).stdout)) == 1


@pytest.mark.parametrize("reason", ["not_found", "could_not_look", "unsure"])
def test_honest_abstentions_are_taught_unless_they_are_left_out(runs: Runs, reason: str) -> None:
    runs.ask("abstained", call(), draft("", "", reason))
    runs.ask("good", call(), GOOD)
    done = export(runs.folder)
    assert [json.loads(r["messages"][-1]["content"])["abstain"] for r in rows(done.stdout)] == [
        reason,
        "no",
    ]
    assert "1 of these, abstentions" in done.stderr
    without = export(runs.folder, "--exclude-abstentions")
    assert without.exit_code == 0
    assert len(rows(without.stdout)) == 1
    assert "left out: abstentions" in without.stderr


def test_the_same_conversation_is_exported_once(runs: Runs) -> None:
    runs.ask("one", call(number=1), GOOD)
    runs.ask("two", call(number=2), GOOD)
    runs.ask("other", call(number=3), GOOD, question="How dark is it?")
    done = export(runs.folder, runs.folder / "one.json")
    assert len(rows(done.stdout)) == 2
    assert "3 read" in done.stderr
    assert "1 left out: the same conversation" in done.stderr


def test_traces_from_before_are_counted_not_guessed_at(runs: Runs) -> None:
    path = runs.ask("old", call(), GOOD)
    record = json.loads(path.read_text())
    del record["trace"]["system"], record["trace"]["tools"]
    path.write_text(json.dumps(record))
    done = export(path)
    assert done.exit_code == 1
    assert "ask again" in " ".join(done.stderr.split())


def test_a_follow_up_of_a_session_does_not_stand_alone(runs: Runs) -> None:
    with runs.make(call(), GOOD, draft("Still {e1.value} [e1].", "{e1.value}")) as agent:
        session = agent.session(runs.picture)
        for number, question in enumerate((QUESTION, "Still?")):
            answer = session.ask(question)
            assert not answer.abstained
            written = json.dumps({**answer.to_json(), "trace": answer.trace})
            (runs.folder / f"{number}.json").write_text(written)
    done = export(runs.folder)
    assert len(rows(done.stdout)) == 1
    assert "1 left out: a later question of a session" in done.stderr


def test_no_pixels_paths_or_keys_leave(runs: Runs) -> None:
    runs.ask("one", call(), GOOD)
    runs.ask("path", call("find_dogs", how="broken"), call(number=2), GOOD)
    text = export(runs.folder).stdout
    assert len(rows(text)) == 1
    encoded = io.BytesIO()
    Image.open(runs.picture).convert("RGB").save(encoded, "PNG")
    for data in (runs.picture.read_bytes(), encoded.getvalue()):
        assert base64.b64encode(data).decode()[40:80] not in text
    for secret in (KEY, FOLDER, runs.picture.stem, str(runs.folder), "sha256", "http"):
        assert secret not in text


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[]", b"null", b'{"answer": "5"}', b"[" * 100_000],
)
def test_a_bad_file_is_named_and_the_rest_goes_on(runs: Runs, content: bytes) -> None:
    runs.ask("good", call(), GOOD)
    (runs.folder / "bad.json").write_bytes(content)
    done = export(runs.folder)
    assert done.exit_code == 1
    assert "bad.json: " in done.stderr
    assert "Traceback" not in done.stderr
    assert len(rows(done.stdout)) == 1


def test_a_file_is_written_whole_or_not_at_all(runs: Runs, tmp_path: Path) -> None:
    out = tmp_path / "train.jsonl"
    out.write_text("the old one\n")
    refused = runs.ask("one", NOT_THERE)
    assert export(refused, "--out", out).exit_code == 1
    assert out.read_text() == "the old one\n"
    runs.ask("one", call(), GOOD)
    done = export(runs.folder, "--out", out)
    assert (done.exit_code, done.stdout) == (0, "")
    assert len(rows(out.read_text())) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [FOLDER, "traces", "train.jsonl"]


def test_folders_are_read_to_the_bottom_without_half_written_files(runs: Runs) -> None:
    path = runs.ask("one", call(), GOOD)
    (runs.folder / "deep").mkdir()
    path.rename(runs.folder / "deep" / "one.json")
    (runs.folder / ".two.123.json").write_text("{")
    assert len(one(runs)["messages"]) == 5


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nothing.json"], "there is no file or folder"),
        (["traces", "--out", "traces"], "is a folder"),
        (["traces", "--out", "missing/train.jsonl"], "does not exist"),
        (["traces", "--out", "traces/one.json"], "is one of the traces"),
        (["traces", "--format", "alpaca"], "alpaca"),
        ([], "PATH"),
    ],
)
def test_wrong_usage_ends_with_2(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], says: str
) -> None:
    runs.ask("one", call(), GOOD)
    monkeypatch.chdir(tmp_path)
    done = export(*words)
    assert done.exit_code == 2
    assert says in done.stderr


@pytest.mark.parametrize("form", ["openai", "trl"])
def test_the_planners_own_template_renders_calls_and_answer(runs: Runs, form: str) -> None:
    from transformers import AutoTokenizer

    runs.ask("one", call("find_dogs", how="看"), draft("{count e1} dog [e1].", "{count e1}"))
    row = one(runs, "--format", form)
    tokenizer = AutoTokenizer.from_pretrained(packaged_weights())
    text = tokenizer.apply_chat_template(row["messages"], tools=row["tools"], tokenize=False)
    assert '{"name": "find_dogs", "arguments": {"picture": "img_1", "how": "看"}}' in text
    assert "measure_brightness" in text
    assert text.rstrip().endswith(row["messages"][-1]["content"] + "<|im_end|>")


def test_a_run_that_fails_is_written_down_too(runs: Runs, tmp_path: Path) -> None:
    path = tmp_path / "failed.json"
    words = ["ask", str(runs.picture), QUESTION, "--trace", str(path)]
    done = CliRunner().invoke(app, words, obj=lambda _options: runs.make(call()))
    assert done.exit_code == 1
    written = json.loads(path.read_text())
    assert "the script is over" in written["error"]
    assert [m["role"] for m in written["trace"]["messages"]] == ["user", "assistant", "tool"]
    assert "1 left out: the run ended in an error" in export(path).stderr
