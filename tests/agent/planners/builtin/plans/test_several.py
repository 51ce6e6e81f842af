"""Questions about several pictures: what one of them has is an answer, with its number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent import Settings, VisualAgent
from agent.answer import Answer
from tests.fakes.documents import frames
from tools import Finding, Picture, Region, ToolError, ToolReport, vision_tool
from tools.evidence import PictureRef
from tools.reading.labels import field_of
from tools.toolset import ToolConfig

Fields = dict[str, str]
RECEIPTS: dict[int, Fields] = {
    1: {"total": "24.50", "date": "2024-03-07", "company": "Harbour Books"},
    2: {"total": "7.25", "date": "2024-03-09", "company": "Lime Grocers", "phone": "555 0188"},
    3: {"total": "50.90", "company": "Peak Outdoor"},
    4: {},
    5: {"total": "€3.00"},
    6: {"total": "$24.50"},
    9: {"total": "broken"},
}
DOGS = {1: 0, 2: 2, 3: 1, 4: 0}


def shade(number: int) -> Any:
    """The picture of that number, which tools know by its colour."""
    return np.full((60, 80, 3), number, np.uint8)


def number_of(picture: Picture) -> int:
    return int(picture.pixels[0, 0, 0])


@vision_tool(version="1")
def read_text(
    picture: Picture, query: str | None = None, region: Region | None = None
) -> ToolReport:
    """Read the text in a picture.

    Args:
        query: What to look for.
    """
    printed = RECEIPTS[number_of(picture)]
    if printed.get("total") == "broken":
        raise ToolError("the page is damaged")
    summary = f"read_text {picture.ref.id}" + (f' "{query}"' if query else "")
    if query is None:
        return ToolReport(summary=summary, findings=_whole(picture.ref, printed))
    field = field_of(query)
    value = printed.get(field.name if field else query)
    common: dict[str, Any] = {"picture": picture.ref, "label": query, "score": 0.9}
    if value is None:
        return ToolReport(summary=summary, findings=(Finding(**common, value=0, status="none"),))
    currency = value[0] if value[0] in "€$" else None
    found = Finding(**common, value=value.strip("€$"), currency=currency,
                    value_type=field.value_type if field else "text", text=f"{query}: {value}",
                    box_xyxy=(0.0, 0.0, 9.0, 9.0))  # fmt: skip
    return ToolReport(summary=summary, findings=(found,))


def _whole(ref: PictureRef, printed: Fields) -> tuple[Finding, ...]:
    if not printed:
        return (Finding(picture=ref, label="text", value=0, score=0.9, status="none"),)
    text = "\n".join(printed.values())
    common: dict[str, Any] = {"picture": ref, "score": 0.9}
    return (
        Finding(**common, label="text", text=text, value=len(text), value_type="characters"),
        *(Finding(**common, label="line", text=line, group="line") for line in printed.values()),
    )


@vision_tool(version="1")
def detect_objects(picture: Picture, labels: list[str], region: Region | None = None) -> ToolReport:
    """Find objects.

    Args:
        labels: What to look for.
    """
    found: list[Finding] = []
    for label in labels:
        common: dict[str, Any] = {"picture": picture.ref, "label": label, "group": label}
        dogs = DOGS[number_of(picture)] if label == "dog" else 0
        found += [
            Finding(**common, box_xyxy=(9.0 * n, 0.0, 9.0 * n + 8, 9.0), score=0.9)
            for n in range(dogs)
        ]
        if not dogs:
            found.append(Finding(**common, value=0, score=0.9, status="none"))
    return ToolReport(summary=f"detect_objects {picture.ref.id}", findings=tuple(found))


@pytest.fixture(scope="module")
def agent() -> Iterator[VisualAgent]:
    settings = Settings(tools=ToolConfig(offer=[]))
    with VisualAgent(settings, tools=[read_text, detect_objects]) as made:
        yield made


def asked(agent: VisualAgent, numbers: tuple[int, ...], question: str) -> Answer:
    return agent.ask(*map(shade, numbers), question)


@pytest.mark.parametrize(
    ("numbers", "question", "answer", "short"),
    [
        ((4, 1), "What is the total?", "The total is 24.50 (picture 2).", "24.50"),
        ((1, 2, 3), "What is the phone number?", "(picture 2).", "555 0188"),
        ((1, 2, 3), "What is the total on the second picture?", "The total is 7.25 (picture 2).", "7.25"),
        ((1, 2, 3), "What is the total in picture 3?", "The total is 50.90 (picture 3).", "50.90"),
        ((1, 2, 3), "What does the last receipt come to in total?", "(picture 3)", "50.90"),
        ((1, 2, 3), "第二张图的总额是多少？", "7.25(图 2)", "7.25"),
        ((1, 2, 3), "What is the total of all three receipts?", "Together it is 82.65 (picture 1: 24.50, picture 2: 7.25, picture 3: 50.90).", "82.65"),
        ((1, 2), "两张小票加起来一共多少钱？", "一共是31.75(图 1: 24.50, 图 2: 7.25)。", "31.75"),
        ((1, 2, 3), "Which receipt is the highest?", "It is picture 3 (", "picture 3"),
        ((1, 2, 3), "哪张小票最便宜？", "是图 2(", "图 2"),
        ((1, 2, 3), "How many dogs are there in all pictures?", "I see 3 dogs (picture 1: no dogs, picture 2: 2 dogs, picture 3: 1 dog).", "3"),
        ((1, 2, 4), "In which picture is the dog?", "Picture 2: 2 dogs.", "picture 2"),
        ((1, 2, 4), "狗在哪张图里？", "图 2: 2 只狗", "图 2"),
        ((1, 2, 4), "Is there a dog in any of the pictures?", "(picture 2)", "yes"),
        ((1, 4), "Is there a dog in any of the pictures?", "I see no dogs.", "no"),
        ((2, 4), "Is there a dog in both pictures?", "Picture 1: 2 dogs, picture 2: no dogs.", ""),
        ((2, 3), "Is there a dog in both pictures?", "Picture 1: 2 dogs, picture 2: 1 dog.", "yes"),
        ((1, 2, 3), "What is the date of the receipt from Lime Grocers?", "The date is 2024-03-09 (picture 2).", "2024-03-09"),
        ((1, 2, 3), "How much did I pay at Peak Outdoor?", "50.90 (picture 3).", "50.90"),
        ((1, 2, 3), "Harbour Books那张小票的总额是多少？", "24.50(图 1)", "24.50"),
        ((4, 2), "What are the total and the date?", "The total is 7.25 (picture 2). The date is 2024-03-09 (picture 2).", "7.25; 2024-03-09"),
        ((1, 2), "What are the totals?", "Picture 1: 24.50, picture 2: 7.25.", "24.50, 7.25"),
    ],
)  # fmt: skip
def test_what_is_told(agent, numbers, question, answer, short):
    given = asked(agent, numbers, question)
    assert answer in given.answer
    assert given.short_answer == short
    cited = {i for claim in given.claims for i in claim.evidence}
    assert cited
    assert cited <= {e.id for e in given.evidence}


@pytest.mark.parametrize(
    ("numbers", "question", "reason"),
    [
        ((1, 2, 3), "What is the invoice number?", "not_found"),
        ((6, 5), "What do both receipts come to together?", "unsupported"),
        ((1, 4), "What is the total of both receipts?", "not_found"),
        ((1, 2, 3), "What is the total on page 9?", "could_not_look"),
    ],
)
def test_what_is_not(agent, numbers, question, reason):
    given = asked(agent, numbers, question)
    assert given.abstained, given.answer
    assert given.reason == reason


def test_a_page_that_is_not_there_is_said(agent):
    given = asked(agent, (1, 2, 3), "What is the total on page 9?")
    assert given.notes == ["There is no such page or picture; I have 3."]
    assert given.tool_calls == []


def test_a_follow_up_is_about_all_pictures_too(agent):
    session = agent.session(*map(shade, (4, 2)))
    session.ask("What is the total?")
    assert session.ask("And the date?").answer == "The date is 2024-03-09 (picture 2)."
    session.add(shade(1))
    assert "picture 3: 24.50" in session.ask("What are the totals?").answer


def test_every_part_of_a_sum_is_cited(agent):
    given = asked(agent, (1, 2, 3), "How much was spent altogether?")
    (claim,) = given.claims
    values = {e.value for e in given.evidence if e.id in claim.evidence}
    assert values == {"24.50", "7.25", "50.90"}


def test_a_page_that_cannot_be_read_loses_none_of_the_others_and_is_told(agent):
    given = asked(agent, (1, 9), "What is the total?")
    assert given.short_answer == "24.50"
    assert given.notes == ["I could not look at picture 2: the page is damaged."]
    assert given.answer.endswith(given.notes[0])


def test_pages_are_called_pages_and_the_limit_is_told(agent):
    from PIL import Image

    pages = [Image.fromarray(shade(n)) for n in (4, 1, 4, 4, 4)]
    tiff = frames("TIFF", *pages)
    given = agent.ask(tiff, "What is the total?")
    assert given.answer == "The total is 24.50 (page 2)."
    assert (
        given.to_json()["evidence"][0] | {"picture": "img_1p2", "page": 2}
        == (given.to_json()["evidence"][0])
    )
    settings = Settings(tools=ToolConfig(offer=[]), max_pages=3)
    with VisualAgent(settings, tools=[read_text, detect_objects]) as short:
        given = short.ask(tiff, "总额是多少？")
        assert given.answer == "总额是24.50(第 2 页)。我只看了前 3 页(共 5 页)。"
        both = short.ask(shade(2), tiff, "What is the total?")
        assert "picture 2, page 2: 24.50" in both.answer
        assert both.answer.endswith("I looked at the first 3 of 5 pages of picture 2.")


def test_frames_that_show_the_same_dogs_are_not_added_up(agent):
    from PIL import Image

    images = [Image.fromarray(np.tile(shade(n), (4, 4, 1))) for n in (3, 2)]
    for image, colour in zip(images, ("red", "blue"), strict=True):
        image.paste(colour, (100, 100, 300, 200))
    given = agent.ask(frames("WEBP", *images), "How many dogs are there?")
    assert (given.answer, given.short_answer) == ("I see 2 dogs (frame 2).", "2")


def test_a_folder_is_its_pictures(agent, tmp_path: Path):
    from PIL import Image

    for number in (1, 2):
        Image.fromarray(shade(number)).save(tmp_path / f"{number}.png")
    assert agent.ask(str(tmp_path), "How much was spent altogether?").short_answer == "31.75"
    assert agent.ask(tmp_path / "*.png", "How much was spent altogether?").short_answer == "31.75"
