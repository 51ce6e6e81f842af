"""`vqa-agent chat`: questions one after another about the same pictures.

The conversation itself is the session's (`agent.session`); this is its prompt.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from agent.cli.ask import add_picture, check_pictures
from agent.cli.console import ANSWERED, complain, note, output, working
from agent.cli.factory import Options, open_agent
from agent.cli.progress import Progress
from agent.cli.render import print_answer, print_evidence
from agent.errors import PlannerError
from tools.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from agent import Session
    from agent.answer import Answer

PROMPT = "› "
MAX_NAME = 200
"""Characters of a name that are shown; a `data:` URI is longer."""

HELP = """\
/add PICTURE   look at one more picture
/evidence      everything that was seen for the last answer
/help          this
/quit          leave (also Ctrl-D)"""


def run_chat(factory: Any, options: Options, pictures: list[str], *, verbose: bool) -> int:
    """Read and answer until the input ends; returns 0.

    Ctrl-C while an answer is being worked out drops that question, at the prompt it leaves.

    Raises:
        InputError: a picture to start with cannot be used.
    """
    if "-" in pictures:
        raise InputError("chat reads questions from standard input, so no picture can come there")
    check_pictures(pictures)
    with working("waking up …") as status, open_agent(factory, options) as agent:
        session = agent.session()
        for name in pictures:
            add_picture(session, name)
        if status is not None:
            status.stop()
        chat = Chat(session, output(), verbose=verbose)
        if sys.stdin.isatty():
            count = f"{len(pictures)} picture" + ("s" if len(pictures) > 1 else "")
            note(f"{count}. Ask away; /help lists the commands.")
        for line in read_lines():
            if not chat.take(line):
                break
    return ANSWERED


def read_lines() -> Iterator[str]:
    """Lines from the terminal (with a prompt and a history) or from a pipe, until they end."""
    if not sys.stdin.isatty():
        yield from (line.strip() for line in sys.stdin)
        return
    import readline  # noqa: F401  (arrow keys and history for input())

    while True:
        try:
            yield input(PROMPT).strip()
        except EOFError:
            print()
            return


class Chat:
    """One conversation on the terminal: takes lines, prints answers."""

    def __init__(self, session: Session, console: Console, *, verbose: bool) -> None:
        self._session = session
        self._console = console
        self._verbose = verbose
        self._last: Answer | None = None

    def take(self, line: str) -> bool:
        """Do what a line asks for; False if it was /quit."""
        command, _, rest = line.partition(" ")
        try:
            if command in ("/quit", "/exit"):
                return False
            if command == "/help":
                note(HELP)
            elif command == "/add":
                self._add(rest.strip().strip("\"'"))
            elif command == "/evidence":
                self._evidence()
            elif command.startswith("/"):
                complain(f"there is no command {command}\n{HELP}")
            elif line:
                self._ask(line)
        except (InputError, PlannerError) as error:
            complain(str(error))
        return True

    def _add(self, name: str) -> None:
        if not name:
            raise InputError("/add needs a picture, as in: /add receipt.jpg")
        check_pictures([name])
        note(f"added {name[:MAX_NAME]} as {add_picture(self._session, name)}")

    def _evidence(self) -> None:
        if self._last is None:
            note("nothing was asked yet")
        else:
            print_evidence(self._console, self._last)

    def _ask(self, question: str) -> None:
        try:
            with working("looking …") as status:
                progress = Progress(status, steps=self._verbose)
                self._last = progress.follow(self._session, question)
        except KeyboardInterrupt:
            if not sys.stdin.isatty():
                raise
            note("stopped; ask something else, or /quit")
            return
        print_answer(self._console, self._last, everything=self._verbose)
        self._console.print()
