"""What messages carry beside their text, so that nobody has to read it back out of the text.

A question's message says which question it asks and which pictures it lists; a tool's message has
its evidence as LangChain's `artifact`. Whoever plans reads these, models read the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from prompts import render

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage, HumanMessage

_QUESTION, _PICTURES = "question", "pictures"


def asking(question: str, pictures: Sequence[str]) -> HumanMessage:
    """The message that asks a question about pictures (ids)."""
    from langchain_core.messages import HumanMessage

    return HumanMessage(
        render("user", pictures=list(pictures), question=question),
        additional_kwargs={_QUESTION: question, _PICTURES: list(pictures)},
    )


def question_of(message: BaseMessage) -> str | None:
    """The question that a message asks; None for any other message."""
    return message.additional_kwargs.get(_QUESTION)


def pictures_of(message: BaseMessage) -> list[str]:
    """The ids of the pictures that a question's message lists; of any other message none."""
    return list(message.additional_kwargs.get(_PICTURES, ()))
