"""An answer, sentence by sentence, while the planner still writes it: only what the check passes.

What has been said stays true, whatever becomes of the rest: each sentence was checked against
evidence by itself. A sentence that does not pass ends the stream; the whole answer comes later.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress

from agent.events import Sentence, Writing
from agent.grounding.check import check_sentence
from agent.grounding.question_form import asks_for_absence
from agent.grounding.references import UnresolvedReferenceError, fill
from agent.grounding.sentences import sentences
from agent.loop.state import Question

_BEFORE = (re.compile(r'"abstain":\s*"no"'), re.compile(r'"answer":\s*"'))
"""What stands before the answer's text, one behind the other."""
_LONGEST_MARK = 64
_TEXT = re.compile(
    r'(?:[^"\\]|\\[^u]|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}'
    r"|\\u(?![dD][89abAB])[0-9a-fA-F]{4})*"
)
"""The text of a JSON string, as far as its escapes are whole."""
_HALF_REFERENCE = re.compile(r"[{\[][^}\]]*$")
MAX_SENTENCE = 2_000
"""Characters; a planner whose sentence is longer is no longer listened to."""


class AnswerStream:
    """Takes one turn of a planner piece by piece; emits `Sentence` and `Writing` events.

    Each piece is read once: what has been said is not looked at again.
    """

    def __init__(self, question: Question) -> None:
        self._question = question
        self._marks = list(_BEFORE)
        self._unread = ""
        """JSON that was not read yet: the end of what was heard."""
        self._unsaid = ""
        """The template from the first sentence on that was not said yet."""
        self._stopped = False

    def feed(self, piece: str) -> None:
        """More of the turn."""
        if self._stopped:
            return
        self._unread += piece
        while self._marks:
            if not (mark := self._marks[0].search(self._unread)):
                self._unread = self._unread[-_LONGEST_MARK:]
                return
            self._unread = self._unread[mark.end() :]
            self._marks.pop(0)
        self._say(is_whole=self._read())

    def _read(self) -> bool:
        """Read on in the answer's text; whether it has ended."""
        text = _TEXT.match(self._unread)
        end = text.end() if text else 0
        try:
            self._unsaid += str(json.loads(f'"{self._unread[:end]}"'))
        except ValueError:
            self._stopped = True
        self._unread = self._unread[end:]
        return self._unread.startswith('"')

    def _say(self, *, is_whole: bool) -> None:
        whole = sentences(self._unsaid)
        if not is_whole:
            self._show(whole)
        # The last one may go on: "3" of "3.5", a citation behind the full stop.
        for sentence in whole if is_whole else whole[:-1]:
            claim = check_sentence(
                sentence,
                self._question.ledger,
                question=self._question.text,
                language=self._question.language,
            )
            if claim.status != "supported":
                self._stopped = True
                return
            self._question.emit(Sentence(claim.text))
        space = self._unsaid[len(self._unsaid.rstrip()) :]
        self._unsaid = whole[-1] + space if whole else self._unsaid
        self._stopped = self._stopped or is_whole or len(self._unsaid) > MAX_SENTENCE

    def _show(self, unsaid: list[str]) -> None:
        """Show the words that are not checked yet as what they are."""
        begun = _HALF_REFERENCE.sub("", " ".join(unsaid))
        with suppress(UnresolvedReferenceError):
            absence = asks_for_absence(self._question.text, self._question.language)
            text = fill(begun, self._question.ledger, self._question.language, absence=absence).text
            self._question.emit(Writing(text))
