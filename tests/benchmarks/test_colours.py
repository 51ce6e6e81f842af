"""The benchmark of colours: what it counts, its labels, and what the tool must reach on them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import colours
from tools.words.labels import CLASSES, COLOURS

DATA = Path("../shared/data")


def test_the_labels_are_names_of_colours_and_things() -> None:
    rows = json.loads(colours.LABELS.read_text(encoding="utf-8"))
    assert len({(row["photo"], row["line"]) for row in rows}) == len(rows) >= 60
    assert {row["label"] for row in rows} <= set(CLASSES)
    assert all(row["colours"] and set(row["colours"]) <= set(COLOURS) for row in rows)


def test_shares_are_told_by_half() -> None:
    score = colours.Score(["red"] * 4, [True, False, True, True], 2.0)
    assert (score.share(0), score.share(1), score.share()) == (100, 50, 75)
    table = colours.table({"whole box": colours.Score([], [False] * 4, 4.0), "thing": score})
    assert table.splitlines()[2].split() == ["thing", "100.0", "50.0", "75.0", "2.0", "0.50"]


def test_without_data_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["colours", "--data", str(tmp_path)])
    colours.main()
    assert capsys.readouterr().out.startswith("skipped: there are no photographs in")


@pytest.mark.skipif(not (DATA / "photos").is_dir(), reason="no photographs in ../shared/data")
def test_the_thing_is_named_better_than_its_box() -> None:
    asked = list(colours.boxes(DATA / "photos"))
    box, thing = (colours.measure(method, asked) for method in (colours.whole_box, colours.thing))
    assert thing.share(1) >= 75
    assert thing.share() >= box.share() + 15
