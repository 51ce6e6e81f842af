"""Options that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON (docs/json.md).")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the stack trace of an error.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say each step; show all evidence.")]
Url = Annotated[
    str | None,
    typer.Option(
        "--planner-url",
        metavar="URL",
        help="An OpenAI-compatible server, such as http://host:8000/v1. [env: VQA_PLANNER_URL]",
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--planner-model", metavar="NAME", help="The server's model. [env: VQA_PLANNER_MODEL]"
    ),
]
Language = Annotated[
    Literal["auto", "en", "zh"] | None,
    typer.Option(help="Of the answers; auto: the question's. [env: VQA_PREFERENCES__LANGUAGE]"),
]
Length = Annotated[
    Literal["short", "normal", "long"] | None,
    typer.Option(help="Of the answers. [env: VQA_PREFERENCES__LENGTH]"),
]
Names = Annotated[
    list[str] | None,
    typer.Option(
        "--name",
        metavar="THING=NAME",
        help='What you call a thing, as cup="MugMaster 300". [env: VQA_PREFERENCES__NAMES]',
    ),
]
Annotate = Annotated[
    Path | None,
    typer.Option(metavar="PNG", help="Write the picture with the cited boxes drawn in."),
]
Trace = Annotated[
    Path | None, typer.Option(metavar="JSON", help="Write down the whole run: messages, calls.")
]
