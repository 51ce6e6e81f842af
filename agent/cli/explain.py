"""`vqa-agent explain`: why an answer is what it is, as an overlay, a table or JSON.

Saliency is `tools.explain`'s, the answer without a look `agent.explaining`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from agent.answer import SCHEMA_VERSION
from agent.cli.ask import add_picture, split_words
from agent.cli.console import ABSTAINED, ANSWERED, clean, note, output, progress_bar, working
from agent.cli.factory import Options, open_agent
from agent.cli.progress import Progress
from agent.cli.render import MAX_ROWS
from agent.cli.wording import WORDS
from agent.files import check_writable, dumps, replacing
from agent.grounding.wording import label_in
from tools.errors import InputError

if TYPE_CHECKING:
    from PIL import Image
    from rich.table import Table

    from agent import Session, VisualAgent
    from agent.answer import Answer
    from agent.explaining import Look
    from tools.evidence import Evidence
    from tools.explain.explanation import Cut, Explanation, Method
    from tools.explain.subjects import Subject


@dataclass(frozen=True)
class How:
    """How to explain, and where to write it."""

    method: Literal["evidence"] | Method = "evidence"
    cut: Cut = "superpixels"
    evidence: str | None = None
    samples: int = 400
    seed: int = 0
    measured: bool = False
    out: Path | None = None
    json: bool = False


def run_explain(factory: Any, options: Options, words: list[str], how: How) -> int:
    """Ask, explain, print and write; returns the exit code (0 answered, 3 abstained).

    Raises:
        InputError: pictures or question are unusable, or the method cannot explain this answer.
    """
    pictures, question = split_words(words)
    if how.out is not None:
        from agent.cli.annotate import check_picture_name

        check_writable(check_picture_name(how.out))
    with open_agent(factory, options) as agent:
        with working("looking …") as status:
            session = agent.session()
            for name in pictures:
                add_picture(session, name)
            answer = Progress(status, steps=False).follow(session, question)
        asked = Asked(agent, session, question, answer)
        if how.method == "evidence":
            _by_looks(asked, how)
        else:
            _by_saliency(asked, how, how.method)
    return ABSTAINED if answer.abstained else ANSWERED


@dataclass(frozen=True)
class Asked:
    """A question that was answered, and what answered it."""

    agent: VisualAgent
    session: Session
    question: str
    answer: Answer

    def facts(self, method: str) -> dict[str, Any]:
        """What the JSON of every method begins with."""
        answer = self.answer
        return {
            "schema_version": SCHEMA_VERSION,
            "method": method,
            "question": self.question,
            "answer": answer.answer,
            "short_answer": answer.short_answer,
            "abstained": answer.abstained,
            "language": answer.language,
        }


def _by_looks(asked: Asked, how: How) -> None:
    """Which look contributed what, and the answer without it."""
    from agent.explaining import looks_of

    answer, words = asked.answer, WORDS[asked.answer.language]
    with progress_bar("asking again", len(answer.tool_calls)) as done:
        looks = looks_of(asked.agent, asked.session, asked.question, answer, done)
    if how.json:
        rows = [_look_as_json(look) for look in looks]
        evidence = answer.to_json()["evidence"]
        print(dumps(asked.facts("evidence") | {"looks": rows, "evidence": evidence}, indent=2))
    else:
        _print_answer(answer)
        output().print(_table_of_looks(looks, answer))
    if how.out is not None:
        lines = [
            f"{_look_in_words(look)}; {words['without']}: {_without(look, words)}" for look in looks
        ]
        shown = answer.cited or answer.evidence
        _write(asked, how.out, None, [e for e in shown if e.status != "none"], lines)


def _by_saliency(asked: Asked, how: How, method: Method) -> None:
    """What of a picture counts for the score behind the answer."""
    from agent.explaining import region_of
    from tools.explain.explanation import Request, explain, view_of

    answer, words = asked.answer, WORDS[asked.answer.language]
    evidence, subject = _subject(asked, how.evidence, method)
    (call,) = [call for call in answer.tool_calls if call.id == evidence.call_id]
    view = view_of(asked.session.pictures[evidence.picture.id], region_of(call, answer))
    boxes = [
        e.box_xyxy for e in answer.evidence if e.box_xyxy and e.picture.id == evidence.picture.id
    ]
    request = Request(method, how.cut, boxes, how.samples, how.seed, how.measured)
    with progress_bar(f"explaining {subject.what}", request.total) as done:
        found = explain(subject, view, request, done)
    what = label_in(evidence, subject.what, answer.language)
    about = words["explained"].format(
        what=what, tool=evidence.tool, id=evidence.id, score=found.whole
    )
    if how.json:
        facts = asked.facts(method) | _as_json(found, evidence, subject) | {"seed": how.seed}
        print(dumps(facts, indent=2))
    else:
        _print_answer(answer)
        output().print(f"{method}: {clean(about)}", soft_wrap=True)
        if found.faithfulness:
            measured = words["faithful"].format(**asdict(found.faithfulness))
            output().print(measured, soft_wrap=True)
        output().print(_table_of_regions(found, words))
    if how.out is not None:
        _write(asked, how.out, found, [evidence], [f"{method}: {about}"])


def _as_json(found: Explanation, evidence: Evidence, subject: Subject) -> dict[str, Any]:
    return {
        "explained": {
            "evidence": evidence.id,
            "tool": evidence.tool,
            "picture": evidence.picture.id,
            "what": subject.what,
        },
        "baseline_score": round(found.whole, 4),
        "regions": [
            {"box_xyxy": [round(c, 1) for c in box], "score": round(score, 5)}
            for box, score in found.ranked
        ],
        "faithfulness": asdict(found.faithfulness) if found.faithfulness else None,
    }


def _subject(asked: Asked, wanted: str | None, method: str) -> tuple[Evidence, Subject]:
    """The evidence to explain: the one that is named, else the first cited one that has a score.

    Raises:
        InputError: none has.
    """
    answer = asked.answer
    candidates = [e for e in answer.evidence if e.id == wanted]
    if wanted is None:
        candidates = [*answer.cited, *answer.evidence]
    elif not candidates:
        known = ", ".join(e.id for e in answer.evidence) or "none"
        raise InputError(f"there is no evidence {wanted!r}; of this answer there is {known}")
    tools = {tool.name: tool for tool in asked.agent.toolset.offered}
    calls = {call.id: call for call in answer.tool_calls}
    for evidence in candidates:
        explains = tools[evidence.tool].explains if evidence.tool in tools else None
        call = calls.get(evidence.call_id)
        subject = explains(evidence, call.arguments) if explains and call else None
        if subject is not None:
            return evidence, subject
    looked = sorted({e.tool for e in candidates}) or ["nothing"]
    able = sorted(tool.name for tool in tools.values() if tool.explains)
    raise InputError(
        f"{method} explains a score, and this answer ({answer.answer}) rests on none: it was given "
        f"by {', '.join(looked)}. --method evidence explains every answer; scores have: "
        f"{', '.join(able) or 'no tool that works here'}"
    )


def _print_answer(answer: Answer) -> None:
    style = "bold yellow" if answer.abstained else "bold"
    output().print(clean(answer.answer), style=style, soft_wrap=True)


def _table_of_looks(looks: Sequence[Look], answer: Answer) -> Table:
    from rich.table import Table

    words = WORDS[answer.language]
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in ("look", "saw", "cited", "without"):
        table.add_column(words[name], overflow="fold")
    for look in looks:
        table.add_row(
            clean(_look_in_words(look)),
            str(len(look.seen)),
            " ".join(look.cited) or "–",
            clean(_without(look, words)),
            style=None if look.matters else "dim",
        )
    return table


def _look_in_words(look: Look) -> str:
    given = {k: v for k, v in look.call.arguments.items() if v not in (None, [])}
    return f"{look.call.name}({', '.join(f'{k}={dumps(v)}' for k, v in given.items())})"


def _without(look: Look, words: dict[str, str]) -> str:
    if look.call.status == "error":
        return words["failed"].format(tool=look.call.name, error=look.call.error or "")
    if not look.matters:
        return words["same"]
    if look.without.abstained:
        return words["abstained"].format(reason=look.without.reason)
    return look.without.answer


def _look_as_json(look: Look) -> dict[str, Any]:
    without = look.without
    return {
        "call": look.call.id,
        "tool": look.call.name,
        "arguments": look.call.arguments,
        "status": look.call.status,
        "evidence": [e.id for e in look.seen],
        "cited": list(look.cited),
        "matters": look.matters,
        "without": {
            "answer": without.answer,
            "short_answer": without.short_answer,
            "abstained": without.abstained,
            "reason": without.reason,
        },
    }


def _table_of_regions(found: Explanation, words: dict[str, str]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column(words["where"], style="dim")
    table.add_column(words["score"], justify="right")
    for box, score in found.ranked[:MAX_ROWS]:
        left, top, right, bottom = (round(c) for c in box)
        table.add_row(f"{left},{top} – {right},{bottom}", f"{score:+.3f}")
    return table


def _write(
    asked: Asked,
    path: Path,
    found: Explanation | None,
    evidence: Sequence[Evidence],
    lines: Sequence[str],
) -> None:
    """Write the overlay; several pictures (only of looks) become `out-1.png`, `out-2.png` …"""
    answer, words = asked.answer, WORDS[asked.answer.language]
    pictures = list(asked.session.pictures)
    if found is not None:
        pictures = [p for p in pictures if p.ref.id == evidence[0].picture.id]
    from tools.explain.overlay import Caption, overlay

    legend = (words["against"], "0", words["for"]) if found is not None else None
    caption = Caption([asked.question, answer.answer, *lines], legend)
    for number, picture in enumerate(pictures, 1):
        target = path.with_stem(f"{path.stem}-{number}") if len(pictures) > 1 else path
        here = [e for e in evidence if e.picture.id == picture.ref.id]
        image: Image.Image = overlay(picture.pixels, found, here, caption)
        with replacing(target) as temporary:
            image.save(temporary)
        note(f"wrote {target}")
