"""Where an answer's text ends early: at a `stop` sequence, or after so many tokens.

A token is a word, a number, or a Chinese character, with the marks that cling to it: no number is
ever cut into another one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import Literal

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"\s*(?:[{_HAN}][^\w\s]*|[^\s{_HAN}]+)")


class Cutter:
    """Takes a text piece by piece; gives what of it may be sent.

    Args:
        stops: sequences before which the text ends.
        most_tokens: of the whole text; None: any number.
    """

    def __init__(self, stops: Sequence[str] = (), most_tokens: int | None = None) -> None:
        self._stops = [stop for stop in stops if stop]
        self._most_tokens = most_tokens
        self._held = ""
        """The end of what came: it may be the beginning of a stop sequence."""
        self._ended = False
        self.text = ""
        """What was sent."""
        self.reason: Literal["stop", "length"] = "stop"
        """Why it ended."""

    def feed(self, piece: str) -> str:
        """More of the text; what of all that came may be sent now."""
        if self._ended:
            return ""
        self._held += piece
        at = min((i for s in self._stops if (i := self._held.find(s)) >= 0), default=-1)
        if at >= 0:
            self._held = self._held[:at]
            return self.end()
        free = len(self._held) - self._beginning_of_a_stop()
        sent, self._held = self._held[:free], self._held[free:]
        return self._sent(sent)

    def end(self) -> str:
        """Nothing more comes; what was held back."""
        sent, self._held = self._held, ""
        sent = "" if self._ended else self._sent(sent)
        self._ended = True
        return sent

    def _beginning_of_a_stop(self) -> int:
        """How many characters at the end may be the beginning of a stop sequence."""
        longest = max((len(stop) for stop in self._stops), default=1) - 1
        for size in range(min(longest, len(self._held)), 0, -1):
            if any(stop.startswith(self._held[-size:]) for stop in self._stops):
                return size
        return 0

    def _sent(self, piece: str) -> str:
        if self._most_tokens is not None:
            whole = self.text + piece
            ends = [m.end() for m in islice(_TOKEN.finditer(whole), self._most_tokens + 1)]
            if len(ends) > self._most_tokens:
                self._ended, self.reason = True, "length"
                piece = whole[len(self.text) : ends[self._most_tokens - 1]]
        self.text += piece
        return piece
