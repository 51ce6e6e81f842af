"""Shows the pictures to a planner that takes pictures, in the request only.

Messages keep handles, never pixels: what is added here is in no history and no trace. What the
planner sees is no evidence; the check is the same as for one that is blind.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakKeyDictionary

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain.agents.middleware.types import AgentState
from langchain_core.messages import BaseMessage, HumanMessage

from agent.context import RunContext
from tools.pictures.store import Picture

LONGEST_SIDE = 1024
"""Pixels; about a thousand tokens of a Qwen3-VL, whose patches are 32 pixels wide."""


class ShowPictures(AgentMiddleware[AgentState[Any], RunContext, Any]):
    """Puts each picture behind the question that lists it first: prompts keep their beginning.

    A picture is encoded once, in a thread; what was made of it is kept no longer than it is.
    """

    def __init__(self) -> None:
        super().__init__()
        self._encoded: WeakKeyDictionary[Picture, str] = WeakKeyDictionary()

    async def awrap_model_call(
        self,
        request: ModelRequest[RunContext],
        handler: Callable[[ModelRequest[RunContext]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        """Call the planner with the pictures in its request."""
        context = request.runtime.context
        shown: set[str] = set()
        messages: list[Any] = []
        for message in request.messages:
            new = [i for i in _listed(message) if i not in shown]
            shown.update(new)
            pictures = {i: await self._jpeg(context.picture(i)) for i in new}
            messages.append(_with_pictures(message, pictures) if new else message)
        return await handler(request.override(messages=messages))

    async def _jpeg(self, picture: Picture) -> str:
        """The picture as a JPEG in base64."""
        if picture not in self._encoded:
            jpeg = await asyncio.to_thread(picture.jpeg, LONGEST_SIDE)
            self._encoded[picture] = base64.b64encode(jpeg).decode()
        return self._encoded[picture]


def _listed(message: BaseMessage) -> list[str]:
    """The pictures that a question lists (prompts/user.j2)."""
    if not isinstance(message, HumanMessage) or not message.text.startswith("Pictures: "):
        return []
    return re.findall(r"img_\d+", message.text.split("\n", 1)[0])


def _with_pictures(message: BaseMessage, pictures: dict[str, str]) -> HumanMessage:
    parts: list[str | dict[str, Any]] = [{"type": "text", "text": message.text}]
    for picture_id, jpeg in pictures.items():
        parts.append({"type": "text", "text": f"{picture_id}:"})
        parts.append({"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{jpeg}"}})
    return HumanMessage(parts)
