"""The command `traces export` and its options; imported for `--help`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.console import guard
from agent.cli.options import Debug

traces = typer.Typer(
    help="Runs that were written down.", no_args_is_help=True, rich_markup_mode=None
)


class Form(StrEnum):
    """How `traces export` writes conversations."""

    openai = "openai"
    trl = "trl"


@traces.callback()
def _traces() -> None:
    """Runs that were written down with --trace or --traces."""


@traces.command()
def export(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...",
            help="Files of `ask --trace`, folders of `batch --traces`.",
            show_default=False,
        ),
    ],
    *,
    out: Annotated[
        str, typer.Option(metavar="JSONL", help="The file to write; `-` is standard output.")
    ] = "-",
    form: Annotated[
        Form, typer.Option("--format", help="Call arguments as a JSON text, or as an object.")
    ] = Form.openai,
    abstentions: Annotated[
        bool,
        typer.Option(
            "--include-abstentions/--exclude-abstentions",
            help='Whether an honest "cannot tell" is to be learnt.',
        ),
    ] = True,
    debug: Debug = False,
) -> None:
    """Write accepted conversations as chat-format JSONL, to fine-tune a planner on.

    Accepted is what the evidence carries; a table says why the rest is not.
    """
    with guard(debug):
        from agent.cli.traces import run_export

        raise typer.Exit(run_export(paths, out, form.value, abstentions=abstentions))
