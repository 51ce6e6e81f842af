"""An index follows its folder, whatever happens to either."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.fakes.albums import ScriptedReader, photograph
from tests.fakes.encoders import ColourSpace
from tests.tools.pictures.test_store import huge_png
from tools.errors import InputError, ToolError
from tools.networks.encoders import Rgb, Tokens, Vectors
from tools.retrieval.encoders import Encoders
from tools.retrieval.index_file import reading, writing
from tools.retrieval.updating import Update, WordReader, forget, update


@dataclass
class Album:
    """A folder and its index."""

    folder: Path
    file: Path
    space: ColourSpace = field(default_factory=ColourSpace)
    look: Any = None

    def update(self, reader: WordReader | None = None, **options: Any) -> Update:
        with writing(self.file) as index:
            encoders = Encoders(self.space, self.look)
            return update(index, self.folder, encoders, reader, **options)

    def names(self) -> list[str]:
        """The files whose pictures can be found, by their vectors."""
        with reading(self.file) as index:
            ids, vectors = index.vectors(Encoders(self.space).columns[0])
            assert vectors.shape == (len(ids), 4)
            pictures = [index.picture(int(i)) for i in ids]
            return sorted(
                Path(path).name for picture in pictures if picture for path in picture.paths
            )


@pytest.fixture
def album(tmp_path: Path) -> Album:
    for number, colour in enumerate(("red", "green", "blue")):
        photograph(tmp_path / "photos" / f"{colour}.png", colour, number)
    return Album(tmp_path / "photos", tmp_path / "index.sqlite3")


def test_only_what_is_new_or_changed_is_looked_at(album: Album) -> None:
    done = album.update()
    assert (done.files, done.added, done.encoded) == (3, 3, 3)
    assert album.update() == Update(files=3)
    photograph(album.folder / "sub" / "yellow.png", "yellow")
    photograph(album.folder / "red.png", "red", 5)
    done = album.update()
    assert (done.added, done.changed, done.encoded) == (1, 1, 2)
    assert album.names() == ["blue.png", "green.png", "red.png", "yellow.png"]
    assert album.space.seen == 5


def test_a_file_that_was_written_again_with_its_old_time_and_size_is_looked_at(
    album: Album,
) -> None:
    file = album.folder / "plain.bmp"
    Image.new("RGB", (20, 20), "red").save(file)
    album.update()
    before = file.stat()
    Image.new("RGB", (20, 20), "blue").save(file)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size
    assert album.update().changed == 1


def test_what_is_gone_goes_and_what_was_moved_is_not_encoded_again(album: Album) -> None:
    album.update()
    (album.folder / "red.png").unlink()
    (album.folder / "old").mkdir()
    (album.folder / "blue.png").rename(album.folder / "old" / "azure.png")
    done = album.update()
    assert (done.removed, done.added, done.encoded) == (2, 1, 0)
    assert album.names() == ["azure.png", "green.png"]


def test_identical_files_are_one_picture(album: Album) -> None:
    shutil.copy(album.folder / "red.png", album.folder / "again.png")
    assert album.update().encoded == 3
    assert album.names() == ["again.png", "blue.png", "green.png", "red.png"]
    (album.folder / "red.png").unlink()
    album.update()
    assert album.names() == ["again.png", "blue.png", "green.png"]


def test_other_weights_encode_everything_again(album: Album) -> None:
    album.update(ScriptedReader())
    album.space.version = "colours-2"
    assert album.names() == []
    reader = ScriptedReader()
    done = album.update(reader)
    assert (done.files, done.added, done.changed, done.encoded) == (3, 0, 0, 3)
    assert reader.read_pictures == 0
    assert len(album.names()) == 3


class Mean:
    """An encoder of pictures alone: the mean of their colours."""

    version = "mean-1"
    dimensions = 3

    def encode(self, batch: Sequence[Rgb]) -> Vectors:
        means = np.array([pixels.mean((0, 1)) for pixels in batch], np.float32)
        return means / np.linalg.norm(means, axis=1, keepdims=True)

    def tokens(self, batch: Sequence[Rgb]) -> Tokens:
        raise NotImplementedError


def test_a_second_encoder_can_come_later(album: Album) -> None:
    album.update()
    album.look = Mean()
    assert album.update().encoded == 3
    with reading(album.file) as index:
        _, vectors = index.vectors(Encoders(album.space, album.look).columns[1])
    assert vectors.shape == (3, 3)


def test_what_cannot_be_read_is_reported_each_time_and_stops_nothing(album: Album) -> None:
    (album.folder / "a.jpg").write_bytes(b"nonsense")
    (album.folder / "bomb.png").write_bytes(huge_png())
    (album.folder / "empty.gif").write_bytes(b"")
    os.mkfifo(album.folder / "pipe.png")
    for _ in range(2):
        done = album.update()
        said = {Path(problem.path).name: problem.why for problem in done.problems}
        assert said.keys() == {"a.jpg", "bomb.png", "empty.gif"}
        assert "no picture" in said["a.jpg"]
        assert "megapixels" in said["bomb.png"]
        assert "empty" in said["empty.gif"]
    assert done.files == 6
    photograph(album.folder / "a.jpg", "yellow")
    assert [Path(p.path).name for p in album.update().problems] == ["bomb.png", "empty.gif"]
    assert album.names() == ["a.jpg", "blue.png", "green.png", "red.png"]


def test_pages_are_pictures_and_those_left_out_are_told(album: Album) -> None:
    pages = [Image.new("RGB", (30, 20), colour) for colour in ("red", "green", "blue")]
    pages[0].save(album.folder / "scan.tif", save_all=True, append_images=pages[1:])
    done = album.update(max_pages=2)
    assert done.encoded == 5
    assert [problem.why for problem in done.problems] == [
        "only the first 2 of 3 pages are looked at"
    ]
    assert album.update(max_pages=2).problems == done.problems
    (album.folder / "scan.tif").rename(album.folder / "moved.tif")
    assert [problem.why for problem in album.update(max_pages=2).problems] == [done.problems[0].why]
    with reading(album.file) as index:
        found = [picture for i in index.ids() if (picture := index.picture(int(i)))]
    assert sorted(p.page or 0 for p in found) == [0, 0, 0, 1, 2]


def test_words_are_read_once_and_again_by_another_reader(album: Album) -> None:
    Image.new("RGB", (50, 60), "white").save(album.folder / "sign.png")
    reader = ScriptedReader({(50, 60): "NO ENTRY"})
    assert album.update(reader).read == 4
    assert album.update(reader).read == 0
    with reading(album.file) as index:
        ((sign, share),) = index.saying(['"entry"'])
        assert share == 1.0
        assert index.line_saying(sign, ['"entry"']) == "NO ENTRY"
    reader.version, reader.table = "scripted-2", {}
    assert album.update(reader).read == 4
    with reading(album.file) as index:
        assert index.saying(['"entry"']) == []


def test_words_that_cannot_be_read_are_reported_and_tried_again(album: Album) -> None:
    reader = ScriptedReader({(120, 80): ToolError("it hangs")})
    done = album.update(reader)
    assert {problem.why for problem in done.problems} == {"its words cannot be read: it hangs"}
    assert len(album.names()) == 3
    reader.table = {}
    assert album.update(reader).read == 3


def test_a_folder_that_cannot_be_listed_loses_nothing(
    album: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    photograph(album.folder / "sub" / "yellow.png", "yellow")
    album.update()
    scandir = os.scandir

    def refusing(path: Any) -> Any:
        if Path(path).name == "sub":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr("os.scandir", refusing)  # root may list everything
    done = album.update()
    assert done.removed == 0
    assert [(Path(p.path).name, p.why) for p in done.problems] == [
        ("sub", "cannot be listed: Permission denied")
    ]
    assert "yellow.png" in album.names()


def test_a_name_that_is_no_text_is_reported(album: Album) -> None:
    photograph(Path(os.fsdecode(os.fsencode(album.folder) + b"/\xff.png")), "red")
    (problem,) = album.update().problems
    assert "rename" in problem.why


def test_folders_lie_side_by_side_and_can_be_forgotten(album: Album, tmp_path: Path) -> None:
    album.update()
    other = Album(tmp_path / "photos2", album.file)
    photograph(other.folder / "yellow.png", "yellow")
    shutil.copy(album.folder / "red.png", other.folder / "red too.png")
    assert other.update().encoded == 1
    assert len(album.names()) == 5
    with writing(album.file) as index:
        assert forget(index, album.folder) == 3
    assert album.names() == ["red too.png", "yellow.png"]
    with pytest.raises(InputError, match="is no folder"):
        Album(tmp_path / "nowhere", album.file).update()


class Deadly(ColourSpace):
    """Ends the process at the n-th picture: when it is encoded, or while it is written."""

    def __init__(self, dies_at: int, *, writing_it: bool) -> None:
        super().__init__()
        self.dies_at, self.writing_it, self.count = dies_at, writing_it, 0

    def images(self, batch: Sequence[Rgb]) -> Any:
        vectors = super().images(batch)
        if self.writing_it:
            return [self._trapped(vector) for vector in vectors]
        if self.seen >= self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return vectors

    def _trapped(self, vector: Any) -> Any:
        self.count += 1
        return Trap(vector) if self.count == self.dies_at else vector


class Trap:
    """A vector that ends the process when it is about to be written."""

    def __init__(self, vector: Any) -> None:
        self.vector = vector

    def __array__(self, *_: Any, **__: Any) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)


def index_until_it_dies(folder: Path, file: Path, space: ColourSpace) -> None:
    Album(folder, file, space).update()


@pytest.mark.parametrize("writing_it", [False, True])
@pytest.mark.parametrize("dies_at", [1, 40, 65])
def test_a_process_that_is_killed_leaves_an_index_to_go_on_from(
    tmp_path: Path, dies_at: int, writing_it: bool
) -> None:
    album = Album(tmp_path / "photos", tmp_path / "index.sqlite3")
    for number in range(70):
        Image.new("RGB", (8, 9), (number, 0, 0)).save(
            photograph(album.folder / f"{number}.png", "red")
        )
    space = Deadly(dies_at, writing_it=writing_it)
    context = multiprocessing.get_context("fork")
    child = context.Process(target=index_until_it_dies, args=(album.folder, album.file, space))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    kept = len(album.names())
    assert kept == dies_at // 32 * 32
    assert album.update().encoded == 70 - kept
    assert len(album.names()) == 70


def test_one_process_writes_and_others_read(album: Album) -> None:
    album.update()
    with writing(album.file) as index, index.at_once():
        index.remove([str(album.folder / "red.png")])
        assert len(album.names()) == 3
        with pytest.raises(InputError, match="another process"), writing(album.file):
            pass
    assert len(album.names()) == 2


@pytest.mark.parametrize("content", [b"no database at all" * 100, b""])
def test_a_file_that_is_no_index_is_not_touched(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "index.sqlite3"
    file.write_bytes(content)
    with pytest.raises(InputError, match="index"), reading(file):
        pass
    assert file.read_bytes() == content


def test_somebody_elses_database_is_not_touched(tmp_path: Path) -> None:
    import sqlite3

    file = tmp_path / "mine.sqlite3"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE diary (day TEXT)")
    before = file.read_bytes()
    for opened in (reading, writing):
        with pytest.raises(InputError, match="no index of pictures"), opened(file):
            pass
    assert file.read_bytes()[100:] == before[100:]
