"""`vqa-agent tools`: the tools as the planner sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.cli.console import ANSWERED, clean, note, output, working
from agent.cli.factory import Options, open_agent
from agent.files import dumps

if TYPE_CHECKING:
    from rich.console import Console

    from tools.base import VisionTool

MAX_CHOICES = 12
"""So many words of an enumeration are shown; `--json` shows all."""


def run_tools(factory: Any, *, as_json: bool) -> int:
    """Print the tools that are offered; what is missing is said on stderr."""
    from agent.loop.tool_schemas import openai_schema

    with working("looking around …"), open_agent(factory, Options()) as agent:
        offered = list(agent.toolset.offered)
        missing = [f"{m.what}: {m.why}" for m in agent.toolset.missing]
    if as_json:
        print(dumps([openai_schema(tool) for tool in offered], indent=2))
        return ANSWERED
    show(output(), offered)
    if missing:
        note("not offered: " + "; ".join(missing) + " (vqa-agent doctor says what to do)")
    return ANSWERED


def show(console: Console, tools: list[VisionTool]) -> None:
    """Print name, description and arguments of each tool."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from agent.loop.tool_schemas import openai_schema

    for tool in tools:
        function = openai_schema(tool)["function"]
        console.print(Text(tool.name, style="bold cyan"))
        console.print(Padding(Text(clean(tool.description)), (0, 0, 0, 2), expand=False))
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        for name, schema in function["parameters"].get("properties", {}).items():
            about = Text(type_of(schema), style="dim")
            if schema.get("description"):
                about.append("  " + clean(schema["description"]), style="not dim")
            table.add_row(Text(name, style="green"), about)
        console.print(Padding(table, (0, 0, 1, 2), expand=False))


def type_of(schema: dict[str, Any]) -> str:
    """A JSON schema in a few words: "string or null", "list of dog | cat | …", "integer 1..10"."""
    if "anyOf" in schema:
        return " or ".join(type_of(choice) for choice in schema["anyOf"])
    if schema.get("type") == "array":
        return "list of " + type_of(schema.get("items", {}))
    if "enum" in schema:
        words = [str(word) for word in schema["enum"]]
        more = f" | … ({len(words)})" if len(words) > MAX_CHOICES else ""
        return " | ".join(words[:MAX_CHOICES]) + more
    if "minimum" in schema and "maximum" in schema:
        return f"{schema.get('type')} {schema['minimum']}..{schema['maximum']}"
    return str(schema.get("type", "anything"))
