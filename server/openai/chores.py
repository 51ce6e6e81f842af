"""What chat pages ask beside the chat, for their own use: its title, its tags, what to ask next.

They send the chat so far in a task of a known form (Open WebUI's: `### Task:`, the keys of the
JSON that they want, `<chat_history>`). It is answered from that text alone, in code: no tool
looks, no planner is asked, nothing is stored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from agent.grounding.wording import language_of
from server.openai.dialogue import Message
from tools.words.lists import columns_of

_TASK = re.compile(r"\s*### Task:")
_CHAT = re.compile(r"<chat_history>(.*)</chat_history>", re.DOTALL)
_KEY = re.compile(r'\{\s*"(\w+)":')
_USER = re.compile(r"^(?:\"\"\")?USER: ?(.*)$", re.MULTILINE)
TITLE_WORDS = 6
TITLE_CHARACTERS = 40


def chore(messages: Sequence[Message]) -> str | None:
    """The answer to a task of a chat page; None where it is none that is known."""
    if len(messages) != 1 or messages[0].sources:
        return None
    text = messages[0].text
    chat = _CHAT.search(text)
    if chat is None or _TASK.match(text) is None:
        return None
    wanted = _KEY.search(text[: chat.start()])
    asked = [line.strip() for line in _USER.findall(chat[1]) if line.strip()]
    if wanted is None:
        return _title(asked)
    answer = _ANSWERS.get(wanted[1])
    return None if answer is None else json.dumps({wanted[1]: answer(asked)}, ensure_ascii=False)


def _title(asked: list[str]) -> str:
    """The first question, shortened."""
    words = (asked[0] if asked else _name(asked)).split()
    title = " ".join(words[:TITLE_WORDS])[:TITLE_CHARACTERS]
    return title.rstrip(" ?？.。!！,，") or _name(asked)


def _name(asked: list[str]) -> str:
    """What a chat about pictures is called in its language."""
    return _in_language("picture_chats", asked)[0]


def _follow_ups(asked: list[str]) -> list[str]:
    """What may be asked of any picture, and was not."""
    known = {question.casefold() for question in asked}
    return [q for q in _in_language("suggested_questions", asked) if q.casefold() not in known][:3]


def _in_language(name: str, asked: list[str]) -> list[str]:
    language = language_of(" ".join(asked))
    return [words for its, words in columns_of(name, 2) if its == language]


_ANSWERS: dict[str, Callable[[list[str]], object]] = {
    "title": _title,
    "tags": lambda asked: [_name(asked)],
    "follow_ups": _follow_ups,
    "queries": lambda _asked: [],  # nothing is searched for on the web
    "text": lambda _asked: "",  # nor is anybody's sentence finished
}
