"""The tool `read_text`: all the text of a picture, or the value that belongs to a label.

Joins the OCR engine and the reading of fields to findings; the planner's side of the schema is
made of this function's signature and docstring.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

from tools.base import VisionTool, vision_tool
from tools.evidence import BoxXyxy, Finding, Region, ToolReport
from tools.pictures.store import Picture
from tools.reading.engine import OcrEngine, RapidOcrEngine
from tools.reading.fields import answer_query
from tools.reading.lines import union
from tools.reading.matches import Match
from tools.reading.page import Page, read_page
from tools.reading.phones import REGIONS, with_phone_regions
from tools.reading.text_layer import confirmed

if TYPE_CHECKING:
    from tools.toolset import ToolConfig

MAX_TEXT = 20_000
"""Characters of a page that are reported; the rest is left out."""
MAX_LINES = 400
MAX_QUERY = 200
KEPT_PAGES = 32
"""Pages whose lines are kept, so that a second query costs no recognition."""
VERSION = "7"
MIRRORED = 0.45
"""The most that is believed of a page which can only be read in a mirror: it is unsure."""


def read_text_tool(
    config: ToolConfig | None = None, *, engine: OcrEngine | None = None
) -> VisionTool:
    """The tool, with an engine of its own (RapidOCR on first use) unless one is given."""
    ocr = engine or RapidOcrEngine(runtime=config.runtime if config else "auto")
    pages = _PageCache(ocr)
    regions = config.phone_regions if config else list(REGIONS)

    def read_text(
        picture: Picture, query: str | None = None, region: Region | None = None
    ) -> ToolReport:
        """Read the text in a picture, or one field or item.

        Args:
            query: A field in plain English (total, due date) or item as printed; null: all.
        """
        page = pages.of(picture, region)
        if query is None or not query.strip():
            report = _everything(picture, region, page)
        else:
            with with_phone_regions(regions):
                report = _asked(picture, region, page, query.strip()[:MAX_QUERY])
        return _doubted(report) if page.is_mirrored else report

    countries = "" if regions == list(REGIONS) else "-" + "".join(sorted(regions))
    tool = vision_tool(read_text, version=f"{VERSION}-{ocr.version}{countries}")
    return replace(tool, side_by_side=True, forget=pages.forget)


class _PageCache:
    """The lines of the last pages, each owner's for itself. Safe to share between threads."""

    def __init__(self, engine: OcrEngine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._pages: OrderedDict[tuple[str, str, BoxXyxy | None], Page] = OrderedDict()

    def of(self, picture: Picture, region: Region | None) -> Page:
        key = (picture.owner, picture.ref.sha256, region.box_xyxy if region else None)
        with self._lock:
            page = self._pages.get(key)
        if page is None:
            page = _read(picture, region, self._engine)
        with self._lock:
            self._pages[key] = page
            self._pages.move_to_end(key)
            while len(self._pages) > KEPT_PAGES:
                self._pages.popitem(last=False)
        return page

    def forget(self, owner: str) -> None:
        with self._lock:
            for key in [key for key in self._pages if key[0] == owner]:
                del self._pages[key]


def _read(picture: Picture, region: Region | None, engine: OcrEngine) -> Page:
    pixels = picture.crop(region)
    page = read_page(pixels, engine)
    return confirmed(page, picture.characters_in(region), pixels, engine)


def _everything(picture: Picture, region: Region | None, page: Page) -> ToolReport:
    summary = f"read_text {picture.ref.id}"
    if not page.lines:
        finding = Finding(picture=picture.ref, label="text", value=0, score=0.9, status="none")
        return ToolReport(summary=summary, findings=(finding,))
    text = page.text[:MAX_TEXT]
    findings = [
        Finding(
            picture=picture.ref,
            box_xyxy=picture.from_crop(region, union([line.box_xyxy for line in page.lines])),
            label="text",
            text=text,
            value=sum(not c.isspace() for c in text),
            value_type="characters",
            score=_mean_score(page),
        )
    ]
    findings += [
        Finding(
            picture=picture.ref,
            box_xyxy=picture.from_crop(region, line.box_xyxy),
            label="line",
            text=line.text[:MAX_TEXT],
            score=line.score,
            group="line",
        )
        for line in page.lines[:MAX_LINES]
    ]
    return ToolReport(summary=summary, findings=tuple(findings))


def _asked(picture: Picture, region: Region | None, page: Page, query: str) -> ToolReport:
    summary = f'read_text {picture.ref.id} "{query}"'
    matches = answer_query(page.lines, query)
    findings = [_finding(picture, region, query, match) for match in matches]
    if not findings:
        score = 0.9 * _mean_score(page) if page.lines else 0.9
        findings = [Finding(picture=picture.ref, label=query, value=0, score=score, status="none")]
    return ToolReport(summary=summary, findings=tuple(findings))


def _finding(picture: Picture, region: Region | None, query: str, match: Match) -> Finding:
    return Finding(
        picture=picture.ref,
        box_xyxy=picture.from_crop(region, match.box_xyxy),
        label=match.label or query,
        text=match.text[:MAX_TEXT],
        value=match.value,
        value_type=match.value_type,
        currency=match.currency,
        score=match.score,
        status=match.status,
        group=match.group,
    )


def _doubted(report: ToolReport) -> ToolReport:
    """The report of a page that was read in a mirror: nothing that it found is sure."""
    found = [
        finding.model_copy(update={"status": "unsure", "score": min(finding.score, MIRRORED)})
        if finding.status == "found"
        else finding
        for finding in report.findings
    ]
    return ToolReport(summary=f"{report.summary}, mirrored", findings=tuple(found))


def _mean_score(page: Page) -> float:
    weights = [len(line.text) for line in page.lines]
    total = sum(w * line.score for w, line in zip(weights, page.lines, strict=True))
    return total / max(sum(weights), 1)
