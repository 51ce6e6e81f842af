"""`vqa-agent config show`: each setting of the service, its value, and where that comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.cli.console import ANSWERED, output
from agent.files import dumps


def run_show(given: Mapping[str, Any], *, as_json: bool) -> int:
    """Print a table, or JSON by name; secrets are stars."""
    from rich.table import Table

    from server.settings import load, origins

    settings = load(given)
    values = settings.model_dump(mode="json")
    rows = {name: (values[name], origin) for name, origin in origins(settings, given)}
    if as_json:
        shown = {name: {"value": value, "from": origin} for name, (value, origin) in rows.items()}
        print(dumps(shown, indent=2))
        return ANSWERED
    table = Table("setting", "value", "from", box=None, pad_edge=False)
    for name, (value, origin) in rows.items():
        table.add_row(name, dumps(value), origin)
    output().print(table)
    return ANSWERED
