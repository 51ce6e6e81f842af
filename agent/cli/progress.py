"""A run as it happens on the terminal: what is looked at, what is being written, what is said.

Steps go to stderr, sentences of the answer to stdout; the whole answer is `agent.cli.render`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.cli.console import clean, note, output
from agent.cli.render import duration
from agent.files import dumps

if TYPE_CHECKING:
    from rich.status import Status

    from agent import Session
    from agent.answer import Answer
    from agent.events import Repair, ToolFinished, ToolStarted


class Progress:
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
        from agent.events import Answered, Planned, Sentence, Writing

        answer = None
        for event in session.stream(question, text=text):
            match event:
                case Answered():
                    answer = event.answer
                case Writing():
                    self._show(event.text)
                case Sentence():
                    self._say(event.text)
                case Planned():
                    pass
                case _:
                    self._step(event)
        if answer is None:
            raise RuntimeError("the run ended without an answer")
        return answer

    def has_said(self, answer: Answer) -> bool:
        """Whether all of the answer, and nothing else, was printed already."""
        claims = [claim.text for claim in answer.claims]
        return bool(claims) and not answer.abstained and claims == self._said

    def _step(self, event: ToolStarted | ToolFinished | Repair) -> None:
        step = _in_words(event)
        self._show(step)
        if self._steps:
            note(step)

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


def _in_words(event: ToolStarted | ToolFinished | Repair) -> str:
    from agent.events import ToolFinished, ToolStarted

    match event:
        case ToolStarted():
            arguments = ", ".join(f"{k}={dumps(v)}" for k, v in event.arguments.items() if v)
            return f"{event.name}({arguments})"
        case ToolFinished(call=call):
            how = "from cache" if call.cached else duration(call.elapsed_ms)
            ended = event.text if call.status == "error" else "ok"
            return f"{call.name}: {ended}, {how}"
        case _:
            return "; ".join(["checking again", *event.problems])
