"""`vqa-agent search`: pictures of the index by what they show, how they look, what they say."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from agent.cli.console import ABSTAINED, ANSWERED, BAD_INPUT, clean, note, output, working
from agent.cli.factory import Options, settings_from
from agent.cli.indexing import Opener, absolute, say_missing
from agent.cli.row_formats import RawRow, raw_rows
from agent.cli.rows import BadRow, find_picture
from agent.files import dumps
from tools.errors import InputError, PictureError
from tools.pictures.store import PictureStore
from tools.retrieval.encoders import open_encoders
from tools.retrieval.hits import hit_json, rounded
from tools.retrieval.searching import DEFAULT_WEIGHTS, By, Hit, Query, Reason, Searcher
from tools.weights.find import Missing

if TYPE_CHECKING:
    from tools.retrieval.index_file import IndexedPicture

QUERIES_AT_ONCE = 16
"""Of a file: their pictures, and their scores of all pictures of the index, are held at once."""


@dataclass(frozen=True)
class Where:
    """Where a search looks, and how: the index (None: that of the settings), a folder, weights."""

    index: Path | None = None
    folder: Path | None = None
    top: int = 10
    weights: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What is looked for: words, a picture, words that stand on it; or a file of such."""

    query: str | None = None
    image: str | None = None
    text: str | None = None
    queries: str | None = None


def run_search(
    asked: Asked, where: Where, *, as_json: bool = False, opener: Opener = open_encoders
) -> int:
    """Print what is found; returns 3 where that is nothing.

    Raises:
        InputError: nothing is asked, there is no index, a picture or a weight is wrong.
    """
    from tools.retrieval.index_file import index_at, reading

    _check(asked)
    weights = _weights(where.weights)
    config = settings_from(Options()).tools
    with reading(where.index or index_at(config)) as index:
        encoders = None
        if (asked.query, asked.image, asked.queries) != (None, None, None):
            with working("waking up …"):
                encoders = opener(config)
        if isinstance(encoders, Missing):
            return say_missing(encoders)
        folder = absolute(where.folder) if where.folder else None
        searcher = Searcher(index, encoders, folder, weights)
        if searcher.not_encoded:
            note(
                f"{searcher.not_encoded} of {searcher.pictures} pictures are found by words only, "
                "until they are indexed again (vqa-agent index FOLDER)"
            )
        if asked.queries is not None:
            return _answer_file(searcher, asked.queries, where.top)
        (ranked,) = searcher.rank([_query(asked)])
        return _show(searcher.best(ranked, where.top), as_json=as_json)


def _check(asked: Asked) -> None:
    given = [asked.query, asked.image, asked.text]
    if asked.queries is None and all(part is None for part in given):
        raise InputError('nothing is asked; try: vqa-agent search "a dog in the snow"')
    if asked.queries is not None and any(part is not None for part in given):
        raise InputError("--queries has all that is asked; leave the rest away")
    if any(part is not None and not part.strip() for part in given):
        raise InputError("what is asked is empty")


def _weights(given: tuple[str, ...]) -> dict[By, float]:
    weights = dict(DEFAULT_WEIGHTS)
    for word in given:
        name, _, number = word.partition("=")
        try:
            weight = float(number)
        except ValueError:
            weight = -1.0
        by = next((by for by in get_args(By) if by == name), None)
        if by is None or not 0 <= weight < float("inf"):
            names = ", ".join(get_args(By))
            raise InputError(f"--weight {word}: give a name ({names}) and a number, as says=0.5")
        weights[by] = weight
    return weights


def _query(asked: Asked) -> Query:
    pixels = None
    if asked.image is not None:
        source = sys.stdin.buffer.read() if asked.image == "-" else asked.image
        pixels = PictureStore().add(source).pixels
    return Query(asked.query, pixels, asked.text)


def _answer_file(searcher: Searcher, file: str, top: int) -> int:
    """Write a line for each query of a file, in order; near-duplicates stay on their own."""
    path = Path(file)
    if file != "-" and not path.is_file() and not path.is_fifo():
        raise InputError(f"there is no file {file!r}")
    data = sys.stdin.buffer.read() if file == "-" else path.read_bytes()
    rows = list(raw_rows(data))
    if not rows:
        raise InputError(f"there are no queries in {file!r}")
    places = [Path()] if file == "-" else [path.parent, Path()]
    good = 0
    for begin in range(0, len(rows), QUERIES_AT_ONCE):
        read = [_row(raw, places) for raw in rows[begin : begin + QUERIES_AT_ONCE]]
        ranked = iter(searcher.rank([row[1] for row in read if not isinstance(row, BadRow)]))
        for row in read:
            if isinstance(row, BadRow):
                print(dumps({"id": row.id, "error": row.problem}), flush=True)
                continue
            files = searcher.files(next(ranked), top)
            results = [_file_json(*found) for found in files]
            print(dumps({"id": row[0], "results": results}), flush=True)
            good += 1
    return ANSWERED if good else BAD_INPUT


def _row(raw: RawRow, places: list[Path]) -> tuple[Any, Query] | BadRow:
    if raw.problem or not isinstance(raw.data, dict):
        return BadRow(raw.name, raw.problem or "not an object with id and query, image or text")
    row_id = raw.data.get("id", raw.name)
    parts = {name: raw.data[name] for name in ("query", "image", "text") if name in raw.data}
    if not parts or not all(isinstance(part, str) and part.strip() for part in parts.values()):
        return BadRow(row_id, "give `query`, `image` or `text`, each a text")
    try:
        if "image" in parts:
            parts["image"] = find_picture(parts["image"], places)
        return row_id, _query(Asked(**parts))
    except PictureError as error:
        return BadRow(row_id, str(error))


def _show(hits: list[Hit], *, as_json: bool) -> int:
    if as_json:
        print(dumps({"results": [hit_json(hit) for hit in hits]}, indent=2))
    elif hits:
        _print_table(hits)
    if not hits:
        note("nothing is found")
    return ANSWERED if hits else ABSTAINED


def _print_table(hits: list[Hit]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("score", justify="right")
    table.add_column("picture", overflow="fold")
    table.add_column("why", overflow="fold")
    for hit in hits:
        lines = [*_names(hit.picture), *(n for p in hit.near_duplicates for n in _names(p, "≈ "))]
        why = "; ".join(_in_words(by, reason) for by, reason in hit.reasons.items())
        table.add_row(f"{hit.score:.2f}", Text(clean("\n".join(lines))), Text(clean(why)))
    output().print(table)


def _names(picture: IndexedPicture, mark: str = "") -> Iterator[str]:
    """The first of its paths, marked, then those of identical files."""
    page = f" page {picture.page}" if picture.page else ""
    for number, path in enumerate(picture.paths):
        shown = Path(path)
        gone = "" if shown.exists() else " (gone)"
        if shown.is_relative_to(Path.cwd()):
            shown = shown.relative_to(Path.cwd())
        yield f"{'= ' if number else mark}{shown}{page}{gone}"


def _in_words(by: By, reason: Reason) -> str:
    match by:
        case "shows":
            return f"likely to show that: {reason.probability:.0%}"
        case "looks":
            return f"looks like the picture ({reason.score:.2f})"
        case "says":
            return f"says “{reason.line}”"


def _file_json(path: str, page: int | None, score: float) -> dict[str, Any]:
    return {"picture": path, **({"page": page} if page else {}), "score": rounded(score)}
