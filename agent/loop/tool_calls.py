"""One turn's tool calls: names and ids in; evidence into the ledger, and text for the planner out.

A `ToolError` goes back to the planner, all else ends the run.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from langchain_core.messages import ToolCall, ToolMessage

from agent.answer import ToolCallRecord
from agent.events import Event, ToolFinished, ToolStarted
from agent.grounding.serialising import harmless, report_text
from agent.loop.callbacks import as_tool_run
from agent.loop.state import Question
from tools.errors import ToolError
from tools.evidence import ToolReport


async def run_calls(calls: Sequence[ToolCall], question: Question) -> list[ToolMessage]:
    """Run the calls at the same time; their evidence enters the ledger as they were planned."""
    records = [_record(call) for call in calls]
    question.calls += records
    for record in records:
        question.emit(ToolStarted(record.id, record.name, record.arguments))
    looks = [asyncio.create_task(_look(record, question)) for record in records]
    try:
        return [
            _entered(await look, record, question)
            for look, record in zip(looks, records, strict=True)
        ]
    finally:
        for look in looks:
            look.cancel()
        await asyncio.gather(*looks, return_exceptions=True)


async def look(name: str, arguments: Mapping[str, Any], question: Question) -> ToolFinished:
    """One call that nobody planned; a failure is told in its record, as a planner would be told."""
    ended: list[ToolFinished] = []

    def emit(event: Event) -> None:
        if isinstance(event, ToolFinished):
            ended.append(event)

    call = ToolCall(name=name, args=dict(arguments), id=question.ledger.new_call_id())
    await run_calls([call], replace(question, emit=emit))
    return ended[0]


def _record(call: ToolCall) -> ToolCallRecord:
    return ToolCallRecord(
        id=str(call["id"]),
        name=call["name"],
        arguments=dict(call["args"]),
        status="ok",
        elapsed_ms=0,
        cached=False,
    )


async def _look(record: ToolCallRecord, question: Question) -> ToolReport | None:
    """Run one call; its report, or None where it failed."""
    started = time.perf_counter()
    try:
        running = _run(record.name, record.arguments, question)
        report, record.cached = await as_tool_run(running, record)
    except ToolError as error:
        record.status, record.error = "error", str(error)
        return None
    else:
        return report
    finally:
        record.elapsed_ms = round((time.perf_counter() - started) * 1000, 2)


async def _run(name: str, given: dict[str, Any], question: Question) -> tuple[ToolReport, bool]:
    if name not in question.runner.names:
        known = ", ".join(question.runner.names)
        raise ToolError(f"there is no tool {name!r}; the tools are {known}")
    arguments = dict(given)
    picture = question.picture(str(arguments.pop("picture", "")))
    region = question.region(arguments.pop("region", None), picture)
    question.runner.know(picture)
    return await question.runner.call(
        name,
        arguments,
        picture=picture.ref,
        region=region,
        within_s=question.deadline.left_for_tools,
    )


def _entered(report: ToolReport | None, record: ToolCallRecord, question: Question) -> ToolMessage:
    """The planner's message of a report, whose evidence is in the ledger then (as its artifact)."""
    if report is None:
        evidence, text = [], f"error: {harmless(str(record.error))}"
    else:
        evidence = question.ledger.add(report, tool=record.name, call_id=record.id)
        text = report_text(report, evidence)
    question.emit(ToolFinished(record, tuple(evidence), text))
    return ToolMessage(
        text,
        name=record.name,
        tool_call_id=record.id,
        status="success" if report is not None else "error",
        artifact=evidence if report is not None else None,
    )
