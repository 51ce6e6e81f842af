"""Shows the pictures to a planner that takes pictures, in the request only.

Messages keep handles, never pixels: what is added here is in no history and no trace. What the
planner sees is no evidence; the check is the same as for one that is blind.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from langchain_core.messages import BaseMessage

from agent.loop.state import Question
from agent.planners.conversation import pictures_of
from tools.errors import ToolError
from tools.pictures.store import Picture

LONGEST_SIDE = 1024
"""Pixels; about a thousand tokens of a Qwen3-VL, whose patches are 32 pixels wide."""


class ShownPictures:
    """Puts each picture behind the question that lists it first: prompts keep their beginning.

    A picture is encoded once, in a thread; what was made of it is kept no longer than it is.
    """

    def __init__(self) -> None:
        self._encoded: WeakKeyDictionary[Picture, str] = WeakKeyDictionary()

    async def beside(
        self, messages: Sequence[BaseMessage], question: Question
    ) -> list[BaseMessage]:
        """The messages with the pictures that they list."""
        shown: set[str] = set()
        out: list[BaseMessage] = []
        for message in messages:
            new = [i for i in pictures_of(message) if i not in shown]
            shown.update(new)
            jpegs = {i: jpeg for i in new if (jpeg := await self._jpeg(question.picture(i)))}
            out.append(_with_pictures(message, jpegs) if new else message)
        return out

    async def _jpeg(self, picture: Picture) -> str:
        """The picture as a JPEG in base64; empty for a page that cannot be decoded."""
        if picture not in self._encoded:
            try:
                jpeg = await asyncio.to_thread(picture.jpeg, LONGEST_SIDE)
            except ToolError:
                return ""
            self._encoded[picture] = base64.b64encode(jpeg).decode()
        return self._encoded[picture]


def _with_pictures(message: BaseMessage, jpegs: dict[str, str]) -> BaseMessage:
    parts: list[str | dict[str, Any]] = [{"type": "text", "text": message.text}]
    for picture_id, jpeg in jpegs.items():
        parts.append({"type": "text", "text": f"{picture_id}:"})
        parts.append({"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{jpeg}"}})
    return message.model_copy(update={"content": parts})
