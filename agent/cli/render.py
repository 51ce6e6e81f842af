"""An answer on the terminal: the sentence, the evidence under it, how sure and how long.

It only shows what `agent.answer.Answer` holds; nothing is worked out anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from agent.cli.console import clean
from agent.cli.wording import WORDS

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

    from agent.answer import Answer
    from tools.evidence import Evidence

MAX_ROWS = 8
"""Rows of evidence under an answer, unless all are asked for."""
MAX_WHAT = 120
"""Characters of one piece of evidence, unless all are asked for."""
RUN = 4
"""So many neighbours of one group (lines of a page, say) become one row."""


def print_answer(console: Console, answer: Answer, *, everything: bool = False) -> None:
    """Print the answer, the evidence that it cites (or all of it), and the footer."""
    from rich.text import Text

    style = "bold yellow" if answer.abstained else "bold"
    console.print(Text(clean(answer.answer), style=style), soft_wrap=True)
    print_grounds(console, answer, everything=everything)


def print_grounds(console: Console, answer: Answer, *, everything: bool = False) -> None:
    """Print what the answer rests on, for a reader who has its text already."""
    from rich.text import Text

    words = WORDS[answer.language]
    if answer.read_as:
        read_as = words["read_as"].format(question=clean(answer.read_as))
        console.print(Text(read_as, style="dim"), soft_wrap=True)
    for line in _problems(answer, everything):
        console.print(line, soft_wrap=True)
    for part in _evidence(answer, everything):
        console.print(part)
    if answer.abstained and not answer.evidence:
        console.print(Text(words["nothing_seen"], style="dim"))
    console.print(_footer(answer, everything), soft_wrap=True)


def print_evidence(console: Console, answer: Answer) -> None:
    """Print all evidence of the run behind an answer."""
    for part in _evidence(answer, True):
        console.print(part)
    if not answer.evidence:
        console.print(WORDS[answer.language]["nothing_seen"], style="dim")


def _problems(answer: Answer, everything: bool) -> Iterator[Text]:
    from rich.text import Text

    words = WORDS[answer.language]
    for call in answer.tool_calls:
        if call.status == "error" and not answer.abstained:  # an abstention says it itself
            text = words["failed"].format(tool=call.name, error=call.error or "")
            yield Text(clean(text), style="red")
    for claim in answer.claims:
        if everything and claim.status == "unsupported":
            yield Text(clean(words["unsupported"].format(text=claim.text)), style="yellow")


def _evidence(answer: Answer, everything: bool) -> Iterator[RenderableType]:
    from rich.text import Text

    words = WORDS[answer.language]
    chosen = answer.cited
    shown = answer.evidence if everything or not chosen else chosen
    runs = [[e] for e in shown] if everything else list(_runs(shown))
    rows = runs if everything else runs[:MAX_ROWS]
    if not rows:
        return
    heading = "evidence" if chosen and not answer.abstained else "seen"
    yield Text("\n" + words[heading], style="cyan")
    yield _table(answer, rows, everything)
    left = sum(len(run) for run in runs[len(rows) :])
    if left:
        yield Text(words["more"].format(count=left), style="dim")


def _runs(evidence: Iterable[Evidence]) -> Iterator[list[Evidence]]:
    """Neighbours of one call, group and status as one run where they are many, else one each."""
    key = lambda e: (e.call_id, e.group, e.status) if e.group else e.id  # noqa: E731
    for _, members in groupby(evidence, key=key):
        run = list(members)
        if len(run) > RUN:
            yield run
        else:
            yield from ([e] for e in run)


def _table(answer: Answer, rows: list[list[Evidence]], everything: bool) -> Table:
    from rich.table import Table

    words = WORDS[answer.language]
    several = len({e.picture.id for e in answer.evidence}) > 1
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column(words["id"], no_wrap=True, style="cyan")
    table.add_column(words["tool"], no_wrap=True)
    table.add_column(words["what"], overflow="fold", min_width=16)
    table.add_column(words["where"], overflow="fold", style="dim")
    table.add_column(words["score"], no_wrap=True, justify="right")
    for run in rows:
        ids = run[0].id if len(run) == 1 else f"{run[0].id}-{run[-1].id}"
        what = clean(_what(run, words))
        if not everything and len(what) > MAX_WHAT:
            what = what[: MAX_WHAT - 1] + "…"
        table.add_row(ids, clean(run[0].tool), what, _where(run, words, several), _score(run))
    return table


def _what(run: list[Evidence], words: dict[str, str]) -> str:
    first = run[0]
    name = first.label or first.group or ""
    if first.kind == "estimate":
        return _estimate(first, words)
    if len(run) > 1:
        name += f" ×{len(run)}"
    members = Counter(e.member for e in run if e.member is not None)
    if members:
        name += ": " + ", ".join(f"{m} ×{n}" if len(run) > 1 else m for m, n in members.items())
    if first.status != "found":
        name += (": " if name else "") + words[first.status]
    if first.value is not None and first.status != "none" and not members:
        value = f"{first.value:.0%}" if first.value_type == "share" else str(first.value)
        name += (" = " if name else "") + value
    if first.text is not None and len(run) == 1:
        name += (" " if name else "") + "“" + " ".join(first.text.split()) + "”"
    return name


def _estimate(e: Evidence, words: dict[str, str]) -> str:
    """ "Is it raining? ~ yes (estimate)", "an office (estimate: none)"."""
    mark = words["estimate"] + (f": {words[e.status]}" if e.status != "found" else "")
    said = [e.label or e.text, None if e.value is None else f"~ {e.value}", f"({mark})"]
    return " ".join(filter(None, said))


def _where(run: list[Evidence], words: dict[str, str], several: bool) -> str:
    first = run[0]
    picture = clean(first.picture.name or first.picture.id) + " " if several else ""
    if len(run) > 1:
        return picture.strip()
    if first.box_xyxy is None:
        return picture + words["whole"]
    left, top, right, bottom = (round(c) for c in first.box_xyxy)
    return f"{picture}{left},{top} – {right},{bottom}"


def _score(run: list[Evidence]) -> str:
    low, high = min(e.score for e in run), max(e.score for e in run)
    return f"{low:.2f}" if f"{low:.2f}" == f"{high:.2f}" else f"{low:.2f}–{high:.2f}"


def _footer(answer: Answer, everything: bool) -> Text:
    from rich.text import Text

    words = WORDS[answer.language]
    parts = []
    if answer.abstained:
        parts.append(words["abstained"].format(reason=answer.reason))
    else:
        words_for = "estimated" if answer.estimated else "confidence"
        parts.append(words[words_for].format(score=answer.confidence))
    if "total" in answer.timings_ms:
        parts.append(duration(answer.timings_ms["total"]))
    parts.append(words["planner"].format(name=planner_name(answer)))
    if everything:
        parts += [
            f"{name} {duration(ms)}" for name, ms in answer.timings_ms.items() if name != "total"
        ]
    return Text("\n" + clean(" · ".join(parts)), style="dim")


def planner_name(answer: Answer) -> str:
    """ "builtin", "Qwen/Qwen3-8B at http://host:8000/v1": who planned."""
    facts = answer.planner
    if facts.get("stood_in"):
        return WORDS[answer.language]["stood_in"].format(**facts)
    if facts.get("url"):
        return f"{facts.get('model', '?')} at {facts['url']}"
    return str(facts.get("kind") or facts.get("model") or "?")


def duration(ms: float) -> str:
    """ "640 ms", "2.3 s"."""
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"
