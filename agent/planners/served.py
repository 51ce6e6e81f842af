"""Our own weights on a vLLM server, asked as `agent.planners.builtin` decodes them in the process.

The same messages, the same offered tools, the same grammar: so both give the same greedy text.
Other models are constrained by their strict tools and the answer's schema alone, because not every
server takes a grammar, and a large model does not need one that is narrowed to the conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, convert_to_openai_messages
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from agent.planners.builtin import MAX_NEW_TOKENS, form_of, turns_of
from agent.planners.grammar import build_structural_tag
from agent.planners.narrowing import link_labels
from agent.planners.openai_compatible import ServerChatModel


class ServedPlanner(ServerChatModel):
    """A `ServerChatModel` whose requests carry the grammar of this very conversation."""

    def bind_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer tools as the built-in planner does: their own schemas, not the strict form."""
        offered = [convert_to_openai_tool(tool) for tool in tools]
        return self.bind(tools=offered, **kwargs)

    def payload(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None,  # noqa: ARG002 - the grammar says where a message ends
        **kwargs: Any,
    ) -> dict[str, Any]:
        """The body of the request."""
        turns, form = turns_of(messages), form_of(kwargs)
        form = replace(form, tools=tuple(link_labels(form.tools, turns)))
        narrowed = form.narrowed(turns)
        tag = build_structural_tag(
            list(narrowed.tools), narrowed.answer, narrowed.tool_choice, parallel=form.parallel
        )
        payload: dict[str, Any] = {
            "model": self.model_name,
            "messages": convert_to_openai_messages(messages),
            "temperature": 0,
            "max_tokens": MAX_NEW_TOKENS,
            "structured_outputs": {"structural_tag": tag.model_dump_json()},
        }
        return payload | ({"tools": list(form.tools)} if form.tools else {})
