"""The commands about what is installed: `doctor`, `tools`, `serve-llm`, `models`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.console import guard
from agent.cli.factory import Options
from agent.cli.options import Debug, Json, Model, Url

commands = typer.Typer(rich_markup_mode=None)
models = typer.Typer(help="The catalogue of weights.", rich_markup_mode=None)


@commands.command()
def doctor(
    context: typer.Context,
    json: Json = False,
    planner_url: Url = None,
    planner_model: Model = None,
    debug: Debug = False,
) -> None:
    """Say what is installed, which tools have weights, which planner answers, and what to do."""
    with guard(debug):
        from agent.cli.doctor import run_doctor

        options = Options(planner_url, planner_model)
        raise typer.Exit(run_doctor(context.obj, options, as_json=json))


@commands.command()
def tools(context: typer.Context, json: Json = False, debug: Debug = False) -> None:
    """Show the tools as the planner sees them."""
    with guard(debug):
        from agent.cli.listing import run_tools

        raise typer.Exit(run_tools(context.obj, as_json=json))


@commands.command(name="serve-llm")
def serve_llm(
    extra: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- VLLM OPTIONS]", help="After --: anything that vLLM takes."),
    ] = None,
    *,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="A hub's owner/name or a folder; unset: what suits the GPU, else the built-in.",
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    uds: Annotated[
        Path | None, typer.Option(metavar="SOCKET", help="A unix socket instead of a port.")
    ] = None,
    gpu_memory_utilization: Annotated[
        float | None, typer.Option(min=0.05, max=1, help="The share of the GPU that vLLM takes.")
    ] = None,
    lora_modules: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FOLDER", help="A LoRA adapter; ask it by VQA_PLANNER_MODEL."),
    ] = None,
    python: Annotated[
        Path | None, typer.Option(help="Python of vLLM's environment; unset: make vllm's.")
    ] = None,
    log: Annotated[Path | None, typer.Option(metavar="FILE", help="Where vLLM's log goes.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the command only.")] = False,
    debug: Debug = False,
) -> None:
    """Start vLLM with the flags that the model needs; Ctrl-C ends it."""
    with guard(debug):
        from agent.cli.serve import Serving, run_serve

        options = Serving(
            model, host, port, uds, gpu_memory_utilization, tuple(lora_modules or ()), python, log,
            dry_run, tuple(extra or ()),
        )  # fmt: skip
        raise typer.Exit(run_serve(options))


@models.callback(invoke_without_command=True)
def listing(context: typer.Context, json: Json = False, debug: Debug = False) -> None:
    """Show the catalogue of weights: built in, here, or to be pulled; licence, size, figures."""
    if context.invoked_subcommand is None:
        with guard(debug):
            from agent.cli.models import run_models

            raise typer.Exit(run_models(as_json=json))


@models.command()
def pull(
    name: Annotated[str, typer.Argument(help="A name of the catalogue: yolo26m.")],
    debug: Debug = False,
) -> None:
    """Fetch weights from their hub into the cache, and pin their hash."""
    with guard(debug):
        from agent.cli.models import run_pull

        raise typer.Exit(run_pull(name))
