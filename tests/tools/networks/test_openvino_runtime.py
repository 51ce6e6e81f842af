"""OpenVINO says what torch says, from exports that are made once."""

from __future__ import annotations

import json
import locale
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from tools.errors import ToolUnavailableError
from tools.networks import cores
from tools.networks.classifier import Classifier
from tools.networks.detectors import open_detector
from tools.networks.openvino_runtime import FILE, compile_network, is_installed, is_wanted
from tools.reading.engine import RapidOcrEngine
from tools.weights.places import cache_directory

pytestmark = pytest.mark.skipif(not is_installed(), reason="openvino is not installed")
SHAPES = [(120, 160, 3), (300, 90, 3), (64, 64, 3)]
PICTURES = [np.random.default_rng(n).integers(0, 256, s, np.uint8) for n, s in enumerate(SHAPES)]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return cache_directory() / "openvino"


@pytest.mark.parametrize("picture", PICTURES, ids=str(SHAPES).split("), "))
def test_a_detector_sees_the_same(weights: Path, picture: np.ndarray) -> None:
    ours = open_detector(weights, "cpu", "openvino").detect(picture, [], floor=1e-4)
    torchs = open_detector(weights, "cpu", "torch").detect(picture, [], floor=1e-4)
    assert len(ours) == len(torchs) > 0
    for (label, score, box), (other_label, other_score, other_box) in zip(
        ours[:20], torchs[:20], strict=True
    ):
        assert label == other_label
        assert score == pytest.approx(other_score, abs=0.01)
        assert box == pytest.approx(other_box, abs=1)


def test_a_classifier_scores_the_same(folder: Path) -> None:
    ours = Classifier(folder, "cpu", "openvino").scores(PICTURES)
    torchs = Classifier(folder, "cpu", "torch").scores(PICTURES)
    assert np.array(ours) == pytest.approx(np.array(torchs), abs=1e-3)
    assert np.array(Classifier(folder, "cpu").scores(PICTURES[:1])) == pytest.approx(
        np.array(ours[:1]), abs=1e-5
    )


def test_what_was_compiled_is_kept_for_the_next_process(cache: Path) -> None:
    blank = np.full((64, 64, 3), 255, np.uint8)
    kept = cache_directory() / "openvino-compiled"
    RapidOcrEngine(threads=1).detect(blank)
    made = {file.name: file.stat().st_mtime_ns for file in kept.glob("*.blob")}
    assert len(made) == 3, "a network each to find, to turn and to read"
    RapidOcrEngine(threads=1).detect(blank)
    assert {file.name: file.stat().st_mtime_ns for file in kept.glob("*.blob")} == made


def test_a_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert not len(RapidOcrEngine(threads=1).detect(np.full((64, 64, 3), 255, np.uint8)))


def test_an_export_is_made_once(folder: Path, cache: Path) -> None:
    first = Classifier(folder, "cpu", "openvino").scores(PICTURES)
    (made,) = cache.iterdir()
    written = (made / FILE).stat().st_mtime_ns
    assert Classifier(folder, "cpu", "openvino").scores(PICTURES) == first
    assert [*cache.iterdir()] == [made]
    assert (made / FILE).stat().st_mtime_ns == written


@pytest.mark.slow
def test_another_size_is_another_export(folder: Path, cache: Path) -> None:
    small = Classifier(folder, "cpu", "openvino").scores(PICTURES)
    other = cache.parent / "larger"
    shutil.copytree(folder, other)
    config = json.loads((folder / "config.json").read_text()) | {"input_size": 96}
    (other / "config.json").write_text(json.dumps(config))
    assert Classifier(other, "cpu", "openvino").scores(PICTURES) != small
    assert len([*cache.iterdir()]) == 2


def test_a_damaged_export_is_made_again(folder: Path, cache: Path) -> None:
    first = Classifier(folder, "cpu", "openvino").scores(PICTURES)
    (made,) = cache.iterdir()
    (made / FILE).write_text("half of")
    assert Classifier(folder, "cpu", "openvino").scores(PICTURES) == first


@pytest.mark.slow
def test_other_weights_are_another_export(folder: Path, weights: Path, cache: Path) -> None:
    Classifier(folder, "cpu", "openvino").scores(PICTURES)
    open_detector(weights, "cpu", "openvino").detect(PICTURES[0], [], floor=0.5)
    assert len([*cache.iterdir()]) == 2


def test_words_as_labels_stay_on_torch(open_weights: Path, cache: Path) -> None:
    assert open_detector(open_weights, "cpu", "openvino").labels()
    assert not cache.exists()


def test_torch_needs_no_openvino(folder: Path) -> None:
    program = (
        "import sys, numpy; from pathlib import Path; from tools.networks.classifier import Classifier;"
        f"c = Classifier(Path({str(folder)!r}), 'cpu', 'torch');"
        "c.scores([numpy.zeros((9, 9, 3), numpy.uint8)]); print('openvino' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "False", done.stderr


def test_what_is_wanted() -> None:
    assert is_wanted("auto", "cpu")
    assert is_wanted("openvino", "cpu")
    assert not is_wanted("torch", "cpu")
    assert not is_wanted("auto", "cuda:0")


def test_text_is_read_in_full_precision() -> None:
    engine = RapidOcrEngine(threads=1)
    blank = np.full((60, 200, 3), 255, np.uint8)
    assert len(engine.detect(blank)) == 0
    loaded = engine._loaded()
    for part in (loaded.text_det, loaded.text_cls, loaded.text_rec):
        network = part.session.session.get_compiled_model()
        assert network.get_property("INFERENCE_PRECISION_HINT").to_string() == "f32"


def test_weights_that_are_none_say_so(tmp_path: Path) -> None:
    (tmp_path / "detector.pt").write_bytes(b"no weights")
    with pytest.raises(ToolUnavailableError, match="cannot be loaded"):
        open_detector(tmp_path / "detector.pt", "cpu", "openvino").detect(PICTURES[0], [], 0.5)


def test_networks_that_are_compiled_at_once_leave_the_locale_alone(cache: Path) -> None:
    import openvino
    from openvino import opset13

    def network() -> Any:
        given = opset13.parameter([1, 4], np.float32)
        return openvino.Model([opset13.relu(given)], [given])

    before = locale.setlocale(locale.LC_CTYPE)
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: compile_network(network(), 1), range(32)))
        assert locale.setlocale(locale.LC_CTYPE) == before
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


@pytest.fixture
def side_by_side() -> Iterator[int]:
    """Streams of every network that loads meanwhile."""
    before = cores.streams()
    cores.share(2)
    yield 2
    cores.share(before)


def test_streams_say_what_one_inference_says(
    side_by_side: int, folder: Path, weights: Path
) -> None:
    classifier = Classifier(folder, "cpu", "openvino")
    detector = open_detector(weights, "cpu", "openvino")
    engine = RapidOcrEngine()
    page = drawn("STREAMS 42")

    def looks(number: int) -> Any:
        pixels = PICTURES[number % len(PICTURES)]
        texts = engine.recognize([page[:, : 300 + number % 3]])
        return classifier.scores([pixels]), detector.detect(pixels, [], floor=0.01), texts

    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(looks, range(12)))
    cores.share(1)
    classifier = Classifier(folder, "cpu", "openvino")
    detector = open_detector(weights, "cpu", "openvino")
    engine = RapidOcrEngine()
    for number, (scores, boxes, texts) in enumerate(together):
        alone_scores, alone_boxes, alone_texts = looks(number)
        assert np.array(scores) == pytest.approx(np.array(alone_scores), abs=1e-5)
        assert [label for label, _, _ in boxes] == [label for label, _, _ in alone_boxes]
        assert [text for text, _ in texts] == [text for text, _ in alone_texts]


def test_the_cores_are_shared_out(side_by_side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert (cores.streams(), cores.threads()) == (2, 4)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert cores.threads() == 3
    cores.share(1)
    assert cores.threads() == 3
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert cores.threads() is None
    cores.share(99)
    assert cores.threads() == 1


def drawn(words: str) -> Any:
    """Black words on white, uint8 RGB (60, 400, 3)."""
    image = Image.new("RGB", (400, 60), "white")
    ImageDraw.Draw(image).text((10, 10), words, "black", font=ImageFont.load_default(36))
    return np.asarray(image)
