"""What is heard of an answer while it is written: the same in whatever pieces, each read once."""

from __future__ import annotations

import json
import sys
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from agent.events import Event, Sentence
from agent.loop.deadline import Deadline
from agent.loop.state import Question
from agent.loop.streaming import MAX_SENTENCE, AnswerStream
from tests.agent.evidence_makers import finding, ledger_of
from tools.execution.runner import Runner
from tools.pictures.store import PictureStore

ANSWERS = (
    'It says "no. 5 \\ A" [e1]. The value is {e1.value}. [e1] It is 12.50 [e1].',
    "It says “¥5 😀” [e2]! It is {e2.text} [e2]. It is 12.50 [e1].",
    "It is 12.50 [e1]. The total is forged [e1]. It is 12.50 [e1].",
    "",
)


def heard(pieces: list[str]) -> list[str]:
    """The sentences that are said while these pieces are heard."""
    events: list[Event] = []
    ledger = ledger_of(
        [
            finding(label="total", text="no. 5 \\ A 12.50", value="12.50", value_type="amount"),
            finding(label="note", text="¥5 😀"),
        ],
        tool="read_text",
    )
    question = Question(
        text="What does it say?", language="en", pictures=PictureStore(), ledger=ledger,
        runner=cast("Runner", None), deadline=Deadline(60), emit=events.append, streams=True,
    )  # fmt: skip
    stream = AnswerStream(question)
    for piece in pieces:
        stream.feed(piece)
    return [event.text for event in events if isinstance(event, Sentence)]


def draft(answer: str, *, ascii_only: bool = False) -> str:
    fields = {"abstain": "no", "short_answer": 'say "answer": "x"', "answer": answer}
    return json.dumps(fields, ensure_ascii=ascii_only)


@given(st.sampled_from(ANSWERS), st.booleans(), st.data())
def test_the_same_is_said_in_whatever_pieces(
    answer: str, ascii_only: bool, data: st.DataObject
) -> None:
    text = draft(answer, ascii_only=ascii_only)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(text) - 1))))
    pieces = [text[i:j] for i, j in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert heard(pieces) == heard([text])


def test_what_passes_is_said_and_nothing_behind_what_does_not() -> None:
    assert heard(list(draft(ANSWERS[0]))) == [
        'It says "no. 5 \\ A".', "The value is 12.50.", "It is 12.50.",
    ]  # fmt: skip
    assert heard(list(draft(ANSWERS[1]))) == ["It says “¥5 😀”!", "It is ¥5 😀.", "It is 12.50."]
    assert heard(list(draft(ANSWERS[2]))) == ["It is 12.50."]


def test_an_answer_that_is_no_json_string_says_nothing() -> None:
    broken = draft(ANSWERS[2]).replace("It is", "\x01 It is")
    assert heard([broken]) == []


def work(pieces: list[str]) -> int:
    """Instructions of Python's that hearing the pieces takes."""
    done = 0

    def count(frame: Any, event: str, _argument: Any) -> Any:
        nonlocal done
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        done += event == "opcode"
        return count

    sys.settrace(count)
    try:
        heard(pieces)
    finally:
        sys.settrace(None)
    return done


def characters_split(pieces: list[str], monkeypatch: Any) -> int:
    """How many characters are split into sentences while the pieces are heard."""
    from agent.loop import streaming

    split: list[int] = []
    sentences = streaming.sentences
    monkeypatch.setattr(
        streaming, "sentences", lambda text: split.append(len(text)) or sentences(text)
    )
    heard(pieces)
    return sum(split)


def test_hearing_costs_what_is_written_not_its_square(monkeypatch: Any) -> None:
    sentence = "It is 12.50 [e1]. "
    short, long = (characters_split(list(draft(sentence * n)), monkeypatch) for n in (20, 80))
    assert long < 5 * short
    assert work(list(draft(sentence * 24))) < 5 * work(list(draft(sentence * 6)))


def test_one_endless_sentence_is_not_listened_to_for_ever(monkeypatch: Any) -> None:
    endless = ["It is 12.50 and " * 10] * (MAX_SENTENCE // 10)
    begun = draft("").removesuffix('"}')
    assert characters_split([begun, *endless], monkeypatch) < MAX_SENTENCE**2 / 100
