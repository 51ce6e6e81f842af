"""Vision tools as LangChain tools: ids in, evidence into the ledger, text for the planner out.

Annotations are evaluated here, once: LangChain reads those of a tool's function at each call.
"""

from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, StructuredTool

from agent.context import RunContext
from agent.serialising import report_text
from tools.base import VisionTool
from tools.evidence import Evidence


def as_langchain_tool(tool: VisionTool) -> BaseTool:
    """Wrap a vision tool; its JSON schema is strict (all arguments required, nothing else)."""

    async def call(
        runtime: ToolRuntime[RunContext, Any], **arguments: Any
    ) -> tuple[str, list[Evidence]]:
        return await run_tool(tool, arguments, runtime.context, str(runtime.tool_call_id))

    return StructuredTool(
        name=tool.name,
        description=tool.description,
        args_schema=strict_schema(tool),
        coroutine=call,
        response_format="content_and_artifact",
    )


def strict_schema(tool: VisionTool) -> dict[str, Any]:
    """The parameters as JSON schema: `$defs` inlined, titles and defaults dropped, all required."""
    schema = tool.parameters.model_json_schema()
    definitions = schema.pop("$defs", {})

    def clean(node: Any) -> Any:
        if isinstance(node, list):
            return [clean(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return clean(
                definitions[node["$ref"].rsplit("/", 1)[1]]
                | {k: v for k, v in node.items() if k != "$ref"}
            )
        dropped = {"default"} | ({"title"} if isinstance(node.get("title"), str) else set())
        return {key: clean(value) for key, value in node.items() if key not in dropped}

    cleaned: dict[str, Any] = clean(schema)
    cleaned["required"] = list(cleaned.get("properties", {}))
    cleaned["additionalProperties"] = False
    return cleaned


def openai_schema(tool: VisionTool) -> dict[str, Any]:
    """A tool in the form in which it goes to an OpenAI-compatible planner."""
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": strict_schema(tool),
        "strict": True,
    }
    return {"type": "function", "function": function}


async def run_tool(
    tool: VisionTool, arguments: dict[str, Any], context: RunContext, call_id: str
) -> tuple[str, list[Evidence]]:
    """Run one call and enter what it found; returns what the planner reads, and the evidence.

    Raises:
        ToolError: wrong arguments, or the tool failed; nothing is entered then.
    """
    arguments = {name: value for name, value in arguments.items() if name != "runtime"}
    picture = context.picture(str(arguments.pop("picture", "")))
    region = context.region(arguments.pop("region", None), picture)
    context.runner.know(picture)
    report, cached = await context.runner.call(
        tool.name, arguments, picture=picture.ref, region=region
    )
    await context.my_turn(call_id)
    evidence = context.ledger.add(report, tool=tool.name, call_id=call_id)
    for record in context.records:
        if record.id == call_id:
            record.cached = cached
    return report_text(report, evidence), evidence
