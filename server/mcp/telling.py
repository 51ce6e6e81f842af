"""Results as text: all that the structured result says, for clients that show only text.

What was read from a picture stands in quotation marks (`agent.grounding.serialising`).
"""

from __future__ import annotations

from collections.abc import Sequence

from mcp_types import CallToolResult, ContentBlock, TextContent
from pydantic import BaseModel

from agent.answer import Answer
from agent.grounding.serialising import harmless, quoted, report_text
from server.mcp.resources import Address, link
from server.mcp.shapes import AnswerResult, FilesResult, LookResult, SessionResult
from tools.evidence import Evidence, ToolReport

NOTHING = "Looked, and found nothing: that is the result, not a failure."


def result(
    shape: BaseModel, lines: Sequence[str], annotated: Sequence[Address] = ()
) -> CallToolResult:
    """A tool's result: the data, the same as text, and links to pictures."""
    shown = [f"picture with boxes: {address.uri}" for address in annotated]
    content: list[ContentBlock] = [TextContent(text="\n".join([*lines, *shown]))]
    content += [link(address) for address in annotated]
    return CallToolResult(content=content, structured_content=shape.model_dump(mode="json"))


def failure(message: str) -> CallToolResult:
    """A failed call; no data, so that nothing can be taken for an empty result."""
    return CallToolResult(content=[TextContent(text=f"error: {harmless(message)}")], is_error=True)


def session_lines(found: SessionResult, evidence: Sequence[Evidence]) -> list[str]:
    """The lines of an open session."""
    pictures = [
        f"{p.id} {p.width}x{p.height}" + (f" {quoted(p.name)}" if p.name else "")
        for p in found.pictures
    ]
    seen = [_evidence(evidence)] if evidence else []
    return [f"session: {found.session}", *pictures, *seen, *map(harmless, found.notes)]


def look_lines(found: LookResult, text: str) -> list[str]:
    """The lines of a look; `text` is what a planner reads of it."""
    nothing = [NOTHING] if found.outcome == "nothing_found" else []
    return [*([text] if text else []), *nothing, f"session: {found.session}"]


def answer_lines(found: AnswerResult, answer: Answer) -> list[str]:
    """The lines of an answer: what it says, then what it rests on."""
    lines = [harmless(found.answer)]
    if found.abstained:
        lines.append(f"cannot tell: {found.reason}")
    if found.short_answer:
        lines.append(f"short answer: {harmless(found.short_answer)}")
    estimated = ", an estimate" if found.estimated else ""
    lines.append(f"confidence: {found.confidence:.2f}{estimated}")
    cited = ", ".join(e.id for e in answer.cited)
    lines += [f"rests on: {cited}"] if cited else []
    lines += [_evidence(answer.evidence)] if answer.evidence else []
    return [*lines, f"session: {found.session}", f"turn: {found.turn}"]


def file_lines(found: FilesResult) -> list[str]:
    """The lines of a list of files."""
    files = [
        f"{quoted(f.picture)} {f.bytes} bytes"
        + (f" {quoted(f.name)}" if f.name not in ("", f.picture) else "")
        for f in found.files
    ]
    folders = [f"folder {quoted(folder)}" for folder in found.folders]
    more = [f"more: after={quoted(found.more)}"] if found.more else []
    return [*folders, *files, *more] or ["There are no pictures here."]


def _evidence(evidence: Sequence[Evidence]) -> str:
    return report_text(ToolReport(), evidence)
