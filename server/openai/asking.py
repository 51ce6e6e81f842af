"""From a request's question to its reply, whichever of OpenAI's ways it came."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

from server.engine.engine import Engine
from server.engine.opening import Ask
from server.openai.cutting import Cutter
from server.openai.dialogue import Dialogue, Message, dialogue
from server.openai.fields import Field
from server.openai.filling import filled
from server.openai.reply import Replies, Reply, answered
from server.pictures.intake import Intake
from server.store import Owned


async def read(messages: Sequence[Message], intake: Intake, mine: Owned, *, param: str) -> Dialogue:
    """The dialogue of messages; its pictures are taken in.

    Raises:
        ApiError: there is no question, or a picture cannot be used.
    """
    return await asyncio.to_thread(
        dialogue,
        messages,
        lambda source: intake.named(mine, source.word, param=source.param),
        param=param,
    )


def replies(engine: Engine, ask: Ask, fields: Sequence[Field], cutter: Cutter) -> Replies:
    """Steps, text and the reply: the fields, or the answer where none are wanted."""
    return filled(engine, ask, fields, cutter) if fields else answered(engine, ask, cutter)


async def last(coming: Replies) -> Reply:
    """The reply that comes last; raises what `Engine.ask` raises."""
    async with aclosing(coming) as items:
        async for item in items:
            if isinstance(item, Reply):
                return item
    raise RuntimeError("the agent ended without an answer")
