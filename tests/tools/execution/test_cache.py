from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import Finding, PictureRef, Region, ToolReport, vision_tool
from tools.describe_colors import describe_colors
from tools.execution.cache import ResultCache
from tools.pictures.store import Picture

HERE = PictureRef(id="img_1", sha256="a" * 64, width=20, height=10, name="here.png")
THERE = PictureRef(id="img_12", sha256="a" * 64, width=20, height=10, name="there.png")


def report_on(picture: PictureRef, text: str = "hello") -> ToolReport:
    found = Finding(picture=picture, text=text, box_xyxy=(1, 2, 3.5, 4), score=0.25)
    return ToolReport(summary=f'read {picture.id} "x"', findings=(found,))


def test_the_least_recently_used_goes_first() -> None:
    cache = ResultCache(entries=2)
    cache.put("a", report_on(HERE), HERE)
    cache.put("b", report_on(HERE), HERE)
    assert cache.get("a", HERE) is not None
    cache.put("c", report_on(HERE), HERE)
    assert cache.get("b", HERE) is None
    assert cache.get("a", HERE) is not None


@settings(deadline=None)
@given(st.text())
def test_a_kept_report_speaks_of_the_picture_that_asks(text: str) -> None:
    cache = ResultCache()
    cache.put("key", report_on(HERE, text), HERE)
    assert cache.get("key", THERE) == report_on(THERE, text)
    cache.put("key", report_on(THERE, text), THERE)
    assert cache.get("key", HERE) == report_on(HERE, text)


def test_the_key_is_the_content_the_tool_and_the_arguments() -> None:
    @vision_tool(version="2")
    def other(picture: Picture) -> ToolReport:
        """Look."""
        return ToolReport()

    region = Region(picture=HERE, box_xyxy=(0, 0, 5, 5))
    elsewhere = HERE.model_copy(update={"sha256": "b" * 64})
    keys = [
        ResultCache.key(describe_colors, {"a": 1, "b": 2}, HERE, None),
        ResultCache.key(describe_colors, {"a": 1, "b": 3}, HERE, None),
        ResultCache.key(describe_colors, {"a": 1, "b": 2}, HERE, region),
        ResultCache.key(describe_colors, {"a": 1, "b": 2}, elsewhere, None),
        ResultCache.key(other, {"a": 1, "b": 2}, HERE, None),
    ]
    assert len(set(keys)) == len(keys)
    assert ResultCache.key(describe_colors, {"b": 2, "a": 1}, THERE, None) == keys[0]


def test_what_is_on_disk_outlives_the_cache_and_is_text(tmp_path: Path) -> None:
    first = ResultCache(tmp_path / "new" / "folder")
    first.put("key", report_on(HERE), HERE)
    first.close()
    again = ResultCache(tmp_path / "new" / "folder")
    assert again.get("key", THERE) == report_on(THERE)
    assert again.get("other", THERE) is None
    again.close()
    file = tmp_path / "new" / "folder" / "results.sqlite3"
    connection = sqlite3.connect(file)
    ((kind,),) = connection.execute("SELECT typeof(report) FROM results").fetchall()
    connection.close()
    assert kind == "text"


DAMAGED = [
    "",
    "[]",
    "{}",
    '{"findings": [1]}',
    '{"findings": [{}], "summary": "", "picture_id": "img_1"}',
    "\x00pickle",
]


@pytest.mark.parametrize("kept", DAMAGED)
def test_what_cannot_be_read_is_looked_at_again(tmp_path: Path, kept: str) -> None:
    cache = ResultCache(tmp_path)
    cache.put("key", report_on(HERE), HERE)
    cache.close()
    connection = sqlite3.connect(tmp_path / "results.sqlite3")
    with connection:
        connection.execute("UPDATE results SET report = ?", (kept,))
    connection.close()
    again = ResultCache(tmp_path)
    assert again.get("key", HERE) is None
    again.put("key", report_on(HERE), HERE)
    assert again.get("key", HERE) == report_on(HERE)
    again.close()


@pytest.mark.parametrize("is_new", [True, False])
def test_a_file_that_is_locked_is_passed_over_and_used_again_afterwards(
    tmp_path: Path, is_new: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tools.execution.cache.BUSY_S", 0.0)
    if not is_new:
        ResultCache(tmp_path).put("old", report_on(HERE), HERE)
    cache = ResultCache(tmp_path)
    if not is_new:
        assert cache.get("none", HERE) is None
    other = sqlite3.connect(tmp_path / "results.sqlite3", isolation_level=None)
    other.execute("CREATE TABLE IF NOT EXISTS theirs (a)")
    other.execute("BEGIN EXCLUSIVE")
    cache.put("key", report_on(HERE), HERE)
    assert cache.get("key", HERE) == report_on(HERE), "from memory"
    assert ResultCache(tmp_path).get("old", HERE) is None or not is_new
    other.execute("ROLLBACK")
    other.close()
    cache.put("key", report_on(HERE), HERE)
    cache.close()
    assert ResultCache(tmp_path).get("key", HERE) == report_on(HERE)
    assert caplog.records == []


@pytest.mark.parametrize("obstacle", ["folder is a file", "file is no database"])
def test_a_place_that_cannot_be_used_is_logged_once(
    tmp_path: Path, obstacle: str, caplog: pytest.LogCaptureFixture
) -> None:
    place = tmp_path / "cache"
    if obstacle == "folder is a file":
        place.write_text("not a folder")
    else:
        place.mkdir()
        (place / "results.sqlite3").write_bytes(b"no database at all" * 100)
    cache = ResultCache(place)
    cache.put("key", report_on(HERE), HERE)
    assert cache.get("key", HERE) == report_on(HERE)
    assert cache.get("other", HERE) is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    cache.close()


@pytest.mark.parametrize("when", ["before", "while it is written"])
def test_what_was_begun_before_its_owner_was_forgotten_is_not_kept(
    tmp_path: Path, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = ResultCache(tmp_path)
    mine, other = (cache.key(describe_colors, {}, HERE, None, owner) for owner in ("me", "you"))
    age = cache.age(mine)
    if when == "before":
        cache.forget("me")
    else:
        put = cache._disk.put  # type: ignore[union-attr]
        monkeypatch.setattr(
            cache._disk, "put", lambda key, text: (cache.forget("me"), put(key, text))
        )
    cache.put(mine, report_on(HERE), HERE, age)
    monkeypatch.undo()
    cache.remember(mine, report_on(HERE), HERE, age)
    cache.put(other, report_on(HERE), HERE, cache.age(other))
    assert (cache.get(mine, HERE), cache.get(other, HERE)) == (None, report_on(HERE))
    cache.close()
    assert ResultCache(tmp_path).get(mine, HERE) is None
    cache.put(mine, report_on(HERE), HERE, cache.age(mine))
    assert cache.get(mine, HERE) == report_on(HERE), "what is begun afterwards is"
    cache.close()
