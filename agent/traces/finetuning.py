"""From the trace of a run to a conversation that a larger planner can be fine-tuned on.

Says which runs are fit to be learnt from, and writes them in chat form. Files are
`agent.cli.traces`'s, training is a trainer's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from agent.answer import SCHEMA_VERSION, ClaimStatus, Draft, Reason

Form = Literal["openai", "trl"]
Message = dict[str, Any]

_ADDRESS = re.compile(r"[/\\]\S")
"""What a path or an address has, and no error message of our own."""


class MalformedTraceError(ValueError):
    """Not the trace of a run; the message says where it is wrong."""


class Refused(StrEnum):
    """Why a run is not fit to be learnt from."""

    FAILED_RUN = "the run ended in an error, or without an answer of the planner's"
    UNSUPPORTED = "the evidence check refused the answer"
    CUT_OFF = "the time for the question was over"
    CORRECTED = "the planner answered, or gave another reason, where code abstained"
    FAILED_CALL = "a call failed and nothing was answered"
    ADDRESS = "the message of a failed call names a file or an address"
    FOLLOW_UP = "a later question of a session, which rests on the earlier ones"
    OLD = "written before traces held the system prompt and the tools: ask again"


@dataclass(frozen=True)
class Conversation:
    """One accepted run: messages in OpenAI form, and the tools as they were offered."""

    messages: list[Message]
    tools: list[dict[str, Any]]
    abstained: bool

    @property
    def key(self) -> str:
        """The same for conversations with the same messages, whatever the calls' ids."""
        return json.dumps([_without_ids(message) for message in self.messages])

    def row(self, form: Form) -> dict[str, Any]:
        """The line of a training file.

        `openai`: call arguments are a JSON text, as OpenAI's format has them. `trl`: they are an
        object, as TRL and the chat templates of most models take them.
        """
        if form == "openai":
            return {"messages": self.messages, "tools": self.tools}
        messages = [_with_objects(message) for message in self.messages]
        return {"messages": messages, "tools": self.tools}


def conversation_of(record: Any) -> Conversation | Refused:
    """The conversation of a trace (the answer's JSON with `trace`), or why it is not taken.

    A draft that was refused, and the message that asked for another, are left out: the
    conversation reads as if the planner had been right at once.

    Raises:
        MalformedTraceError: it is no such trace.
    """
    if isinstance(record, dict) and "error" in record and "trace" in record:
        return Refused.FAILED_RUN
    run = _read(record)
    if run.reason in ("planner_failed", "no_question", "no_picture"):
        return Refused.FAILED_RUN
    refused = _refusal(run)
    if refused is not None:
        return refused
    messages = _without_repairs(run.trace.messages)
    draft = _check_whole(messages)
    if draft.abstain != (run.reason or "no"):
        return Refused.CORRECTED
    system = {"role": "system", "content": run.trace.system}
    return Conversation(
        messages=[system, *(_as_openai(message) for message in messages)],
        tools=run.trace.tools or [],
        abstained=run.abstained,
    )


class _Function(BaseModel):
    name: str
    arguments: str


class _Call(BaseModel):
    id: str
    function: _Function


class _Message(BaseModel):
    role: Literal["user", "assistant", "tool"]
    content: str | None = None
    tool_calls: list[_Call] = Field(default_factory=list)
    tool_call_id: str | None = None


class _Trace(BaseModel):
    messages: list[_Message]
    system: str | None = None
    tools: list[dict[str, Any]] | None = None
    earlier_messages: int = 0


class _Claim(BaseModel):
    status: ClaimStatus


class _Record(BaseModel):
    status: Literal["ok", "error"]


class _Run(BaseModel):
    schema_version: int
    abstained: bool
    reason: Reason | None
    claims: list[_Claim]
    tool_calls: list[_Record]
    trace: _Trace


def _read(record: Any) -> _Run:
    try:
        run = _Run.model_validate(record)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "all of it"
        raise MalformedTraceError(f"not the trace of a run ({place}: {first['msg']})") from None
    if run.schema_version != SCHEMA_VERSION:
        raise MalformedTraceError(f"schema_version is {run.schema_version}, not {SCHEMA_VERSION}")
    if run.abstained != (run.reason is not None):
        raise MalformedTraceError("`abstained` and `reason` contradict each other")
    return run


def _refusal(run: _Run) -> Refused | None:
    """Why the run is not taken, as far as its outcome tells."""
    trace = run.trace
    if trace.system is None or trace.tools is None:
        return Refused.OLD
    if trace.earlier_messages:
        return Refused.FOLLOW_UP
    is_cut_off = run.reason == "out_of_time"
    if (
        is_cut_off
        or run.reason == "unsupported"
        or any(c.status != "supported" for c in run.claims)
    ):
        return Refused.CUT_OFF if is_cut_off else Refused.UNSUPPORTED
    if run.abstained and any(record.status == "error" for record in run.tool_calls):
        return Refused.FAILED_CALL
    errors = [m.content or "" for m in trace.messages if m.role == "tool"]
    if any(text.startswith("error:") and _ADDRESS.search(text) for text in errors):
        return Refused.ADDRESS
    return None


def _without_repairs(messages: Sequence[_Message]) -> list[_Message]:
    """The messages without refused drafts: whatever stands before a second word of the "user"."""
    kept: list[_Message] = []
    for message in messages:
        if message.role == "user" and kept:
            if kept[-1].role != "assistant" or kept[-1].tool_calls:
                raise MalformedTraceError("a repair message follows something else than an answer")
            kept.pop()
        else:
            kept.append(message)
    return kept


def _check_whole(messages: Sequence[_Message]) -> Draft:
    """The answer at the end of question, calls with their results, answer.

    Raises:
        MalformedTraceError: something of it is missing, or in the wrong place.
    """
    if not messages or messages[0].role != "user":
        raise MalformedTraceError("the conversation does not begin with the question")
    waiting: set[str | None] = set()
    for message in messages[1:-1]:
        if message.role == "tool" and message.tool_call_id in waiting:
            waiting.remove(message.tool_call_id)
        elif message.role == "assistant" and message.tool_calls and not waiting:
            waiting = {call.id for call in message.tool_calls}
        else:
            raise MalformedTraceError("calls and their results do not belong together")
    last = messages[-1]
    if waiting or last.role != "assistant" or last.tool_calls:
        raise MalformedTraceError("the conversation does not end with the answer")
    try:
        return Draft.model_validate_json(last.content or "")
    except ValidationError:
        raise MalformedTraceError("the last message is not the planner's answer") from None


def _as_openai(message: _Message) -> Message:
    """A message with nothing but the fields that OpenAI's format knows; its text untouched."""
    if message.role == "tool":
        return {
            "role": "tool",
            "tool_call_id": message.tool_call_id,
            "content": message.content or "",
        }
    if not message.tool_calls:
        return {"role": message.role, "content": message.content}
    calls = [
        {
            "id": call.id,
            "type": "function",
            "function": {
                "name": call.function.name,
                # As chat templates write an object: the model has to learn what it will be shown.
                "arguments": json.dumps(_arguments(call.function), ensure_ascii=False),
            },
        }
        for call in message.tool_calls
    ]
    return {"role": "assistant", "content": message.content or None, "tool_calls": calls}


def _arguments(function: _Function) -> dict[str, Any]:
    try:
        arguments = json.loads(function.arguments)
    except (ValueError, RecursionError):
        arguments = None
    if not isinstance(arguments, dict):
        raise MalformedTraceError(f"the arguments of a call of {function.name} are no JSON object")
    return arguments


def _without_ids(message: Message) -> Message:
    kept = {name: value for name, value in message.items() if name != "tool_call_id"}
    if "tool_calls" in kept:
        kept["tool_calls"] = [call["function"] for call in kept["tool_calls"]]
    return kept


def _with_objects(message: Message) -> Message:
    if "tool_calls" not in message:
        return message
    calls = [
        call
        | {"function": call["function"] | {"arguments": json.loads(call["function"]["arguments"])}}
        for call in message["tool_calls"]
    ]
    return message | {"tool_calls": calls}
