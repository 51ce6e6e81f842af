"""The tool as it is, with the real engine, on pictures drawn here."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from tools.base import VisionTool
from tools.evidence import Region
from tools.pictures.store import Picture, PictureStore
from tools.read_text import MAX_QUERY, read_text_tool
from tools.reading.engine import RapidOcrEngine

ROWS = [
    ("COPPER KETTLE TRADING SDN BHD", ""),
    ("NO. 8, JALAN KENARI 5, 47100 SELANGOR", ""),
    ("TEL: 03-8051 9514", ""),
    ("Date: 14/03/2018", "10:06:20"),
    ("Green tea", "12.50"),
    ("Bread", "7.10"),
    ("TOTAL", "19.60"),
    ("CASH", "20.00"),
    ("CHANGE", "0.40"),
]


@pytest.fixture(scope="module")
def tool() -> VisionTool:
    return read_text_tool(engine=RapidOcrEngine(threads=1))


def drawn(rows: list[tuple[str, str]], *, size: int = 26) -> Image.Image:
    image = Image.new("RGB", (640, 40 + 46 * len(rows)), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size)
    for number, (left, right) in enumerate(rows):
        draw.text((30, 20 + 46 * number), left, fill="black", font=font)
        draw.text((500, 20 + 46 * number), right, fill="black", font=font)
    return image


def squeezed(text: str | None) -> str:
    """Without spaces: the engine is free with those behind colons."""
    return (text or "").replace(" ", "")


def picture_of(image: Image.Image) -> Picture:
    return PictureStore().add(image)


@pytest.fixture(scope="module")
def receipt() -> Image.Image:
    return drawn(ROWS)


@pytest.mark.parametrize(
    ("query", "value", "value_type"),
    [
        ("total", "19.60", "amount"),
        ("date", "14/03/2018", "date"),
        ("company", "COPPER KETTLE TRADING SDN BHD", "company"),
        ("address", "NO. 8, JALAN KENARI 5, 47100 SELANGOR", "address"),
        ("Bread", "7.10", "amount"),
    ],
)
def test_values_by_name(tool, receipt, query, value, value_type):
    report = tool.run(picture_of(receipt), query=query)
    assert report.summary == f'read_text img_1 "{query}"'
    best = report.findings[0]
    assert (best.label, best.value, best.value_type) == (query, value, value_type)
    assert best.status == "found"
    assert best.score >= 0.5
    assert value in (best.text or "")


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_turned_pages_are_read_and_boxes_lie_on_the_words(tool, receipt, degrees):
    picture = picture_of(receipt.rotate(degrees, expand=True))
    everything = tool.run(picture).findings
    assert squeezed(everything[0].text).split("\n") == [squeezed("".join(row)) for row in ROWS]
    total = tool.run(picture, query="total").findings[0]
    assert total.value == "19.60"
    assert total.box_xyxy is not None
    upright = Image.new("L", receipt.size, 0)
    ImageDraw.Draw(upright).rectangle((30, 20 + 46 * 6, 600, 50 + 46 * 6), fill=255)
    mask = np.asarray(upright.rotate(degrees, expand=True))
    left, top, right, bottom = (round(c) for c in total.box_xyxy)
    assert mask[top:bottom, left:right].mean() > 200


def test_everything_in_reading_order(tool, receipt):
    findings = tool.run(picture_of(receipt)).findings
    text, lines = findings[0], findings[1:]
    assert (text.label, text.value_type) == ("text", "characters")
    assert text.value == sum(not c.isspace() for c in text.text or "")
    assert [squeezed(line.text) for line in lines] == [squeezed("".join(row)) for row in ROWS]
    assert {(line.label, line.group, line.status) for line in lines} == {("line", "line", "found")}
    tops = [line.box_xyxy[1] for line in lines if line.box_xyxy]
    assert tops == sorted(tops)


def test_what_is_not_there_is_none(tool, receipt):
    (finding,) = tool.run(picture_of(receipt), query="warranty").findings
    assert (finding.label, finding.value, finding.status) == ("warranty", 0, "none")
    assert finding.text is None
    assert finding.score >= 0.5


def test_a_picture_without_text(tool):
    blank = picture_of(Image.new("RGB", (200, 120), "white"))
    (everything,) = tool.run(blank).findings
    assert (everything.label, everything.value, everything.status) == ("text", 0, "none")
    (asked,) = tool.run(blank, query="total").findings
    assert (asked.label, asked.value, asked.status) == ("total", 0, "none")


def test_a_region_reads_that_part_and_gives_boxes_in_the_whole_picture(tool, receipt):
    picture = picture_of(receipt)
    region = Region(picture=picture.ref, box_xyxy=(10.4, 20 + 46 * 7 - 10.5, 630, 20 + 46 * 8 - 8))
    findings = tool.run(picture, region=region).findings
    assert findings[0].text == "CASH 20.00"
    assert findings[0].box_xyxy is not None
    left, top, right, bottom = findings[0].box_xyxy
    assert region.box_xyxy[0] <= left < right <= 630
    assert region.box_xyxy[1] - 1 <= top < bottom <= region.box_xyxy[3] + 1


def test_a_tiny_crop_is_still_read(tool):
    image = Image.new("RGB", (70, 16), "white")
    ImageDraw.Draw(image).text((4, 1), "EXIT 24", fill="black", font=ImageFont.load_default(13))
    assert tool.run(picture_of(image)).findings[0].text == "EXIT 24"


def test_chinese(tool):
    cv2 = pytest.importorskip("cv2")
    if not hasattr(cv2, "FontFace"):
        pytest.skip("this OpenCV has no font with Chinese characters")
    pixels = np.full((220, 520, 3), 255, dtype=np.uint8)
    font = cv2.FontFace("uni")
    for number, line in enumerate(
        ["晨光便利店", "日期：2021年3月5日", "合计：15.00", "现金：20.00"]
    ):
        cv2.putText(pixels, line, (20, 45 + 50 * number), (0, 0, 0), font, 32)
    picture = PictureStore().add(pixels)
    assert tool.run(picture, query="total").findings[0].value == "15.00"
    assert tool.run(picture, query="日期").findings[0].value == "2021年3月5日"
    assert "晨光便利店" in (tool.run(picture).findings[0].text or "")


def test_long_and_empty_queries(tool, receipt):
    picture = picture_of(receipt)
    assert tool.run(picture, query="  ").findings[0].label == "text"
    assert tool.run(picture, query="x" * 1000).findings[0].label == "x" * MAX_QUERY


def test_the_planner_sees_picture_query_and_region(tool):
    assert list(tool.parameters.model_fields) == ["picture", "query", "region"]
    assert tool.takes_region
    assert tool.version.endswith(RapidOcrEngine().version)
    assert "text in a picture" in tool.description


def test_the_engine_is_quiet(tool, receipt, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        tool.run(picture_of(receipt), query="total")
    assert [record for record in caplog.records if "rapid" in record.name.lower()] == []
    assert capfd.readouterr() == ("", "")


def lettering(*rows: str, size: tuple[int, int], px: int, fill: str = "black") -> Image.Image:
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for number, row in enumerate(rows):
        place = (size[0] / 2, size[1] * (number + 0.5) / len(rows))
        draw.text(place, row, fill=fill, font=ImageFont.load_default(px), anchor="mm")
    return image


def read(tool: VisionTool, image: Image.Image) -> str | None:
    return tool.run(picture_of(image)).findings[0].text


def test_stacked_letters_are_a_word(tool):
    assert read(tool, lettering(*"MOTEL", size=(200, 600), px=70)) == "MOTEL"


def test_very_large_letters_are_all_seen(tool):
    assert read(tool, lettering("R   6", size=(1400, 240), px=190)) == "R 6"


def test_faint_letters_are_seen(tool):
    assert read(tool, lettering("HARBOUR", size=(640, 240), px=60, fill="#f9f9f9")) == "HARBOUR"


def test_what_can_only_be_read_in_a_mirror_is_not_sure(tool):
    sign = lettering("FIRE DOOR", "KEEP SHUT", size=(640, 240), px=50)
    mirrored = sign.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    findings = tool.run(picture_of(mirrored)).findings
    assert {finding.status for finding in findings} == {"unsure"}
    assert findings[0].text == "FIRE DOOR\nKEEP SHUT"
    assert tool.run(picture_of(mirrored), query="fire door").findings[0].status != "found"
    assert tool.run(picture_of(sign)).findings[0].status == "found"
