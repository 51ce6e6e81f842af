"""Responses: OpenAI's request, as far as it matters here.

https://platform.openai.com/docs/api-reference/responses
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from server.errors import BadRequestError
from server.openai.dialogue import Message, Source
from server.openai.parameters import (
    Ignored,
    MaxTokens,
    Sampling,
    check_model,
    refuse_foreign_tools,
    unsupported,
)
from server.store.records import new_id

LEFT_OUT = ("function_call", "function_call_output", "reasoning")
"""Items of earlier responses that say nothing to this service: its own steps."""


class Part(BaseModel):
    """A part of a message."""

    type: Literal["input_text", "output_text", "input_image", "input_file", "refusal"]
    text: str | None = None
    image_url: str | None = None
    file_id: str | None = None
    file_data: str | None = None
    file_url: str | None = None
    filename: str | None = None
    detail: str | None = None

    @property
    def picture(self) -> str | None:
        """The picture as the client names it."""
        return self.file_id or self.image_url or self.file_data or self.file_url

    def shown(self) -> dict[str, Any]:
        """As it is kept: a picture that came inline is not repeated."""
        if self.type == "input_image":
            kept = {"file_id": self.file_id, "image_url": None, "detail": self.detail or "auto"}
        elif self.type == "input_file":
            kept = {"file_id": self.file_id, "filename": self.filename}
        else:
            kept = {"text": self.text or ""}
        return {"type": self.type} | kept


def _parts(content: Any) -> Any:
    return [{"type": "input_text", "text": content}] if isinstance(content, str) else content


class Item(BaseModel):
    """A message, or something of an earlier response."""

    type: str = "message"
    role: Literal["user", "assistant", "system", "developer"] | None = None
    content: Annotated[
        list[Part] | None, BeforeValidator(_parts, json_schema_input_type=str | list[Part] | None)
    ] = None


def _items(given: Any) -> Any:
    return [{"role": "user", "content": given}] if isinstance(given, str) else given


class Format(BaseModel):
    """How the answer is written."""

    type: Literal["text", "json_schema", "json_object"] = "text"
    name: str | None = None
    schema_: dict[str, Any] | None = Field(default=None, alias="schema")
    strict: bool | None = None
    description: str | None = None


class Text(BaseModel):
    """Of the answer's text."""

    format: Format | None = None
    verbosity: Ignored = None


class ConversationRef(BaseModel):
    """A conversation by its id."""

    id: str


def _conversation(given: Any) -> Any:
    return {"id": given} if isinstance(given, str) else given


class ResponsesRequest(Sampling):
    """What is asked; parameters that make no difference here are read and left alone."""

    model_config = ConfigDict(extra="forbid")

    model: str
    input: Annotated[
        list[Item],
        Field(min_length=1),
        BeforeValidator(_items, json_schema_input_type=str | list[Item]),
    ]
    previous_response_id: str | None = None
    conversation: Annotated[
        ConversationRef | None,
        BeforeValidator(_conversation, json_schema_input_type=str | ConversationRef | None),
    ] = None
    stream: bool | None = None
    text: Text | None = None
    max_output_tokens: MaxTokens = None
    tools: list[Any] | None = None
    tool_choice: Any = None
    background: bool | None = None
    prompt: Any = None
    instructions: Ignored = None
    context_management: Ignored = None
    include: Ignored = None
    max_tool_calls: Ignored = None
    reasoning: Ignored = None
    stream_options: Ignored = None
    truncation: Ignored = None

    def check(self) -> None:
        """Refuse what cannot be had.

        Raises:
            ApiError: the message and `param` say what.
        """
        check_model(self.model)
        if self.background:
            raise unsupported("background", "questions are answered at once")
        if self.prompt is not None:
            raise unsupported("prompt", "there are no stored prompts")
        if self.top_logprobs:
            raise unsupported("top_logprobs", "there are no log probabilities")
        if self.previous_response_id and self.conversation:
            raise BadRequestError(
                "previous_response_id and conversation cannot be used together",
                param="previous_response_id",
            )
        refuse_foreign_tools("tool_choice", self.tool_choice)

    def fields(self) -> dict[str, Any] | None:
        """The schema of the caller's fields, where some are wanted.

        Raises:
            BadRequestError: JSON without fields is wanted.
        """
        wanted = self.text.format if self.text else None
        if wanted is None or wanted.type == "text":
            return None
        if wanted.type == "json_object" or wanted.schema_ is None:
            raise unsupported("text.format", "say which fields: a format of type json_schema")
        return wanted.schema_

    def spoken(self) -> list[Message]:
        """What the user and the assistant said.

        Raises:
            BadRequestError: an item is none that can be used, or a part no picture.
        """
        found = []
        for index, item in enumerate(self.input):
            if item.type != "message" and item.type not in LEFT_OUT:
                message = f"items of type {item.type[:80]!r} cannot be used here"
                raise unsupported(f"input[{index}].type", message)
            if item.type == "message" and item.role is None:
                raise BadRequestError("a message needs a role", param=f"input[{index}].role")
            if item.type == "message" and item.role in ("user", "assistant"):
                found.append(_message(item, f"input[{index}]"))
        return found

    def kept_items(self) -> list[dict[str, Any]]:
        """The messages as they are kept, the first one first."""
        return [
            {
                "id": new_id("msg"),
                "type": "message",
                "role": item.role,
                "status": "completed",
                "content": [part.shown() for part in item.content or ()],
            }
            for item in self.input
            if item.type == "message"
        ]


def _message(item: Item, place: str) -> Message:
    texts, sources = [], []
    for index, part in enumerate(item.content or ()):
        if part.type in ("input_image", "input_file"):
            here = f"{place}.content[{index}]"
            if not part.picture:
                raise BadRequestError("there is no picture in this part", param=here)
            sources.append(Source(part.picture, here))
        elif part.text:
            texts.append(part.text)
    role: Literal["user", "assistant"] = "user" if item.role == "user" else "assistant"
    return Message(role, "\n".join(texts), tuple(sources))
