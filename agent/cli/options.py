"""Options that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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
Annotate = Annotated[
    Path | None,
    typer.Option(metavar="PNG", help="Write the picture with the cited boxes drawn in."),
]
Trace = Annotated[
    Path | None, typer.Option(metavar="JSON", help="Write down the whole run: messages, calls.")
]
