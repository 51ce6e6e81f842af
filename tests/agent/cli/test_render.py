"""How evidence is shown."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from agent.answer import Claim
from agent.cli.render import duration, planner_name, print_answer, print_evidence


def shown(answer, **options) -> str:
    console = Console(file=io.StringIO(), width=100, markup=False, highlight=False)
    print_answer(console, answer, **options)
    return console.file.getvalue()


def claims(*ids: str, status: str = "supported") -> list[Claim]:
    return [Claim(text="So it is.", evidence=list(ids), status=status)]


def test_many_lines_become_one_row(make):
    lines = [
        make.evidence(n, label="line", group="line", text=f"line {n}", score=0.9 + n / 1000)
        for n in range(1, 35)
    ]
    text = shown(make.answer(evidence=lines, claims=claims(*(e.id for e in lines))))
    assert "e1-e34" in text
    assert "line ×34" in text
    assert "0.90–0.93" in text
    assert shown(make.answer(evidence=lines), everything=True).count("“line ") == 34


def test_only_what_is_cited_is_shown_unless_all_is_asked_for(make):
    seen = [
        make.evidence(1, label="total", value="39.10"),
        make.evidence(2, label="date", value="x"),
    ]
    assert "date" not in shown(make.answer(evidence=seen))
    assert "date = x" in shown(make.answer(evidence=seen), everything=True)


def test_what_is_left_out_is_counted(make):
    seen = [make.evidence(n, label=f"thing {n}") for n in range(1, 13)]
    text = shown(make.answer(evidence=seen, claims=claims(*(e.id for e in seen))))
    assert "… and 4 more" in text


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"label": "red", "value": 0.43, "value_type": "share"}, "red = 43%"),
        ({"label": "cat", "value": 0, "status": "none"}, "cat: none"),
        ({"label": "cat", "status": "unsure"}, "cat: unsure"),
        ({"label": "total", "value": "6.00", "status": "unsure"}, "total: unsure = 6.00"),
        ({"text": "two\nlines"}, "“two lines”"),
        ({"label": "QR Code", "text": "https://a.example"}, "QR Code “https://a.example”"),
        ({"label": "text", "value": 812, "value_type": "characters"}, "text = 812"),
        ({"label": "Is it?", "value": "yes", "kind": "estimate"}, "Is it? ~ yes (estimate)"),
        ({"label": "a hut", "status": "none", "kind": "estimate"}, "a hut (estimate: none)"),
        (
            {"label": "Is it?", "value": "no", "status": "unsure", "kind": "estimate"},
            "Is it? ~ no (estimate: unsure)",
        ),
    ],
)
def test_one_piece_of_evidence_in_words(make, fields, what):
    text = shown(make.answer(evidence=[make.evidence(**fields)]))
    assert what in text


def test_the_picture_is_named_where_there_are_several(make):
    seen = [
        make.evidence(1, label="a", picture=make.ref(1, "left.png")),
        make.evidence(2, label="b", picture=make.ref(2, "right.png"), box_xyxy=None),
    ]
    text = shown(make.answer(evidence=seen, claims=claims("e1", "e2")))
    assert "left.png 10,20 – 90,40" in text
    assert "right.png whole picture" in text


def test_a_failed_tool_is_not_silence(make):
    failed = (
        make.answer()
        .tool_calls[0]
        .model_copy(update={"status": "error", "error": "the weights are broken"})
    )
    assert "read_text failed: the weights are broken" in shown(make.answer(tool_calls=[failed]))


def test_a_refused_claim_can_be_seen(make):
    refused = make.abstention(reason="unsupported", claims=claims(status="unsupported"))
    assert "Not carried by the evidence: So it is." in shown(refused, everything=True)
    assert "So it is." not in shown(refused)


def test_nothing_seen_is_said(make):
    nothing = make.abstention(evidence=[], reason="could_not_look")
    assert "Nothing was seen." in shown(nothing)
    console = Console(file=io.StringIO(), width=100)
    print_evidence(console, nothing)
    assert "Nothing was seen." in console.file.getvalue()


def test_colour_only_where_there_is_a_terminal(make, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    colourful = Console(file=io.StringIO(), force_terminal=True, color_system="standard")
    print_answer(colourful, make.answer())
    assert "\x1b[1m" in colourful.file.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    plain = Console(file=io.StringIO(), force_terminal=True)
    print_answer(plain, make.abstention())
    assert "\x1b[33m" not in plain.file.getvalue()


def test_the_footer_says_who_planned(make):
    server = {"kind": "server", "model": "Qwen/Qwen3-8B", "url": "http://gpu:8000/v1"}
    assert planner_name(make.answer(planner=server)) == "Qwen/Qwen3-8B at http://gpu:8000/v1"
    assert planner_name(make.answer(planner={"kind": "builtin", "url": None})) == "builtin"


@pytest.mark.parametrize(("ms", "text"), [(0.4, "0 ms"), (640, "640 ms"), (2345, "2.3 s")])
def test_durations(ms, text):
    assert duration(ms) == text


@pytest.mark.parametrize(
    ("language", "said"), [("en", "estimate, confidence 0.62"), ("zh", "估计,置信度 0.62")]
)
def test_an_estimated_answer_says_so_in_its_last_line(make, language, said):
    text = shown(make.answer(language=language, estimated=True, confidence=0.62))
    assert said in text
