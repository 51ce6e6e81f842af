"""What was said so far, as a hash: how a client that sends its whole history is recognised.

Each turn's hash covers the one before it, the pictures that came with the question, the question
and the answer's text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from server.pictures.intake import Handle

NOTHING = ""
"""The transcript before the first turn."""


@dataclass(frozen=True)
class Said:
    """A turn as a client tells it: the question, the answer as it was sent, the pictures."""

    question: str
    answer: str
    pictures: tuple[Handle, ...] = ()


def after(before: str, said: Said) -> str:
    """The transcript when this has been said, too (64 hex digits)."""
    pictures = [picture.sha256 for picture in said.pictures]
    words = [" ".join(text.split()) for text in (said.question, said.answer)]
    return hashlib.sha256(json.dumps([before, pictures, *words]).encode()).hexdigest()


def transcript_of(history: Iterable[Said]) -> str:
    """The transcript of turns, the first one first."""
    transcript = NOTHING
    for said in history:
        transcript = after(transcript, said)
    return transcript
