"""Chat completions: OpenAI's request, as far as it matters here, and OpenAI's shapes of the reply.

https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from agent.answer import evidence_json
from agent.events import Repair, ToolFinished, ToolStarted
from server.errors import BadRequestError
from server.openai.dialogue import Message, Source
from server.openai.parameters import (
    MODEL,
    Ignored,
    MaxTokens,
    Sampling,
    check_model,
    refuse_foreign_tools,
    unsupported,
)
from server.openai.reply import EXTENSION, Delta, Reply, Step
from server.sse import DONE, as_told, line
from server.store.records import new_id


class ImageUrl(BaseModel):
    """A picture: a `data:` URL, the id of an uploaded file, or (where allowed) an address."""

    url: str
    detail: Ignored = None


class File(BaseModel):
    """An uploaded file by its id, or a `data:` URL."""

    file_id: str | None = None
    file_data: str | None = None
    filename: str | None = None


class Part(BaseModel):
    """A part of a message."""

    type: Literal["text", "image_url", "file", "refusal"]
    text: str | None = None
    image_url: ImageUrl | None = None
    file: File | None = None


def _parts(content: Any) -> Any:
    if content is None:
        return []
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


Content = Annotated[
    list[Part], BeforeValidator(_parts, json_schema_input_type=str | list[Part] | None)
]


def _listed(stop: Any) -> Any:
    return [] if stop is None else [stop] if isinstance(stop, str) else stop


Stops = Annotated[
    list[str],
    Field(max_length=4),
    BeforeValidator(_listed, json_schema_input_type=str | list[str] | None),
]


class ChatMessage(BaseModel):
    """A message; what is said by others than the user and the assistant is not obeyed."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Content = Field(default=[])


class JsonSchema(BaseModel):
    """The caller's fields."""

    name: str | None = None
    schema_: dict[str, Any] = Field(alias="schema")


class ResponseFormat(BaseModel):
    """How the answer is written."""

    type: Literal["text", "json_schema", "json_object"] = "text"
    json_schema: JsonSchema | None = None


class StreamOptions(BaseModel):
    """What the stream has beside the text."""

    include_usage: bool = False
    include_obfuscation: Ignored = None


class ChatRequest(Sampling):
    """What is asked; parameters that make no difference here are read and left alone."""

    model_config = ConfigDict(extra="forbid")

    model: str
    messages: list[ChatMessage] = Field(min_length=1)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=128)] | None = None
    stop: Stops = Field(default=[])
    max_tokens: MaxTokens = None
    max_completion_tokens: MaxTokens = None
    response_format: ResponseFormat | None = None
    tools: list[Any] | None = None
    tool_choice: Any = None
    functions: list[Any] | None = None
    function_call: Any = None
    logprobs: bool | None = None
    modalities: list[str] | None = None
    audio: Any = None
    frequency_penalty: Ignored = None
    logit_bias: Ignored = None
    prediction: Ignored = None
    presence_penalty: Ignored = None
    reasoning_effort: Ignored = None
    seed: Ignored = None
    verbosity: Ignored = None
    web_search_options: Ignored = None

    def check(self) -> None:
        """Refuse what cannot be had.

        Raises:
            ApiError: the message and `param` say what.
        """
        check_model(self.model)
        if (self.n or 1) > 1:
            raise unsupported("n", "one answer is given: n has to be 1")
        if self.stream_options is not None and not self.stream:
            raise BadRequestError(
                "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
                param="stream_options",
            )
        if self.logprobs or self.top_logprobs:
            raise unsupported("logprobs", "there are no log probabilities")
        if self.audio is not None or "audio" in (self.modalities or ()):
            raise unsupported("modalities", "answers are texts")
        refuse_foreign_tools("tool_choice", self.tool_choice)
        refuse_foreign_tools("function_call", self.function_call)

    def fields(self) -> dict[str, Any] | None:
        """The schema of the caller's fields, where some are wanted.

        Raises:
            BadRequestError: JSON without fields is wanted.
        """
        wanted = self.response_format
        if wanted is None or wanted.type == "text":
            return None
        if wanted.type == "json_object" or wanted.json_schema is None:
            raise unsupported(
                "response_format", "say which fields: response_format of type json_schema"
            )
        return wanted.json_schema.schema_

    @property
    def most_tokens(self) -> int | None:
        """Of the text."""
        return self.max_completion_tokens or self.max_tokens

    def spoken(self) -> list[Message]:
        """What the user and the assistant said.

        Raises:
            BadRequestError: a part says that it is something, and is not.
        """
        return [
            _message(message, f"messages[{index}]")
            for index, message in enumerate(self.messages)
            if message.role in ("user", "assistant")
        ]


def _message(message: ChatMessage, place: str) -> Message:
    texts, sources = [], []
    for index, part in enumerate(message.content):
        here = f"{place}.content[{index}]"
        if part.type == "image_url":
            sources.append(
                _named(part.image_url.url if part.image_url else None, f"{here}.image_url")
            )
        elif part.type == "file":
            file = part.file or File()
            sources.append(_named(file.file_id or file.file_data, f"{here}.file"))
        elif part.text:
            texts.append(part.text)
    role: Literal["user", "assistant"] = "user" if message.role == "user" else "assistant"
    return Message(role, "\n".join(texts), tuple(sources))


def _named(word: str | None, place: str) -> Source:
    if not word:
        raise BadRequestError("there is no picture in this part", param=place)
    return Source(word, place)


def completion(reply: Reply) -> dict[str, Any]:
    """A reply as OpenAI's `chat.completion`."""
    message = {"role": "assistant", "content": reply.text, "refusal": None}
    return {
        **_head("chat.completion"),
        "choices": [
            {"index": 0, "message": message, "logprobs": None, "finish_reason": reply.finish}
        ],
        "usage": _usage(reply),
        EXTENSION: reply.details,
    }


async def chunks(
    replies: AsyncIterator[Step | Delta | Reply], *, include_usage: bool
) -> AsyncGenerator[str]:
    """Lines of `chat.completion.chunk`s.

    A tool's step is an event with a name (`vqa.tool_started` ...) whose data is a chunk without
    text: clients that do not know it read nothing.
    """
    head = _head("chat.completion.chunk") | ({"usage": None} if include_usage else {})

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return head | {"choices": [choice]}

    yield line(chunk({"role": "assistant", "content": "", "refusal": None}))
    try:
        async for item in replies:
            match item:
                case Delta(text=text):
                    yield line(chunk({"content": text}))
                case Reply():
                    yield line(chunk({}, item.finish) | {EXTENSION: item.details})
                    if include_usage:
                        yield line(head | {"choices": [], "usage": _usage(item)})
                case _:
                    name, data = step(item)
                    yield line(chunk({}) | {EXTENSION: data}, f"{EXTENSION}.{name}")
    except Exception as error:  # the response has begun: it is told in the stream
        yield line(as_told(error).body())
    else:
        yield DONE


def step(event: Step) -> tuple[str, dict[str, Any]]:
    """A step's name and what is told of it."""
    match event:
        case ToolStarted():
            return "tool_started", {
                "call_id": event.call_id, "name": event.name, "arguments": event.arguments,
            }  # fmt: skip
        case ToolFinished():
            return "tool_finished", {
                "call": event.call.model_dump(mode="json"),
                "evidence": [evidence_json(evidence) for evidence in event.evidence],
            }
        case Repair():
            return "repair", {"problems": list(event.problems)}


def _head(kind: str) -> dict[str, Any]:
    return {
        "id": new_id("chatcmpl"),
        "object": kind,
        "created": int(time.time()),
        "model": MODEL,
    }


def _usage(reply: Reply) -> dict[str, int]:
    usage = reply.usage
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
