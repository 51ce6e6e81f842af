"""An answer, sentence by sentence, while the planner still writes it: only what the check passes.

What has been said stays true, whatever becomes of the rest: each sentence was checked against
evidence by itself. A sentence that does not pass ends the stream; the whole answer comes later.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress

from agent.events import Sentence, Writing
from agent.grounding.check import check_sentence, sentences
from agent.grounding.question_form import asks_for_absence
from agent.grounding.references import UnresolvedReferenceError, fill
from agent.loop.state import Question

_ANSWERS = re.compile(r'"abstain":\s*"no".*"answer":\s*"', re.DOTALL)
_HALF_REFERENCE = re.compile(r"[{\[][^}\]]*$")
_HALF_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?$")


class AnswerStream:
    """Takes one turn of a planner piece by piece; emits `Sentence` and `Writing` events."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._written = ""
        self._said = 0
        self._stopped = False

    def feed(self, piece: str) -> None:
        """More of the turn."""
        self._written += piece
        if self._stopped or not (match := _ANSWERS.search(self._written)):
            return
        template, is_whole = _string_at(self._written[match.end() :])
        whole = sentences(template)
        if not is_whole:
            self._show(whole[self._said :])
        # The last one may go on: "3" of "3.5", a citation behind the full stop.
        for sentence in whole[self._said : len(whole) if is_whole else -1]:
            claim = check_sentence(
                sentence,
                self._question.ledger,
                question=self._question.text,
                language=self._question.language,
            )
            if claim.status != "supported":
                self._stopped = True
                return
            self._said += 1
            self._question.emit(Sentence(claim.text))

    def _show(self, unsaid: list[str]) -> None:
        """Show the words that are not checked yet as what they are."""
        begun = _HALF_REFERENCE.sub("", " ".join(unsaid))
        with suppress(UnresolvedReferenceError):
            absence = asks_for_absence(self._question.text, self._question.language)
            text = fill(begun, self._question.ledger, self._question.language, absence=absence).text
            self._question.emit(Writing(text))


def _string_at(text: str) -> tuple[str, bool]:
    """The JSON string that begins before `text`, as far as it goes, and whether it has ended."""
    end = re.search(r'(?<!\\)(?:\\\\)*"', text)
    inner = text[: end.end() - 1] if end else _HALF_ESCAPE.sub("", text)
    try:
        return str(json.loads(f'"{inner}"')), end is not None
    except ValueError:
        return "", False
