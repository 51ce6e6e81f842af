"""The tools as a client is told of them: names, descriptions, schemas, hints."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from mcp_types import CallToolResult, Tool, ToolAnnotations
from pydantic import BaseModel

from agent.loop.tool_schemas import plain_schema
from server.access.identity import Caller
from server.mcp.looking import Looking, Told
from server.mcp.shapes import (
    AnswerResult,
    AskArguments,
    DescribeArguments,
    FilesResult,
    LookResult,
    OpenArguments,
    SessionArguments,
    SessionResult,
)
from server.mcp.sources import Sources
from tools.base import VisionTool

READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
"""Nothing but the server's own sessions changes."""
SESSION = {
    "type": "string",
    "description": "The id that open_picture, ask or describe gave.",
}

Call = Callable[[Caller, Any, Told], Awaitable[CallToolResult]]


@dataclass(frozen=True)
class Offered:
    """A tool of our own: what a client is told, what it takes, what it does."""

    tool: Tool
    arguments: type[BaseModel]
    call: Call


def own_tools(looking: Looking, sources: Sources) -> list[Offered]:
    """`ask`, `describe`, and what opens and lists."""

    def offered(
        call: Call, arguments: type[BaseModel], gives: type[BaseModel], description: str
    ) -> Offered:
        tool = Tool(
            name=call.__name__,
            description=description,
            input_schema=_schema(arguments),
            output_schema=_schema(gives),
            annotations=READS,
        )
        return Offered(tool, arguments, call)

    return [
        offered(
            looking.ask, AskArguments, AnswerResult,
            "Ask a question about pictures; the answer says only what was seen, with its evidence. "
            f"{sources.named}",
        ),
        offered(
            looking.describe, DescribeArguments, AnswerResult,
            f"Describe pictures from what can be seen of them. {sources.named}",
        ),
        offered(
            looking.open_picture, OpenArguments, SessionResult,
            f"Open a picture, to look at it with one tool at a time. {sources.named} "
            "Gives the session and the ids of its pictures (img_1), which the tools take.",
        ),
        offered(
            looking.list_session, SessionArguments, SessionResult,
            "List the pictures of a session, and all evidence that was seen in them.",
        ),
        offered(
            looking.list_files, sources.listing, FilesResult,
            f"List the pictures that can be opened. {sources.named}",
        ),
    ]  # fmt: skip


def vision_tool(tool: VisionTool) -> Tool:
    """A vision tool; the picture may be left out where a session has but one."""
    schema = plain_schema(tool.parameters)
    properties = schema["properties"]
    needed = [name for name in properties if name != "picture" and not _nullable(properties[name])]
    return Tool(
        name=tool.name,
        description=tool.description,
        input_schema=schema
        | {"properties": {"session": SESSION} | properties, "required": ["session", *needed]},
        output_schema=_schema(LookResult),
        annotations=READS,
    )


def _schema(shape: type[BaseModel]) -> dict[str, Any]:
    """Of arguments or results; what they belong to, the tool says."""
    return {key: value for key, value in plain_schema(shape).items() if key != "description"}


def _nullable(schema: dict[str, Any]) -> bool:
    return {"type": "null"} in schema.get("anyOf", [])
