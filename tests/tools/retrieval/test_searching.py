"""What a search finds, in which order, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.fakes.albums import ScriptedReader, photograph
from tests.fakes.encoders import ColourSpace
from tools.errors import InputError
from tools.pictures.store import PictureStore
from tools.retrieval.encoders import Encoders
from tools.retrieval.fingerprints import MOST_BITS, different_bits, fingerprint
from tools.retrieval.index_file import IndexFile, reading, writing
from tools.retrieval.ranking import Ranking, fused
from tools.retrieval.searching import Hit, Query, Searcher
from tools.retrieval.terms import phrase, terms_of
from tools.retrieval.updating import update

COLOURS = ("red", "green", "blue", "yellow")
SIGNS = {
    (50, 60): "INVOICE No. 17\nMay 2024\nTotal 23.50",
    (51, 60): "invoices are filed here",
    (52, 60): "面包店\n收据 合计 ２３元",
    (53, 60): "RED LION\nsince 2024",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndexFile]:
    folder = tmp_path_factory.mktemp("album")
    for number, colour in enumerate(COLOURS):
        photograph(folder / "colours" / f"{colour}.png", colour, number)
    for width, height in SIGNS:
        sign = Image.effect_noise((width, height), 3 * width).convert("RGB")
        sign.save(photograph(folder / "signs" / f"{width}.png", "red"))
    with writing(folder / "index.sqlite3") as opened:
        update(opened, folder, Encoders(ColourSpace()), ScriptedReader(dict(SIGNS)))
        yield opened


def folder_of(index: IndexFile) -> Path:
    return Path(next(iter(index.known(Path("/"))))).parents[1]


def best(index: IndexFile, query: Query, top: int = 10, **options: object) -> list[Hit]:
    searcher = Searcher(index, Encoders(ColourSpace()), **options)  # type: ignore[arg-type]
    (ranked,) = searcher.rank([query])
    return searcher.best(ranked, top)


def stems(hits: list[Hit]) -> list[str]:
    return [Path(hit.picture.paths[0]).stem for hit in hits]


@pytest.mark.parametrize(
    ("text", "first"),
    [("a red square", "red"), ("something blue", "blue"), ("绿色的东西", "green")],
)
def test_a_text_finds_what_it_says(index: IndexFile, text: str, first: str) -> None:
    hits = best(index, Query(text=text))
    assert stems(hits)[0] == first
    assert len(hits) == 8, "nothing is left out"
    assert hits[0].reasons["shows"].rank == 1
    assert hits[0].reasons["shows"].probability is not None
    assert hits[0].reasons["shows"].probability > 0.5


def test_a_picture_finds_itself_and_its_like(index: IndexFile, tmp_path: Path) -> None:
    file = photograph(tmp_path / "new.png", "blue", 2)
    pixels = PictureStore().add(file).pixels
    (first, *rest) = best(index, Query(image=pixels))
    assert Path(first.picture.paths[0]).stem == "blue"
    assert first.score == pytest.approx(1, abs=1e-5)
    assert all(hit.score < first.score for hit in rest)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("invoice 2024", ["50", "51", "53"]),
        ("INVOICES", ["51", "50"]),
        ("total 23.50", ["50"]),
        ("收据", ["52"]),
        ("面包店的收据", ["52"]),
        ("23元", ["52", "50"]),
        ("voice", []),
        ('" OR * NEAR(', []),
        ("?!", []),
    ],
)
def test_words_are_found_where_they_stand(index: IndexFile, words: str, found: list[str]) -> None:
    searcher = Searcher(index, None)
    (ranked,) = searcher.rank([Query(words=words)])
    hits = searcher.best(ranked, 10)
    assert sorted(stems(hits)) == sorted(found)
    assert stems(hits)[:1] == found[:1]


def test_the_line_that_says_it_is_told(index: IndexFile) -> None:
    (hit,) = best(index, Query(words="may"))
    assert hit.reasons["says"].line == "May 2024"


def test_a_text_is_looked_for_among_the_words_as_well(index: IndexFile) -> None:
    hits = best(index, Query(text="the red lion"))
    assert stems(hits)[0] == "53"
    assert hits[0].reasons.keys() == {"shows", "says"}
    without = best(index, Query(text="the red lion"), weights={"shows": 1, "looks": 1, "says": 0})
    assert stems(without)[0] == "red"


def test_a_text_and_a_picture_are_looked_for_together(index: IndexFile, tmp_path: Path) -> None:
    pixels = PictureStore().add(photograph(tmp_path / "new.png", "yellow", 3)).pixels
    hits = best(index, Query(text="green", image=pixels))
    assert set(stems(hits)[:2]) == {"green", "yellow"}
    assert hits[0].reasons.keys() == {"shows", "looks"}


def test_a_folder_can_be_searched_alone(index: IndexFile) -> None:
    colours = folder_of(index) / "colours"
    assert sorted(stems(best(index, Query(text="red lion"), folder=colours))) == sorted(COLOURS)
    assert best(index, Query(words="lion"), folder=colours) == []


def test_many_queries_are_answered_each_by_itself(index: IndexFile) -> None:
    searcher = Searcher(index, Encoders(ColourSpace()))
    queries = [Query(text=colour) for colour in COLOURS[1:3]] + [Query(words="lion")]
    found = [searcher.files(ranked, 1)[0] for ranked in searcher.rank(queries)]
    assert [Path(path).stem for path, _, _ in found] == ["green", "blue", "53"]


def test_near_duplicates_stand_behind_the_first(tmp_path: Path) -> None:
    folder = tmp_path / "album"
    original = photograph(folder / "photo.png", "red", 2)
    image = Image.open(original)
    image.resize((240, 160)).save(folder / "larger.jpg", quality=70)
    image.rotate(180).save(folder / "turned.png")
    photograph(folder / "other colour.png", "blue", 2)
    with writing(tmp_path / "index.sqlite3") as index:
        update(index, folder, Encoders(ColourSpace()))
        hits = best(index, Query(text="red"), top=3)
        groups = [{Path(p.paths[0]).stem for p in (h.picture, *h.near_duplicates)} for h in hits]
        assert sorted(map(sorted, groups)) == [["larger", "photo"], ["other colour"], ["turned"]]
        searcher = Searcher(index, Encoders(ColourSpace()))
        (ranked,) = searcher.rank([Query(text="red")])
        assert len(searcher.files(ranked, 10)) == 4, "file by file nothing is put together"


def test_other_weights_are_told_and_words_still_found(index: IndexFile) -> None:
    other = Searcher(index, Encoders(ColourSpace(version="colours-2")))
    with pytest.raises(InputError, match="vqa-agent index"):
        other.rank([Query(text="red")])


def test_without_an_index_it_says_what_to_do(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"no index yet.*vqa-agent index FOLDER"),
        reading(tmp_path / "none.sqlite3"),
    ):
        pass


IDS = st.lists(st.integers(1, 50), unique=True, max_size=20)


def ranking_of(ids: list[int]) -> Ranking:
    scores = np.linspace(1, 0, len(ids), dtype=np.float32)
    return Ranking(np.array(ids, np.int64), scores)


@given(one=IDS, other=IDS, weight=st.floats(0.1, 10))
def test_a_fusion_has_all_pictures_once_and_the_best_of_all_first(
    one: list[int], other: list[int], weight: float
) -> None:
    whole = fused([(ranking_of(one), 1.0), (ranking_of(other), weight)])
    assert sorted(whole.ids) == sorted({*one, *other})
    assert np.all(np.diff(whole.scores) <= 0)
    if one and other and one[0] == other[0]:
        assert whole.ids[0] == one[0]
        assert whole.scores[0] == pytest.approx(1)


@given(ids=IDS)
def test_what_counts_nothing_changes_nothing(ids: list[int]) -> None:
    whole = fused([(ranking_of(ids), 1.0), (ranking_of(ids[::-1]), 0.0), (ranking_of([]), 1.0)])
    assert list(whole.ids) == ids


def test_a_fusion_is_the_sum_of_the_papers_formula() -> None:
    one, other = ranking_of([1, 2, 3]), ranking_of([3, 1])
    whole = fused([(one, 1.0), (other, 2.0)])
    expected = {1: 1 / 61 + 2 / 62, 2: 1 / 62, 3: 1 / 63 + 2 / 61}
    assert list(whole.ids) == [3, 1, 2]
    for picture, score in zip(whole.ids, whole.scores, strict=True):
        assert score == pytest.approx(expected[int(picture)] / (3 / 61))


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("a dog in the snow", ["dog", "snow"]),
        ("which of my photos shows the receipt from the bakery?", ["receipt", "bakery"]),
        ("39.10 EUR", ["39.10", "eur"]),
        ("雪地里的狗", ["雪地", "狗"]),
        ("我的发票 2024", ["发票", "2024"]),
        ("the in of", ["the", "in", "of"]),
        ("", []),
    ],
)
def test_words_that_only_join_are_not_looked_for(query: str, terms: list[str]) -> None:
    assert terms_of(query) == terms


@settings(max_examples=25)
@given(query=st.text(max_size=60))
def test_any_words_can_be_looked_for(index: IndexFile, query: str) -> None:
    for term in terms_of(query):
        assert phrase(term).count('"') == 2
    best(index, Query(words=query))


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_a_fingerprint_survives_another_size_and_tells_pictures_apart(seed: int) -> None:
    generator = np.random.default_rng(seed)
    coarse = generator.integers(0, 256, (2, 9, 12, 3), dtype=np.uint8)
    one, other = (
        np.asarray(Image.fromarray(c).resize((240, 180), Image.Resampling.BICUBIC)) for c in coarse
    )
    smaller = np.asarray(Image.fromarray(one).resize((160, 120), Image.Resampling.LANCZOS))
    mark = fingerprint(one)
    assert len(mark) == 32
    assert different_bits(mark, fingerprint(smaller)) <= MOST_BITS
    assert different_bits(mark, fingerprint(other)) > MOST_BITS
