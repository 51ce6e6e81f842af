"""A run as it happens on the terminal: what is looked at, what is being written, what is said.

Steps go to stderr, sentences of the answer to stdout; the whole answer is `agent.cli.render`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.cli.console import clean, note, output
from agent.cli.files import dumps
from agent.cli.render import duration

if TYPE_CHECKING:
    from rich.status import Status

    from agent import Session
    from agent.answer import Answer
    from agent.events import Event


class Telling:
    """Follows one run.

    Args:
        status: the line that shows the present step; None where stderr is no terminal.
        steps: whether steps are also printed, to stay.
    """

    def __init__(self, status: Status | None, *, steps: bool) -> None:
        self._status = status
        self._steps = steps
        self._said: list[str] = []

    def follow(self, session: Session, question: str, *, text: bool = False) -> Answer:
        """Ask; with `text`, sentences are printed as soon as they are written and checked."""
        answer = None
        for event in session.stream(question, text=text):
            if event.kind == "answer":
                answer = event.answer
            elif event.kind == "writing":
                self._show(event.data["text"])
            elif event.kind == "text":
                self._say(event.data["text"])
            else:
                step = _step(event)
                self._show(step)
                if self._steps:
                    note(step)
        if answer is None:
            raise RuntimeError("the run ended without an answer")
        return answer

    def has_said(self, answer: Answer) -> bool:
        """Whether all of the answer, and nothing else, was printed already."""
        claims = [claim.text for claim in answer.claims]
        return bool(claims) and not answer.abstained and claims == self._said

    def _show(self, text: str) -> None:
        if self._status is not None:
            from rich.text import Text

            self._status.update(Text(clean(text)))

    def _say(self, sentence: str) -> None:
        self._said.append(sentence)
        if self._status is not None:
            self._status.stop()  # while it turns, it takes what is printed to stdout to stderr
        output().print(clean(sentence), style="bold", soft_wrap=True)
        if self._status is not None:
            self._status.update("…")
            self._status.start()


def _step(event: Event) -> str:
    data = event.data
    if event.kind == "tool_call":
        arguments = ", ".join(f"{k}={dumps(v)}" for k, v in data["arguments"].items() if v)
        return f"{data['name']}({arguments})"
    if event.kind == "tool_result":
        how = "from cache" if data["cached"] else duration(data["elapsed_ms"])
        ended = data["text"] if data["status"] == "error" else "ok"
        return f"{data['name']}: {ended}, {how}"
    return "; ".join(["checking again", *data.get("problems", [])])
