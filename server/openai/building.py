"""A response while it comes to be: its items, and the events that tell of them in OpenAI's order.

A tool's step is a `function_call` with its `function_call_output`, both completed: nobody has to
run anything. What carries a sentence is an annotation of type `container_file_citation` from
`start_index` to before `end_index`; the container is the conversation, the file a picture of it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any, Literal

from agent.answer import evidence_json
from agent.events import ToolFinished, ToolStarted
from server.errors import ApiError
from server.openai.parameters import MODEL
from server.openai.reply import EXTENSION, Citation, Delta, Reply, Step
from server.openai.responses import ResponsesRequest
from server.store.records import new_id

Event = dict[str, Any]
NOT_ENDED = "error: it did not end in time"


class Building:
    """One response; what is yielded are its events, numbered.

    Args:
        body: the request.
    """

    def __init__(self, body: ResponsesRequest) -> None:
        self.id = new_id("resp")
        self.created_at = time.time()
        self._body = body
        self._output: list[dict[str, Any]] = []
        self._events = 0
        self._calls: dict[str, str] = {}
        """Calls that have not ended: their ids here, by the agent's ids."""
        self._message: int | None = None
        """Where the message stands among the items, once it has begun."""
        self._end: dict[str, Any] = {"status": "in_progress"}

    def begin(self) -> Iterator[Event]:
        """The response is there, and empty."""
        for name in ("created", "in_progress"):
            yield self._event(f"response.{name}", response=self.body)

    def take(self, item: Step | Delta) -> Iterator[Event]:
        """Something that happened."""
        match item:
            case ToolStarted():
                yield from self._called(item)
            case ToolFinished():
                found = [evidence_json(evidence) for evidence in item.evidence]
                yield from self._looked(item.call.id, item.text, found)
            case Delta():
                yield from self._begun()
                yield self._of_text("delta", delta=item.text, logprobs=[])
            case _:  # a repair is none of OpenAI's items
                pass

    def finish(self, reply: Reply) -> Iterator[Event]:
        """The last events of the items; then the body is whole, and `closed` tells of it."""
        for call in list(self._calls):
            yield from self._looked(call, NOT_ENDED, [], "incomplete")
        yield from self._begun()
        annotations: list[dict[str, Any]] = []
        for index, citation in enumerate(reply.citations):
            annotation = _annotation(citation, reply.conversation or self.id)
            annotations.append(annotation)
            yield self._of_text("annotation.added", annotation=annotation, annotation_index=index)
        yield self._of_text("done", text=reply.text, logprobs=[])
        part = output_text(reply.text, annotations)
        yield self._of_part("done", part)
        assert self._message is not None
        status = "incomplete" if reply.finish == "length" else "completed"
        item = self._output[self._message] | {"status": status, "content": [part]}
        yield self._done(self._message, item)
        cut = {"reason": "max_output_tokens"} if status == "incomplete" else None
        self._end = {
            "status": status,
            "completed_at": int(time.time()),
            "incomplete_details": cut,
            "usage": _usage(reply),
            EXTENSION: reply.details,
        }

    def closed(self) -> Event:
        """The last event: the whole response."""
        return self._event(f"response.{self._end['status']}", response=self.body)

    def failed(self, error: ApiError) -> Event:
        """The last event where something went wrong."""
        code = "server_error" if error.status >= 500 else "invalid_prompt"
        self._end = {"status": "failed", "error": {"code": code, "message": error.message}}
        return self.closed()

    @property
    def body(self) -> dict[str, Any]:
        """The response as it is now."""
        body = self._body
        chosen = body.text.format if body.text else None
        text = chosen.model_dump(by_alias=True, exclude_none=True) if chosen else {"type": "text"}
        return {
            "id": self.id,
            "object": "response",
            "created_at": int(self.created_at),
            "completed_at": None,
            "background": False,
            "error": None,
            "incomplete_details": None,
            "instructions": body.instructions,
            "max_output_tokens": body.max_output_tokens,
            "model": MODEL,
            "output": list(self._output),
            "parallel_tool_calls": True,
            "previous_response_id": body.previous_response_id,
            "conversation": body.conversation and body.conversation.model_dump(),
            "reasoning": {"effort": None, "summary": None},
            "store": body.store is not False,
            "temperature": body.temperature,
            "text": {"format": text},
            "tool_choice": "auto",
            "tools": [],
            "top_p": body.top_p,
            "truncation": "disabled",
            "usage": None,
            "metadata": body.metadata or {},
            EXTENSION: None,
        } | self._end

    def _called(self, event: ToolStarted) -> Iterator[Event]:
        if event.call_id in self._calls:  # of the question before
            yield from self._looked(event.call_id, NOT_ENDED, [], "incomplete")
        arguments = json.dumps(event.arguments, ensure_ascii=False)
        call = self._calls[event.call_id] = new_id("call")
        item = {
            "id": new_id("fc"), "type": "function_call", "call_id": call, "name": event.name,
            "arguments": "", "status": "in_progress",
        }  # fmt: skip
        index, added = self._added(item)
        yield added
        where = {"item_id": item["id"], "output_index": index}
        name = "response.function_call_arguments"
        yield self._event(f"{name}.delta", **where, delta=arguments)
        yield self._event(f"{name}.done", **where, name=event.name, arguments=arguments)
        yield self._done(index, item | {"arguments": arguments, "status": "completed"})

    def _looked(
        self,
        call: str,
        text: str,
        evidence: list[dict[str, Any]],
        status: Literal["completed", "incomplete"] = "completed",
    ) -> Iterator[Event]:
        item = {
            "id": new_id("fco"), "type": "function_call_output", "call_id": self._calls.pop(call),
            "output": text, "status": status, EXTENSION: {"evidence": evidence},
        }  # fmt: skip
        index, added = self._added(item)
        yield added
        yield self._done(index, item)

    def _begun(self) -> Iterator[Event]:
        """The message begins, unless it has."""
        if self._message is None:
            item = {"id": new_id("msg"), "type": "message", "role": "assistant"}
            self._message, added = self._added(item | {"status": "in_progress", "content": []})
            yield added
            yield self._of_part("added", output_text("", []))

    def _added(self, item: dict[str, Any]) -> tuple[int, Event]:
        self._output.append(item)
        index = len(self._output) - 1
        return index, self._event("response.output_item.added", output_index=index, item=item)

    def _done(self, index: int, item: dict[str, Any]) -> Event:
        self._output[index] = item
        return self._event("response.output_item.done", output_index=index, item=item)

    def _of_part(self, what: str, part: dict[str, Any]) -> Event:
        return self._event(f"response.content_part.{what}", **self._place(), part=part)

    def _of_text(self, what: str, **fields: Any) -> Event:
        return self._event(f"response.output_text.{what}", **self._place(), **fields)

    def _place(self) -> dict[str, Any]:
        assert self._message is not None
        item_id = self._output[self._message]["id"]
        return {"item_id": item_id, "output_index": self._message, "content_index": 0}

    def _event(self, kind: str, **fields: Any) -> Event:
        number, self._events = self._events, self._events + 1
        return {"type": kind, "sequence_number": number, **fields}


def output_text(text: str, annotations: list[dict[str, Any]]) -> dict[str, Any]:
    """A message's part."""
    return {"type": "output_text", "text": text, "annotations": annotations, "logprobs": []}


def _annotation(citation: Citation, container: str) -> dict[str, Any]:
    picture = citation.evidence.picture
    return {
        "type": "container_file_citation",
        "container_id": container,
        "file_id": picture.id,
        "filename": picture.name,
        "start_index": citation.start,
        "end_index": citation.end,
        EXTENSION: evidence_json(citation.evidence),
    }


def _usage(reply: Reply) -> dict[str, Any]:
    usage = reply.usage
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
