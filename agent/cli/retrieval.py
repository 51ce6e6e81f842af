"""The commands `index` and `search` and their options; imported for `--help`, like `app`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.console import guard
from agent.cli.options import Debug, Json

commands = typer.Typer(rich_markup_mode=None)
IndexFile = Annotated[
    Path | None,
    typer.Option(
        "--index", metavar="FILE", help="The index; unset: this user's. [env: VQA_TOOLS__INDEX]"
    ),
]


@commands.command()
def index(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", show_default=False)],
    *,
    file: IndexFile = None,
    words: Annotated[
        bool,
        typer.Option("--text/--no-text", help="Whether words on pictures are read (slow)."),
    ] = True,
    forget: Annotated[
        bool, typer.Option("--forget", help="Take the folders out of the index instead.")
    ] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Index folders of pictures for `search`; run it again when they have changed."""
    with guard(debug):
        from agent.cli.indexing import run_forget, run_index

        code = (
            run_forget(folders, file)
            if forget
            else run_index(folders, file, words=words, as_json=json)
        )
        raise typer.Exit(code)


@commands.command()
def search(
    query: Annotated[
        str | None,
        typer.Argument(help='What pictures show, or say: "a dog in the snow".', show_default=False),
    ] = None,
    *,
    image: Annotated[
        str | None, typer.Option(metavar="PICTURE", help="Pictures that look like this one.")
    ] = None,
    text: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Pictures with these words on them.")
    ] = None,
    queries: Annotated[
        str | None,
        typer.Option(
            metavar="JSONL",
            help='Lines {"id", "query" or "image" or "text"}; lines {"id", "results"} come out.',
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="How many are shown.")] = 10,
    folder: Annotated[
        Path | None, typer.Option("--in", metavar="DIR", help="Only pictures below this folder.")
    ] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=NUMBER",
            help="How much a ranking counts: shows, looks, says; 0: not at all.",
        ),
    ] = None,
    file: IndexFile = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Find pictures of indexed folders by words, by a picture, or by what stands on them."""
    with guard(debug):
        from agent.cli.searching import Asked, Where, run_search

        asked = Asked(query, image, text, queries)
        where = Where(file, folder, top, tuple(weight or ()))
        raise typer.Exit(run_search(asked, where, as_json=json))
