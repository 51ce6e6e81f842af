"""What a tool is: a typed function whose docstring and signature become the planner's schema.

The planner names pictures (`img_1`) and regions (`e3`); the function gets the `Picture` and the
`Region`. Running, batching and caching are `tools.execution`'s; LangChain is
`agent.loop.tool_schemas`'s.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from pydantic import BaseModel, ConfigDict, Field, create_model

from tools.evidence import Evidence, Region, ToolReport
from tools.pictures.store import Picture

if TYPE_CHECKING:
    from tools.explain.subjects import Subject


@dataclass(frozen=True)
class VisionTool:
    """A tool as the runner and the planner see it.

    `run(picture=Picture, region=Region | None, **arguments)` is called in a worker thread, never
    twice at once for one tool, unless it is `side_by_side`: then in as many threads as there are
    streams (`tools.networks.cores`). `parameters` holds the planner's side: the same names, with
    `picture` and `region` as ids. `version` is part of the cache key: change it with the results.
    `explains(evidence, arguments of its call)` gives the score behind evidence as a function of the
    picture, for saliency methods; None where there is no such score (a text is read, not scored).
    `forget(owner)` deletes what the tool itself keeps of an owner's pictures (`Picture.owner`).
    """

    name: str
    version: str
    description: str
    parameters: type[BaseModel]
    run: Callable[..., ToolReport]
    takes_region: bool
    explains: Callable[[Evidence, Mapping[str, Any]], Subject | None] | None = None
    side_by_side: bool = False
    forget: Callable[[str], None] | None = None


@dataclass(frozen=True, kw_only=True)
class BatchedTool(VisionTool):
    """A vision tool that answers several calls at once faster than one by one.

    `run_batch` takes the keyword arguments of up to `max_batch` calls of `run`, in the same worker
    thread, and returns for each its report or the error that this call alone has.
    """

    run_batch: Callable[[list[dict[str, Any]]], Sequence[ToolReport | Exception]]
    max_batch: int = 8


@overload
def vision_tool(
    function: Callable[..., ToolReport],
    *,
    version: str = "1",
    name: str | None = None,
    annotations: dict[str, Any] | None = None,
) -> VisionTool: ...
@overload
def vision_tool(
    function: None = None,
    *,
    version: str = "1",
    name: str | None = None,
    annotations: dict[str, Any] | None = None,
) -> Callable[[Callable[..., ToolReport]], VisionTool]: ...
def vision_tool(
    function: Callable[..., ToolReport] | None = None,
    *,
    version: str = "1",
    name: str | None = None,
    annotations: dict[str, Any] | None = None,
) -> VisionTool | Callable[[Callable[..., ToolReport]], VisionTool]:
    """Make a `VisionTool` of a typed function; works with and without parentheses.

    The first parameter is `picture: Picture`; `region: Region | None = None` is optional. What
    these two mean stands in the planner's prompt (`prompts/system.j2`), once for all tools. All
    others need type annotations that pydantic can turn into JSON schema. The docstring's first
    paragraph is the description; lines under `Args:` describe the parameters. `annotations`
    replaces the annotation of a parameter by what is known only at run time (the labels that the
    loaded weights know).

    Raises:
        TypeError: if the docstring, `picture` or an annotation is missing.
    """
    if function is None:
        return lambda f: vision_tool(f, version=version, name=name, annotations=annotations)
    doc = inspect.getdoc(function)
    hints = typing.get_type_hints(function, include_extras=True) | (annotations or {})
    parameters = list(inspect.signature(function).parameters)
    if not doc or not parameters or hints.get(parameters[0]) is not Picture:
        raise TypeError(
            f"{function.__name__} needs a docstring and a first parameter `picture: Picture`"
        )
    described = _described_arguments(doc)
    fields: dict[str, Any] = {}
    for parameter in parameters:
        if parameter not in hints:
            raise TypeError(f"{function.__name__}: parameter {parameter!r} needs a type annotation")
        if hints[parameter] is Picture:
            fields[parameter] = (str, ...)
        elif hints[parameter] == Region | None:
            fields[parameter] = (str | None, ...)
        else:
            description = described.get(parameter)
            fields[parameter] = (hints[parameter], Field(description=description))
    tool_name = name or function.__name__
    return VisionTool(
        name=tool_name,
        version=version,
        description=" ".join(doc.split("\n\n")[0].split()),
        parameters=create_model(tool_name, __config__=ConfigDict(extra="forbid"), **fields),
        run=function,
        takes_region="region" in parameters,
    )


def _described_arguments(doc: str) -> dict[str, str]:
    """The `Args:` section of a Google-style docstring: name → description."""
    described: dict[str, str] = {}
    current = None
    _, found, section = doc.partition("Args:\n")
    for line in section.splitlines() if found else ():
        if line and not line.startswith(" "):
            break
        head, colon, rest = line.strip().partition(": ")
        if colon and head.isidentifier() and not line.startswith("        "):
            current = head
            described[current] = rest
        elif current and line.strip():
            described[current] += " " + line.strip()
    return described
