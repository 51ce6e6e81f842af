"""What people name as pictures and as questions files, and what becomes of each."""

from __future__ import annotations

import base64
import codecs
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.cli.ask import looks_like_picture
from agent.cli.rows import BadRow, Row, read_rows
from tests.fakes.documents import pdf, text
from tools.errors import PictureError

TOTAL = "What is the total?"
ROWS = [{"id": 1, "image": "receipt.png", "question": "总额？"},
        {"id": "b", "images": ["receipt.png", "receipt.png"], "question": TOTAL}]  # fmt: skip


def test_a_pdf_a_folder_a_pattern_and_a_data_uri(command, receipt, tmp_path):
    (tmp_path / "bill.pdf").write_bytes(pdf(text(50, 700, "a"), text(50, 700, "b")))
    uri = "data:image/png;base64," + base64.b64encode(Path(receipt).read_bytes()).decode()
    for name in (str(tmp_path / "bill.pdf"), str(tmp_path), str(tmp_path / "*.png"), uri):
        assert command("ask", name, TOTAL).exit_code == 0, name
    result = command("ask", "~/receipt.png", TOTAL, HOME=str(tmp_path))
    assert result.exit_code == 0, result.output


def test_a_broken_data_uri_is_not_repeated(command):
    result = command("ask", "data:image/png;base64," + "A" * 5000, TOTAL)
    assert result.exit_code == 2
    assert "AAAA" not in result.stderr


@pytest.mark.parametrize("word", ["Describe a.png", "Is this a.pdf?", "What is in *.png?"])
def test_a_question_that_names_a_file_is_a_question(command, receipt, word, make):
    command.script[word] = make.answer()
    assert command("ask", receipt, word).exit_code == 0
    assert not looks_like_picture(word)


@pytest.mark.parametrize(
    "word", ["a.pdf", "*.png", "data:image/png;base64,", "https://x.example/y"]
)
def test_a_picture_in_the_place_of_the_question_is_seen(command, receipt, word):
    result = command("ask", receipt, word)
    assert result.exit_code == 2
    assert "the question is missing" in result.stderr


def test_chat_says_which_pictures_were_added(command, receipt, tmp_path):
    (tmp_path / "bill.pdf").write_bytes(pdf(text(50, 700, "a"), text(50, 700, "b")))
    result = command("chat", receipt, stdin=f"/add {tmp_path / 'bill.pdf'}\n/quit\n")
    assert "as img_2p1 to img_2p2" in result.stderr


def as_jsonl(rows: list[dict[str, object]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


CSV = 'id,image,question\n1,receipt.png,总额？\nb,receipt.png,"What, then,\nis it?"\n'


@pytest.mark.parametrize(
    ("content", "questions"),
    [
        (as_jsonl(ROWS), ["总额？", TOTAL]),
        (json.dumps(ROWS, ensure_ascii=False, indent=1), ["总额？", TOTAL]),
        (CSV, ["总额？", "What, then,\nis it?"]),
        (
            CSV.replace(",", ";").replace("What; then;", "What, then,"),
            ["总额？", "What, then,\nis it?"],
        ),
        ("Question\tImages\r\nq?\treceipt.png | receipt.png\r\n", ["q?"]),
    ],
    ids=["JSON lines", "array", "CSV", "semicolons", "tabs"],
)
@pytest.mark.parametrize(
    "encode",
    [
        str.encode,
        lambda content: codecs.BOM_UTF8 + content.encode(),
        lambda content: content.encode("utf-16"),
        lambda content: codecs.BOM_UTF16_BE + content.encode("utf-16-be"),
        lambda content: content.encode("utf-16-le"),
    ],
    ids=["UTF-8", "BOM", "UTF-16", "UTF-16 BE", "UTF-16 without a mark"],
)
def test_forms_of_a_questions_file(receipt, content, questions, encode):
    rows = read_rows(encode(content), [Path(receipt).parent])
    assert [row.question for row in rows if isinstance(row, Row)] == questions
    assert all(Path(p).is_file() for row in rows if isinstance(row, Row) for p in row.pictures)


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        ('[{"id": 1, "image": "receipt.png", "question": "q?"}, {"id": 2, oops]', {"row 2": "not JSON"}),
        ("image,question\nreceipt.png,q?\nreceipt.png,q?,more\n", {"line 3": "3 cells"}),
        ('image,question\n"receipt.png,q?\nreceipt.png,q?\n', {"line 2": "not CSV"}),
        ("image,question\nreceipt.png,q?\nnothing.png,q?\n", {"line 3": "there is no file"}),
        ('{"image": "https://x.example/a.png", "question": "q?"}\n{"image": "receipt.png", "question": "q?"}', {"line 1": "is a URL"}),
    ],
)  # fmt: skip
def test_one_broken_row_loses_no_other(receipt, content, problems):
    rows = read_rows(content.encode(), [Path(receipt).parent])
    assert sum(isinstance(row, Row) for row in rows) == 1
    bad = {str(row.id): row.problem for row in rows if isinstance(row, BadRow)}
    assert bad.keys() == problems.keys()
    for name, says in problems.items():
        assert says in bad[name]


def test_a_line_that_is_no_utf8_is_said_and_alone(receipt):
    good = as_jsonl(ROWS[1:]).encode()
    rows = read_rows('{"image": "receipt.png", "question": "é?"}\n'.encode("latin-1") + good,
                     [Path(receipt).parent])  # fmt: skip
    assert isinstance(rows[0], BadRow)
    assert "UTF-8" in rows[0].problem
    assert isinstance(rows[1], Row)


@given(cells=st.lists(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc"))), min_size=1))
def test_any_question_comes_back_from_a_csv(tmp_path_factory, cells):
    import csv
    import io

    folder = tmp_path_factory.mktemp("csv")
    (folder / "a.png").write_bytes(b"x")
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["question", "image"])
    writer.writerows([cell, "a.png"] for cell in cells)
    rows = read_rows(buffer.getvalue().encode(), [folder])
    asked = [row.question for row in rows if isinstance(row, Row)]
    assert asked == [cell.strip() for cell in cells if cell.strip()]


def test_folders_patterns_and_data_uris_in_rows(receipt, tmp_path):
    uri = "data:image/png;base64,AAAA"
    for image in (".", "*.png", uri, str(tmp_path / "*.png")):
        line = json.dumps({"image": image, "question": "q?"}).encode()
        (row,) = read_rows(line, [tmp_path])
        assert isinstance(row, Row), row


def write(path: Path, *rows: dict[str, object]) -> str:
    path.write_text(as_jsonl(list(rows)))
    return str(path)


def test_a_batch_in_which_every_row_failed_does_not_end_well(command, receipt, tmp_path):
    lost = {"image": "nothing.png", "question": TOTAL}
    good = {"image": "receipt.png", "question": TOTAL}
    odd = {"image": "receipt.png", "question": "Odd?"}
    command.script["Odd?"] = ZeroDivisionError("oh")
    run = lambda *rows: command("batch", write(tmp_path / "q.jsonl", *rows)).exit_code  # noqa: E731
    assert run(lost, lost) == 2
    assert run(lost, odd) == 1
    assert run(lost, good) == 0
    command.script["Broken?"] = PictureError("cut off")
    assert run({"image": "receipt.png", "question": "Broken?"}) == 2


def test_a_file_without_questions_is_said(command, tmp_path):
    (tmp_path / "q.csv").write_text("id,image,question\n")
    result = command("batch", str(tmp_path / "q.csv"))
    assert result.exit_code == 2
    assert "no questions" in result.stderr
