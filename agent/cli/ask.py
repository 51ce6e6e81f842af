"""`vqa-agent ask`: one question about one or more pictures."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.cli.console import ABSTAINED, ANSWERED, clean, note, output, working
from agent.cli.factory import Options, open_agent
from agent.cli.progress import Progress
from agent.cli.render import print_answer, print_grounds
from agent.files import check_writable, dumps
from agent.traces.files import write_failed_trace, write_trace
from tools.pictures.sources import SUFFIXES, exists, expanded, is_address, is_data

if TYPE_CHECKING:
    from agent import Session
    from agent.answer import Answer

EXAMPLE = 'vqa-agent ask receipt.jpg "What is the total?"'


@dataclass(frozen=True)
class Outputs:
    """What is written besides (or instead of) the answer on the terminal."""

    json: bool = False
    annotate: Path | None = None
    trace: Path | None = None
    verbose: bool = False
    stream: bool = False

    def check(self) -> None:
        """Look at the paths before the work is done.

        Raises:
            InputError: one of them cannot be written.
        """
        if self.annotate is not None:
            from agent.cli.annotate import check_picture_name

            check_writable(check_picture_name(self.annotate))
        if self.trace is not None:
            check_writable(self.trace)

    def write(self, answer: Answer, session: Session) -> None:
        """Write the files that were asked for."""
        if self.trace is not None:
            write_trace(self.trace, answer)
        if self.annotate is not None:
            from agent.cli.annotate import annotate

            for path in annotate(answer, list(session.pictures), self.annotate):
                note(f"wrote {path}")

    def write_failed(self, error: Exception) -> None:
        """Write the trace of a run that an error ended, if it was asked for."""
        if self.trace is not None:
            write_failed_trace(self.trace, error)

    def show(self, answer: Answer, *, said: bool) -> None:
        """Print the answer; where it was said already, what it rests on."""
        if self.json:
            print(dumps(answer.to_json(), indent=2), flush=True)
        elif said:
            for told in answer.notes:
                output().print(clean(told), soft_wrap=True)
            print_grounds(output(), answer, everything=self.verbose)
        else:
            print_answer(output(), answer, everything=self.verbose)


def run_ask(factory: Any, options: Options, words: list[str], outputs: Outputs) -> int:
    """Ask, print and write; returns the exit code (0 answered, 3 abstained).

    Raises:
        InputError: pictures or question are missing, swapped or unusable.
    """
    pictures, question = split_words(words)
    outputs.check()
    with working("waking up …") as status, open_agent(factory, options) as agent:
        session = agent.session()
        for name in pictures:
            add_picture(session, name)
        progress = Progress(status, steps=outputs.verbose or outputs.stream)
        try:
            answer = progress.follow(session, question, text=outputs.stream and not outputs.json)
        except Exception as error:
            outputs.write_failed(error)
            raise
        outputs.write(answer, session)
    outputs.show(answer, said=progress.has_said(answer))
    return ABSTAINED if answer.abstained else ANSWERED


def add_picture(session: Session, name: str) -> str:
    """Add what a word names (`-` is standard input) to a session; returns the ids, in words.

    Raises:
        InputError: it is no picture; the message names it.
    """
    from tools.errors import PictureError

    before = len(session.pictures)
    try:
        first = session.add(read_stdin() if name == "-" else name)
    except PictureError as error:
        said = str(error)
        raise PictureError(said if is_data(name) or name in said else f"{name}: {said}") from None
    added = [picture.ref.id for picture in session.pictures][before:]
    return first if len(added) < 2 else f"{added[0]} to {added[-1]}"


def split_words(words: list[str]) -> tuple[list[str], str]:
    """The pictures and the question out of `PICTURE... QUESTION`.

    Raises:
        InputError: if one of them is missing, they are swapped, or the question is unquoted.
    """
    from tools.errors import InputError

    *pictures, question = words
    if not pictures:
        missing = "question" if looks_like_picture(question) else "picture"
        raise InputError(f"the {missing} is missing, as in: {EXAMPLE}")
    if looks_like_picture(question):
        others = [word for word in pictures if not looks_like_picture(word)]
        if len(others) == 1:
            rest = " ".join(word for word in words if word not in others)
            raise InputError(f'the question comes last: vqa-agent ask {rest} "{others[0]}"')
        raise InputError(f"the question is missing, as in: {EXAMPLE}")
    first = next((i for i, w in enumerate(pictures) if not looks_like_picture(w)), None)
    if first is not None and first > 0:
        said = " ".join([*pictures[first:], question])
        named = " ".join(pictures[:first])
        raise InputError(
            f"no picture is called {pictures[first]!r}. If it belongs to the question, put the "
            f'question in quotes: vqa-agent ask {named} "{said}"'
        )
    if not question.strip():
        raise InputError("the question is empty")
    return check_pictures(pictures), question


def check_pictures(names: list[str]) -> list[str]:
    """The names themselves, if each can be a picture's; whether it is one, the store finds out.

    Raises:
        InputError: if one is a URL, or if `-` is there twice.
    """
    from tools.errors import InputError

    if names.count("-") > 1:
        raise InputError("`-` (a picture from standard input) can be used once")
    for name in names:
        if "://" in name and not is_data(name):
            raise InputError(f"{name} is a URL; save the picture to a file first")
    return names


def looks_like_picture(word: str) -> bool:
    """Whether a word is rather a picture than a question.

    `-`, a `data:` URI, an address, a file or a folder; else one word with a picture's suffix.
    """
    if word == "-" or is_data(word) or is_address(word):
        return True
    try:
        if expanded(Path(word)).exists():
            return True
        named = Path(word).suffix.lower() in SUFFIXES or ("*" in word and exists(Path(word)))
    except (OSError, ValueError):  # too long for a file name, or with a zero byte
        return False
    return named and not re.search(r"\s|\?$", word.strip())


def read_stdin() -> bytes:
    """The bytes of the picture that is piped in.

    Raises:
        InputError: if nothing is piped in.
    """
    from tools.errors import InputError

    if sys.stdin.isatty():
        raise InputError('`-` reads a picture from a pipe: cat photo.jpg | vqa-agent ask - "…"')
    data = sys.stdin.buffer.read()
    if not data:
        raise InputError("standard input is empty; a picture was expected")
    return data
