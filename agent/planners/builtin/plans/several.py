"""Plans a question about several pictures picture by picture, as the built-in weights know it best.

What is found in one of three pictures is an answer; that the others lack it is none. Each picture
has a conversation of its own about the question that is asked of it: the first turn is planned once
for all, later ones for each picture, and their answers become one. Where the question tells the
picture by words that are written there ("the bill from Lime Grocers"), all of them are read first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolCall, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from agent.grounding.question_parts import parts_of
from agent.grounding.wording import language_of
from agent.planners.builtin.plans.asked import READ
from agent.planners.builtin.plans.code_questions import code_question
from agent.planners.builtin.plans.kinds import abstain
from agent.planners.builtin.plans.parts import message_of, usage_of
from agent.planners.builtin.plans.several_answers import PictureAnswer, joined
from agent.planners.builtin.plans.several_questions import SeveralQuestion, several_question
from agent.planners.builtin.plans.telling_words import told_by, without, words_that_may_tell
from agent.planners.conversation import pictures_of, present_question, question_message
from tools.evidence import Evidence

ALIAS = "img_1"
"""What the one picture of a conversation is called: the weights never saw the id of a page."""
_TEXT = "text_"


class Split:
    """A question about several pictures as one conversation each.

    Args:
        question: what is asked of each.
        messages: the whole conversation.
        at: where the question stands in it.
        reads: whether all the text of a picture can be read.
    """

    def __init__(
        self, question: SeveralQuestion, messages: Sequence[BaseMessage], at: int, *, reads: bool
    ) -> None:
        self._question = question
        self._after = messages[at + 1 :]
        self._language = language_of(question.asked)
        self._words = words_that_may_tell(question, self._language) if reads else ()
        texts = self._texts()
        word, self._told_by = told_by(self._words, texts)
        self._reads_first = bool(self._words) and not texts
        self._pictures = tuple(self._told_by or question.pictures)
        self._begins = not any(self._of_picture(p) for p in self._pictures)
        self._asked = self._pictures[:1] if self._begins else self._pictures
        asked = without(word, question.asked) if word else question.asked
        first = question_message(asked, [ALIAS])
        talks = [[*messages[:at], first, *self._of_picture(p)] for p in self._asked]
        self.talks = [] if self._reads_first else talks
        """The conversations that are to be planned now."""

    def joined(self, planned: Sequence[ChatResult]) -> ChatResult:
        """One turn from those of the talks: their calls, or their answers as one."""
        messages = [message_of(result) for result in planned] or [self._without_planning()]
        calls = messages[0].tool_calls if not planned else list(self._calls(messages))
        turn = AIMessage(
            content="" if calls else self._answer(messages) if planned else messages[0].text,
            tool_calls=calls,
            usage_metadata=usage_of(messages),
            response_metadata=messages[0].response_metadata
            | {"finish_reason": "tool_calls" if calls else "stop"},
        )
        return ChatResult(generations=[ChatGeneration(message=turn)])

    def _without_planning(self) -> AIMessage:
        """Read all pictures first; or nothing, where the question names no page that is there."""
        if not self._reads_first:
            return AIMessage(abstain("could_not_look").text)
        calls = [
            ToolCall(
                name=READ, args={"picture": p, "query": None, "region": None}, id=f"{_TEXT}{n}"
            )
            for n, p in enumerate(self._question.pictures)
        ]
        return AIMessage("", tool_calls=calls)

    def _calls(self, messages: Sequence[AIMessage]) -> Iterator[ToolCall]:
        """The calls of each picture; at the beginning those of the first one are everybody's."""
        pictures = self._pictures if self._begins else self._asked
        turns = list(messages) * (len(pictures) if self._begins else 1)
        for n, (picture, message) in enumerate(zip(pictures, turns, strict=True)):
            for call in message.tool_calls:
                arguments = call["args"] | {"picture": picture}
                yield ToolCall(name=call["name"], args=arguments, id=f"{call['id']}_{n}")

    def _answer(self, messages: Sequence[AIMessage]) -> str:
        answers = [
            PictureAnswer.read(picture, m.text, self._seen(picture), self._told_by.get(picture, ()))
            for picture, m in zip(self._asked, messages, strict=True)
        ]
        return joined(self._question.form, answers, self._language)

    def _seen(self, picture: str) -> list[Evidence]:
        reports = (m for m in self._of_picture(picture) if isinstance(m, ToolMessage))
        return [e for m in reports for e in m.artifact or ()]

    def _texts(self) -> dict[str, list[Evidence]]:
        """What all the text of each picture is, where that was read first."""
        read = self._text_calls()
        return {
            read[m.tool_call_id]: list(m.artifact or ())
            for m in self._after
            if isinstance(m, ToolMessage) and m.tool_call_id in read
        }

    def _text_calls(self) -> dict[str | None, str]:
        """Ids of the calls that read all the text first, and their pictures."""
        first = next((m for m in self._after if isinstance(m, AIMessage) and m.tool_calls), None)
        if first is None or not self._words:
            return {}
        return {call["id"]: str(call["args"].get("picture")) for call in first.tool_calls}

    def _of_picture(self, picture: str) -> list[BaseMessage]:
        """What was called for one picture, and what came of it; refused answers are left out."""
        own: set[str | None] = set()
        beside = self._text_calls()
        kept: list[BaseMessage] = []
        for message in self._after:
            if isinstance(message, AIMessage) and message.tool_calls:
                calls = [
                    call | {"args": call["args"] | {"picture": ALIAS}}
                    for call in message.tool_calls
                    if call["args"].get("picture") == picture and call["id"] not in beside
                ]
                own |= {call["id"] for call in calls}
                if calls:
                    kept.append(AIMessage("", tool_calls=calls))
            elif isinstance(message, ToolMessage) and message.tool_call_id in own:
                renamed = message.text.replace(picture, ALIAS, 1)
                kept.append(message.model_copy(update={"content": renamed}))
        return kept


def split(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Split | None:
    """The present question picture by picture; None where it is about one, or the weights' own."""
    present = present_question(messages)
    if present is None:
        return None
    at, text = present
    pictures = pictures_of(messages[at])
    language = language_of(text)
    if len(pictures) < 2 or any(map(code_question, parts_of(text, language))):
        return None
    question = several_question(text, language, pictures)
    if question is None:
        return None
    offered = any(tool["function"]["name"] == READ for tool in tools)
    reads = offered or any(m.name == READ for m in messages[at + 1 :])
    return Split(question, messages, at, reads=reads)
