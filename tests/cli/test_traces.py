"""`vqa-agent traces export` and `batch --traces`: what is learnt from, and what never leaves."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage
from PIL import Image
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from agent import Settings, VisualAgent
from agent.cli import app
from agent.cli.traces import trace_name
from agent.planners.builtin import packaged_weights
from tests.fakes.chat_model import ScriptedChatModel
from tests.fakes.openai_server import ScriptedServer, calls
from tests.fakes.openai_server import draft as server_draft
from tools import Finding, Picture, ToolError, ToolReport, vision_tool
from tools.toolset import ToolConfig

KEY = "sk-never-to-be-seen"
FOLDER = "a-private-folder"


@vision_tool(version="1")
def measure_brightness(picture: Picture) -> ToolReport:
    """Measure how bright a picture is, from 0 (black) to 100 (white)."""
    percent = round(float(np.mean(picture.pixels)) / 255 * 100)
    found = Finding(
        picture=picture.ref, label="brightness", value=percent, value_type="number", score=1.0
    )
    return ToolReport(summary=f"measure_brightness {picture.ref.id}", findings=(found,))


@vision_tool(version="1")
def find_dogs(picture: Picture, how: str) -> ToolReport:
    """Find dogs.

    Args:
        how: In which way.
    """
    if how == "broken":
        raise FileNotFoundError(f"/home/{FOLDER}/dogs.pt")
    if how == "blind":
        raise ToolError("too dark for dogs; measure the brightness first")
    if how == "dimly":
        found = Finding(
            picture=picture.ref,
            label="dog",
            value=1,
            value_type="number",
            score=0.3,
            status="unsure",
        )
    else:
        box = (0.0, 0.0, 9.0, 9.0)
        found = Finding(picture=picture.ref, label="dog", group="dog", box_xyxy=box, score=0.9)
    return ToolReport(summary=f"find_dogs {picture.ref.id}", findings=(found,))


def call(name: str = "measure_brightness", number: int = 1, **arguments: Any) -> AIMessage:
    given = {"picture": "img_1", **arguments}
    return AIMessage("", tool_calls=[{"name": name, "args": given, "id": f"chatcmpl-{number}"}])


def draft(answer: str, short: str = "", abstain: str = "no") -> AIMessage:
    written = {"abstain": abstain, "short_answer": short, "answer": answer}
    # Odd spaces: what the planner wrote is kept byte for byte.
    return AIMessage(json.dumps(written, ensure_ascii=False, separators=(" ,", ":  ")))


GOOD = draft("It is {e1.value} percent bright [e1].", "{e1.value}")
NOT_THERE = draft("", "", "not_found")
QUESTION = "How bright is it?"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    folder = tmp_path / FOLDER
    folder.mkdir()
    path = folder / "a-private-name.png"
    pixels = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    return path


class Agents:
    """Makes agents with scripted planners and writes their runs down through the command line."""

    def __init__(self, folder: Path, picture: Path) -> None:
        self.folder, self.picture = folder, picture
        self.planners: list[ScriptedChatModel] = []
        folder.mkdir()

    def make(self, *script: AIMessage) -> VisualAgent:
        self.planners.append(ScriptedChatModel(responses=list(script)))
        settings = Settings(tools=ToolConfig(offer=[]), planner_api_key=SecretStr(KEY))
        return VisualAgent(settings, self.planners[-1], [measure_brightness, find_dogs])

    def ask(self, name: str, *script: AIMessage, question: str = QUESTION) -> Path:
        path = self.folder / f"{name}.json"
        words = ["ask", str(self.picture), question, "--trace", str(path)]
        done = CliRunner().invoke(app, words, obj=lambda _options: self.make(*script))
        assert done.exit_code in (0, 3), done.output
        return path


@pytest.fixture
def runs(tmp_path: Path, picture: Path) -> Agents:
    return Agents(tmp_path / "traces", picture)


def export(*words: Any) -> Result:
    return CliRunner().invoke(app, ["traces", "export", *(str(word) for word in words)])


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def one(runs: Agents, *options: str) -> dict[str, Any]:
    done = export(runs.folder, *options)
    assert done.exit_code == 0, done.stderr
    (row,) = rows(done.stdout)
    return row


def roles(row: dict[str, Any]) -> list[str]:
    return [message["role"] for message in row["messages"]]


def test_an_answer_becomes_a_conversation_as_the_planner_had_it(runs: Agents) -> None:
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
                "id": "chatcmpl-1",
                "type": "function",
                "function": {"name": "measure_brightness", "arguments": '{"picture": "img_1"}'},
            }
        ],
    }
    assert result == {
        "role": "tool",
        "tool_call_id": "chatcmpl-1",
        "content": planner.seen[1][-1].text,
    }
    assert row["messages"][-1] == {"role": "assistant", "content": GOOD.text}


def test_it_begins_as_what_a_server_was_sent(runs: Agents) -> None:
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


def test_trl_takes_the_arguments_as_an_object(runs: Agents) -> None:
    runs.ask("one", call("find_dogs", how="看"), draft("{count e1} dog [e1].", "{count e1}"))
    text, thing = one(runs), one(runs, "--format", "trl")
    arguments = text["messages"][2]["tool_calls"][0]["function"].pop("arguments")
    given = thing["messages"][2]["tool_calls"][0]["function"].pop("arguments")
    assert arguments == '{"picture": "img_1", "how": "看"}'
    assert given == {"picture": "img_1", "how": "看"}
    assert text == thing


@pytest.mark.parametrize("refused", [draft("It is 5 percent bright [e1].", "5"), AIMessage("5!")])
def test_a_repaired_answer_is_taught_as_if_it_had_come_first(
    runs: Agents, refused: AIMessage
) -> None:
    runs.ask("repaired", call(), refused, GOOD)
    repaired = export(runs.folder).stdout
    runs.ask("repaired", call(), GOOD)
    assert export(runs.folder).stdout == repaired
    assert "Check failed" not in repaired


def test_calls_that_a_repair_led_to_stay(runs: Agents) -> None:
    runs.ask("looked again", draft("It is bright."), call(), GOOD)
    assert roles(one(runs)) == ["system", "user", "assistant", "tool", "assistant"]


def test_a_failed_call_is_taught_where_an_answer_followed(runs: Agents) -> None:
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
    runs: Agents, name: str, script: list[AIMessage], why: str
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
def test_honest_abstentions_are_taught_unless_they_are_left_out(runs: Agents, reason: str) -> None:
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


def test_the_same_conversation_is_exported_once(runs: Agents) -> None:
    runs.ask("one", call(number=1), GOOD)
    runs.ask("two", call(number=2), GOOD)
    runs.ask("other", call(number=3), GOOD, question="How dark is it?")
    done = export(runs.folder, runs.folder / "one.json")
    assert len(rows(done.stdout)) == 2
    assert "3 read" in done.stderr
    assert "1 left out: the same conversation" in done.stderr


def test_traces_from_before_are_counted_not_guessed_at(runs: Agents) -> None:
    path = runs.ask("old", call(), GOOD)
    record = json.loads(path.read_text())
    del record["trace"]["system"], record["trace"]["tools"]
    path.write_text(json.dumps(record))
    done = export(path)
    assert done.exit_code == 1
    assert "ask again" in done.stderr


def test_a_follow_up_of_a_session_does_not_stand_alone(runs: Agents) -> None:
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


def test_no_pixels_paths_or_keys_leave(runs: Agents) -> None:
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
def test_a_bad_file_is_named_and_the_rest_goes_on(runs: Agents, content: bytes) -> None:
    runs.ask("good", call(), GOOD)
    (runs.folder / "bad.json").write_bytes(content)
    done = export(runs.folder)
    assert done.exit_code == 1
    assert "bad.json: " in done.stderr
    assert "Traceback" not in done.stderr
    assert len(rows(done.stdout)) == 1


def _without_answer(record: dict[str, Any]) -> None:
    record["trace"]["messages"].pop()


def _without_result(record: dict[str, Any]) -> None:
    del record["trace"]["messages"][2]


def _other_result(record: dict[str, Any]) -> None:
    record["trace"]["messages"][2]["tool_call_id"] = "another"


def _calls_before_results(record: dict[str, Any]) -> None:
    record["trace"]["messages"].insert(1, record["trace"]["messages"][1])


def _no_json(record: dict[str, Any]) -> None:
    record["trace"]["messages"][-1]["content"] = "Bright."


def _broken_arguments(record: dict[str, Any]) -> None:
    record["trace"]["messages"][1]["tool_calls"][0]["function"]["arguments"] = "[1]"


def _no_question(record: dict[str, Any]) -> None:
    del record["trace"]["messages"][0]


def _out_of_place(record: dict[str, Any]) -> None:
    record["trace"]["messages"].insert(2, {"role": "user", "content": "Check failed:"})


def _later_version(record: dict[str, Any]) -> None:
    record["schema_version"] = 2


def _contradiction(record: dict[str, Any]) -> None:
    record["abstained"] = True


@pytest.mark.parametrize(
    "spoil",
    [
        _without_answer,
        _without_result,
        _other_result,
        _calls_before_results,
        _no_json,
        _broken_arguments,
        _no_question,
        _out_of_place,
        _later_version,
        _contradiction,
    ],
)
def test_a_trace_that_is_not_whole_is_never_exported(runs: Agents, spoil: Any) -> None:
    path = runs.ask("one", call(), GOOD)
    record = json.loads(path.read_text())
    spoil(record)
    path.write_text(json.dumps(record))
    done = export(path)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "one.json: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_is_written_whole_or_not_at_all(runs: Agents, tmp_path: Path) -> None:
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


def test_folders_are_read_to_the_bottom_without_half_written_files(runs: Agents) -> None:
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
    runs: Agents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], says: str
) -> None:
    runs.ask("one", call(), GOOD)
    monkeypatch.chdir(tmp_path)
    done = export(*words)
    assert done.exit_code == 2
    assert says in done.stderr


@pytest.mark.parametrize("form", ["openai", "trl"])
def test_the_planners_own_template_renders_calls_and_answer(runs: Agents, form: str) -> None:
    from transformers import AutoTokenizer

    runs.ask("one", call("find_dogs", how="看"), draft("{count e1} dog [e1].", "{count e1}"))
    row = one(runs, "--format", form)
    tokenizer = AutoTokenizer.from_pretrained(packaged_weights())
    text = tokenizer.apply_chat_template(row["messages"], tools=row["tools"], tokenize=False)
    assert '{"name": "find_dogs", "arguments": {"picture": "img_1", "how": "看"}}' in text
    assert "measure_brightness" in text
    assert text.rstrip().endswith(row["messages"][-1]["content"] + "<|im_end|>")


def questions(folder: Path, picture: Path, *ids: Any) -> Path:
    lines = [{"id": i, "image": str(picture), "question": QUESTION} for i in ids]
    path = folder / "q.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def batch(runs: Agents, tmp_path: Path) -> Iterator[Any]:
    def run(*ids: Any, script: list[AIMessage], out: str = "a.jsonl") -> Result:
        asked = questions(tmp_path, runs.picture, *ids)
        words = ["batch", str(asked), "--out", str(tmp_path / out), "--concurrency", "1"]
        words += ["--traces", str(tmp_path / "new" / "traces")]
        return CliRunner().invoke(app, words, obj=lambda _options: runs.make(*script))

    return run


def test_batch_writes_a_trace_for_each_row_that_is_answered(
    runs: Agents, batch: Any, tmp_path: Path
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


def test_a_later_batch_writes_the_trace_again_and_an_error_has_none(
    batch: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "traces"
    assert batch(1, script=[call(), GOOD]).exit_code == 0
    assert batch(1, script=[NOT_THERE], out="b.jsonl").exit_code == 0
    assert json.loads((folder / "1.json").read_text())["abstained"]
    assert batch(2, script=[], out="c.jsonl").exit_code == 0  # the script is over: an error
    assert [path.name for path in folder.iterdir()] == ["1.json"]


def test_a_folder_that_cannot_be_made_ends_the_batch_before_it_begins(
    runs: Agents, batch: Any, tmp_path: Path
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
