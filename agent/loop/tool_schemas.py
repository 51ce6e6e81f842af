"""What a planner is told of the tools and of the answer's form: JSON schemas in OpenAI's form."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from agent.answer import Draft
from tools.base import VisionTool


def tool_schema(tool: VisionTool) -> dict[str, Any]:
    """A tool as it is bound to a planner, which puts it into its own form (LangChain knows how)."""
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters": strict_schema(tool),
    }


def openai_schema(tool: VisionTool) -> dict[str, Any]:
    """A tool in the form in which it goes to an OpenAI-compatible planner."""
    return {"type": "function", "function": tool_schema(tool) | {"strict": True}}


def strict_schema(tool: VisionTool) -> dict[str, Any]:
    """The parameters as JSON schema: `$defs` inlined, titles and defaults dropped, all required."""
    schema = plain_schema(tool.parameters)
    schema["required"] = list(schema.get("properties", {}))
    schema["additionalProperties"] = False
    return schema


def plain_schema(model: type[BaseModel]) -> dict[str, Any]:
    """A model as JSON schema: `$defs` inlined, titles and defaults dropped."""
    schema = model.model_json_schema()
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
    return cleaned


def answer_form() -> dict[str, Any]:
    """What is bound beside the tools: the answer's form, so that a grammar can hold both.

    vLLM makes one grammar of strict tools and this schema: "tool calls or answer".
    """
    schema = {"name": Draft.__name__, "schema": Draft.model_json_schema(), "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}
