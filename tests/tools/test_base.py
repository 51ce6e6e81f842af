from __future__ import annotations

from typing import Any

import pytest

from agent.loop.tool_schemas import strict_schema
from tools import Picture, Region, ToolReport, vision_tool


@vision_tool(version="2")
def weigh(picture: Picture, unit: str, times: int = 3, region: Region | None = None) -> ToolReport:
    """Weigh what a picture shows,
    carefully.

    More text that the planner does not need.

    Args:
        unit: The unit to answer in,
            such as kg.
        times: How often to weigh.
    """
    return ToolReport()


def test_the_schema_is_the_signature() -> None:
    assert weigh.description == "Weigh what a picture shows, carefully."
    assert weigh.takes_region
    schema = strict_schema(weigh)
    properties = schema["properties"]
    assert list(properties) == schema["required"] == ["picture", "unit", "times", "region"]
    assert properties["picture"]["type"] == "string"
    assert properties["unit"]["description"] == "The unit to answer in, such as kg."
    assert properties["region"]["anyOf"] == [{"type": "string"}, {"type": "null"}]
    assert schema["additionalProperties"] is False
    assert "default" not in str(schema)


def no_docstring(picture: Picture) -> ToolReport:
    return ToolReport()


def no_picture(path: str) -> ToolReport:
    """Take no picture."""
    return ToolReport()


def no_annotation(picture: Picture, what) -> ToolReport:  # type: ignore[no-untyped-def]
    """Take anything."""
    return ToolReport()


@pytest.mark.parametrize("function", [no_docstring, no_picture, no_annotation])
def test_what_is_no_tool_is_refused_by_name(function: Any) -> None:
    with pytest.raises(TypeError, match=function.__name__):
        vision_tool(function)
