"""Puts the commands together; each group of them and its options stand in one module.

What a command does is imported when it runs. Only typer and the standard library are imported here:
this file and those modules are what `--help` costs.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from agent.cli import answering, exporting, installed, measuring, retrieval, service, training

app = typer.Typer(
    name="vqa-agent",
    help="Questions about pictures, answered from evidence.",
    epilog="Exit codes: 0 answered, 3 cannot tell, 2 bad input or usage, 1 anything else.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
# Help lists them in this order.
app.add_typer(answering.commands)
app.add_typer(installed.commands)
app.add_typer(retrieval.commands)
app.add_typer(service.commands)
app.add_typer(service.keys, name="keys")
app.add_typer(service.config, name="config")
app.add_typer(installed.models, name="models")
app.add_typer(exporting.traces, name="traces")
app.add_typer(training.training, name="train")
app.add_typer(measuring.evaluation, name="eval")


def main() -> None:
    """The console script."""
    app(prog_name="vqa-agent")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"vqa-agent {version('vqa-agent')}")
        except PackageNotFoundError:
            typer.echo("vqa-agent (not installed)")
        raise typer.Exit


def _read_settings_from(file: Path | None) -> Path | None:
    if file is not None:
        # For whatever makes settings in this process, which is all that a command does.
        os.environ["VQA_ENV_FILE"] = str(file)
    return file


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    env_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            callback=_read_settings_from,
            help="Settings (VQA_…=… lines), read besides the environment. [env: VQA_ENV_FILE]",
        ),
    ] = None,
) -> None:
    """Questions about pictures, answered from evidence."""
