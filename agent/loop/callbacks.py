"""LangChain's callbacks and tracers: a question is one run, with its planner's and tools' calls.

Who listens is LangChain's to find: handlers of the planner (`callbacks=[…]`), of the runnable that
asks us, of a `with` around the question, of the environment (`LANGSMITH_TRACING`). Where nobody
does, nothing is called. Our own traces are `agent.traces`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any

from langchain_core.callbacks import AsyncCallbackManager, BaseCallbackManager
from langchain_core.language_models import BaseChatModel
from langchain_core.runnables.config import (
    ensure_config,
    get_async_callback_manager_for_config,
    patch_config,
    set_config_context,
)

from agent.answer import Answer, ToolCallRecord
from agent.loop.state import Question
from tools.evidence import ToolReport

NAME = "vqa-agent"
"""Of a question's run."""


async def in_one_run(
    working: Coroutine[Any, Any, Answer], planner: BaseChatModel, question: Question
) -> Answer:
    """The answer that is being worked out; what is called meanwhile is told as parts of one run."""
    config = ensure_config()
    manager = get_async_callback_manager_for_config(config)
    own = getattr(planner, "callbacks", None) or []
    for handler in own.handlers if isinstance(own, BaseCallbackManager) else own:
        manager.add_handler(handler)
    if not manager.handlers:
        return await working
    asked = {"question": question.text, "pictures": [p.ref.id for p in question.pictures]}
    run = await manager.on_chain_start(None, asked, name=NAME)
    try:
        with set_config_context(patch_config(config, callbacks=run.get_child())) as context:
            answer = await asyncio.create_task(working, context=context)
    except BaseException as error:
        await run.on_chain_error(error)
        raise
    said: dict[str, Any] = {"answer": answer.answer, "short_answer": answer.short_answer}
    await run.on_chain_end(said | {"abstained": answer.abstained, "reason": answer.reason})
    return answer


async def as_tool_run(
    looking: Awaitable[tuple[ToolReport, bool]], record: ToolCallRecord
) -> tuple[ToolReport, bool]:
    """The report of a call that is being made, told as a tool's run."""
    config = ensure_config()
    if not isinstance(config.get("callbacks"), AsyncCallbackManager):  # not in a question's run
        return await looking
    run = await get_async_callback_manager_for_config(config).on_tool_start(
        {"name": record.name}, str(record.arguments), inputs=record.arguments
    )
    try:
        report, cached = await looking
    except BaseException as error:
        await run.on_tool_error(error)
        raise
    await run.on_tool_end(report.model_dump(mode="json"))
    return report, cached
