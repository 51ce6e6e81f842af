"""Options that commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON (docs/json.md).")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the stack trace of an error.")]
