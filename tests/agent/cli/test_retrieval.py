"""`vqa-agent index` and `vqa-agent search`, with a shared space of colours."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from agent.cli.indexing import run_forget, run_index
from agent.cli.searching import Asked, Where, run_search
from models.catalog import FOLDER
from tests.fakes.albums import photograph
from tests.fakes.documents import sign
from tests.fakes.encoders import ColourSpace
from tools.errors import InputError
from tools.retrieval.encoders import Encoders
from tools.weights.find import Missing


class Shop:
    """A folder of pictures, and the commands on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.space = ColourSpace()

    def index(self, *folders: str, **options: Any) -> int:
        paths = [self.folder / name for name in folders or ("photos",)]
        opener = lambda _config: Encoders(self.space)  # noqa: E731
        return run_index(paths, None, **({"words": False, "opener": opener} | options))

    def search(self, query: str | None = None, *, as_json: bool = False, **options: Any) -> int:
        where = {
            name: options.pop(name) for name in ("top", "folder", "weights") if name in options
        }
        asked = Asked(query, **options)
        opener = lambda _config: Encoders(self.space)  # noqa: E731
        return run_search(asked, Where(**where), as_json=as_json, opener=opener)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    for number, colour in enumerate(("red", "green", "blue")):
        photograph(tmp_path / "photos" / f"{colour}.png", colour, number)
    return Shop(tmp_path)


def test_what_was_indexed_is_found_without_naming_it_again(shop, capsys, tmp_path) -> None:
    assert shop.index() == 0
    assert "3 files, 3 new" in capsys.readouterr().out
    assert shop.search("a blue thing", top=2) == 0
    head, first, _ = capsys.readouterr().out.splitlines()
    assert head.split() == ["score", "picture", "why"]
    assert first.split()[1] == "photos/blue.png"
    assert "likely to show that" in first
    assert (tmp_path / "data").is_dir()


def test_results_as_data(shop, capsys, tmp_path) -> None:
    shop.index()
    (tmp_path / "photos" / "again.png").write_bytes((tmp_path / "photos" / "red.png").read_bytes())
    shop.index(as_json=True)
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["added"], said["encoded"], said["problems"]) == (1, 0, [])
    shop.search("red", as_json=True)
    results = json.loads(capsys.readouterr().out)["results"]
    assert results[0]["picture"] == str(tmp_path / "photos" / "again.png")
    assert results[0]["copies"] == [str(tmp_path / "photos" / "red.png")]
    assert results[0]["reasons"]["shows"]["rank"] == 1
    assert [r["score"] for r in results] == sorted((r["score"] for r in results), reverse=True)


def test_many_queries_from_a_file(shop, capsys, tmp_path) -> None:
    shop.index()
    capsys.readouterr()
    rows = [{"id": n, "query": colour} for n, colour in enumerate(("red", "green", "blue") * 20)]
    rows += [{"id": "p", "image": "photos/green.png"}, {"id": "t", "text": "nothing"}, {"id": "x"}]
    rows += [{"id": "gone", "image": "photos/none.png"}]
    (tmp_path / "q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + "{oops\n")
    assert shop.search(queries="q.jsonl", top=2, as_json=True) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["id"] for line in lines] == [row["id"] for row in rows] + ["line 65"]
    for row, line in zip(rows[:60], lines, strict=False):
        assert line.keys() == {"id", "results"}
        assert [r.keys() for r in line["results"]] == [{"picture", "score"}] * 2
        assert Path(line["results"][0]["picture"]) == tmp_path / "photos" / f"{row['query']}.png"
    assert lines[60]["results"][0] == {
        "picture": str(tmp_path / "photos" / "green.png"),
        "score": 1.0,
    }
    assert lines[61]["results"] == []
    assert all("error" in line for line in lines[62:])
    (tmp_path / "bad.jsonl").write_text('{"id": 1}\n')
    assert shop.search(queries="bad.jsonl") == 2


def test_words_are_read_and_need_no_weights_to_be_found(shop, capsys, tmp_path) -> None:
    sign("INVOICE 2024").save(tmp_path / "photos" / "bill.png")
    shop.index(words=True)

    def no_weights(_config: object) -> Encoders | Missing:
        return Missing("search", "no weights", "train them")

    capsys.readouterr()
    words = Asked(text="invoice 2024")
    assert run_search(words, Where(), opener=no_weights) == 0
    assert "says “INVOICE 2024”" in capsys.readouterr().out
    assert run_search(Asked("a dog"), Where(), opener=no_weights) == 1
    assert run_index([tmp_path / "photos"], None, opener=no_weights) == 1
    said = capsys.readouterr().err
    assert said.count("no weights") == 2
    assert "train them" in said


def test_nothing_is_found(shop, capsys, tmp_path) -> None:
    shop.index()
    assert shop.search(text="zebra") == 3
    assert shop.search("red", folder=tmp_path / "elsewhere") == 3
    assert "nothing is found" in capsys.readouterr().err


def test_what_cannot_be_read_is_named(shop, capsys, tmp_path) -> None:
    (tmp_path / "photos" / "broken.jpg").write_bytes(b"nonsense")
    assert shop.index() == 0
    said = capsys.readouterr()
    assert f"left out: {tmp_path / 'photos' / 'broken.jpg'}: this is no picture" in said.err
    assert "1 not or not wholly readable" in said.out


def test_a_folder_is_forgotten(shop, capsys) -> None:
    shop.index()
    assert run_forget([shop.folder / "photos"], None) == 0
    assert "3 forgotten" in capsys.readouterr().out
    assert shop.search("red") == 3


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "nothing is asked"),
        ({"query": " "}, "is empty"),
        ({"query": "red", "queries": "q.jsonl"}, "leave the rest away"),
        ({"queries": "none.jsonl"}, "there is no file"),
        ({"image": "none.png"}, "there is no file"),
        ({"query": "red", "weights": ("luck=1",)}, "shows, looks, says"),
        ({"query": "red", "weights": ("says=-1",)}, "shows, looks, says"),
    ],
)
def test_what_cannot_be_asked(shop, options, says) -> None:
    shop.index()
    with pytest.raises(InputError, match=says):
        shop.search(**options)


def test_a_weight_of_zero_leaves_a_ranking_out(shop, capsys) -> None:
    shop.index()
    assert shop.search("red", weights=("shows=0",)) == 3


def test_folders_that_cannot_be_indexed(shop, tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="without pictures"):
        shop.index("empty")
    with pytest.raises(InputError, match="is no folder"):
        shop.index("nowhere")


def test_no_index_yet(command, tmp_path) -> None:
    result = command("search", "a dog in the snow", XDG_DATA_HOME=str(tmp_path))
    assert result.exit_code == 2
    assert "vqa-agent index FOLDER" in result.stderr


PAGE = Path(__file__).parents[3] / "docs" / "retrieval.md"


def documented() -> list[str]:
    """The commands of the page, in order."""
    return re.findall(r"^vqa-agent (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


WEIGHTS = FOLDER / "fusion" / "model.safetensors"


needs_weights = pytest.mark.skipif(not WEIGHTS.is_file(), reason="models/fusion has no weights yet")


@needs_weights
def test_documented_commands_run(command, shop, tmp_path) -> None:
    sign("BAKERY INVOICE 2024", (700, 160)).save(tmp_path / "photos" / "bill.png")
    photograph(tmp_path / "query.jpg", "red")
    (tmp_path / "q.jsonl").write_text('{"id": 1, "query": "a dog"}\n')
    assert len(documented()) > 5
    for line in documented():
        result = command(*shlex.split(line))
        assert result.exit_code == 0, (line, result.stderr)


@needs_weights
def test_with_the_built_in_weights(command, tmp_path) -> None:
    for number, colour in enumerate(("red", "green", "blue")):
        photograph(tmp_path / "photos" / f"{colour}.png", colour, number)
    index = ("--index", str(tmp_path / "index.sqlite3"))
    assert command("index", str(tmp_path / "photos"), *index, "--no-text").exit_code == 0
    image = str(tmp_path / "photos" / "green.png")
    found = command("search", "--image", image, "--json", *index)
    assert json.loads(found.stdout)["results"][0]["picture"] == image
    assert len(json.loads(command("search", "a photo", "--json", *index).stdout)["results"]) == 3
