"""The commands of the service: `serve`, `mcp`, `keys`, `config`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.console import guard
from agent.cli.options import Debug, Json

commands = typer.Typer(rich_markup_mode=None)
keys = typer.Typer(help="API keys of the service.", rich_markup_mode=None, no_args_is_help=True)
config = typer.Typer(
    help="Settings, and where each comes from.", rich_markup_mode=None, no_args_is_help=True
)

Host = Annotated[
    str | None, typer.Option(help="Where to listen, unless 127.0.0.1. [env: VQA_SERVER_HOST]")
]
Port = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="Unless 8000; 0: any free one. [env: VQA_SERVER_PORT]"),
]
Config = Annotated[
    Path | None,
    typer.Option(metavar="TOML", help="Settings of the service. [env: VQA_SERVER_CONFIG]"),
]

_LIMIT = "Unless the service's own limit."


@commands.command()
def serve(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    config: Config = None,
    debug: Debug = False,
) -> None:
    """Serve answers over HTTP, for this machine unless told otherwise; Ctrl-C ends it."""
    with guard(debug):
        from agent.cli.serve_http import run_service

        given = {"host": host, "port": port, "config": config}
        raise typer.Exit(run_service(context.obj, given))


@commands.command()
def mcp(
    context: typer.Context,
    root: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER",
            help="Pictures below it may be opened; again for more. Unless given, this folder.",
        ),
    ] = None,
    debug: Debug = False,
) -> None:
    """Be the eyes of another agent, which speaks MCP on stdin and stdout (serve: at /mcp)."""
    with guard(debug):
        from agent.cli.mcp_stdio import run_mcp

        raise typer.Exit(run_mcp(context.obj, root or [Path()]))


@keys.command()
def create(
    name: Annotated[str, typer.Argument(help="For whom it is: shop-bot.")],
    *,
    requests_per_minute: Annotated[int | None, typer.Option(min=1, help=_LIMIT)] = None,
    requests_per_day: Annotated[int | None, typer.Option(min=1, help=_LIMIT)] = None,
    pictures_per_day: Annotated[int | None, typer.Option(min=1, help=_LIMIT)] = None,
    storage_mb: Annotated[float | None, typer.Option(min=0.001, help=_LIMIT)] = None,
    json: Json = False,
    config: Config = None,
    debug: Debug = False,
) -> None:
    """Create a key and show it, this once; from then on the service wants one."""
    with guard(debug):
        from agent.cli.api_keys import run_create

        limits = {
            "requests_per_minute": requests_per_minute,
            "requests_per_day": requests_per_day,
            "pictures_per_day": pictures_per_day,
            "storage_mb": storage_mb,
        }
        raise typer.Exit(run_create(name, limits, config, as_json=json))


@keys.command(name="list")
def list_keys(json: Json = False, config: Config = None, debug: Debug = False) -> None:
    """Show the keys that there are: by name and beginning, the rest nobody knows."""
    with guard(debug):
        from agent.cli.api_keys import run_list

        raise typer.Exit(run_list(config, as_json=json))


@keys.command()
def revoke(
    key: Annotated[str, typer.Argument(metavar="ID", help="As keys list shows it.")],
    config: Config = None,
    debug: Debug = False,
) -> None:
    """Let a key be refused from now on; what it owns is kept until its time is over."""
    with guard(debug):
        from agent.cli.api_keys import run_revoke

        raise typer.Exit(run_revoke(key, config))


@config.command()
def show(
    json: Json = False,
    host: Host = None,
    port: Port = None,
    config: Config = None,
    debug: Debug = False,
) -> None:
    """Show each setting of service and agent, its value and where it comes from; no secrets."""
    with guard(debug):
        from agent.cli.showing import run_show

        given = {"host": host, "port": port, "config": config}
        raise typer.Exit(run_show(given, as_json=json))
