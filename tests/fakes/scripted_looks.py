"""Tools that report what a test says they see, for plans that use several of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from tools import Finding, Picture, Region, ToolReport, vision_tool
from tools.base import VisionTool
from tools.evidence import BoxXyxy

Known = Literal["person", "dog", "cat", "car", "chair", "horse", "apple", "bottle"]


@dataclass(frozen=True)
class Seen:
    """What the tools see in a picture of any content.

    Attributes:
        boxes: label and box of each thing.
        kinds: label, status and score of each kind, best first.
        colours: colours with their shares, and "background" or a shape; of the whole picture under
            None, of a thing under its label.
        lines: the text, line by line, from the top.
        fields: what a query finds: its value.
        scenes: the phrases that fit.
        codes: contents of QR codes.
    """

    boxes: Sequence[tuple[str, BoxXyxy]] = ()
    kinds: Sequence[tuple[str, str, float]] = ()
    colours: Mapping[str | None, Sequence[tuple[str, float, str | None]]] = field(
        default_factory=dict
    )
    lines: Sequence[str] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    scenes: Sequence[str] = ()
    codes: Sequence[str] = ()

    def tools(self, *names: str) -> list[VisionTool]:
        """All of the tools, or those of these names."""
        made = [_detector(self), _classifier(self), _colours(self), _reader(self),
                _matcher(self), _codes(self)]  # fmt: skip
        return [tool for tool in made if not names or tool.name in names]


def _detector(seen: Seen) -> VisionTool:
    @vision_tool
    def detect_objects(
        picture: Picture, labels: list[Known], region: Region | None = None
    ) -> ToolReport:
        """Find things."""
        found = [
            Finding(picture=picture.ref, label=label, group=label, box_xyxy=box, score=0.9)
            for label, box in seen.boxes
            if not labels or label in labels
        ]
        absent: list[str] = list(labels or ("object",)) if not found else []
        return _report(*found, *(_none(picture, name, group=name) for name in absent))

    return detect_objects


def _classifier(seen: Seen) -> VisionTool:
    @vision_tool
    def classify_image(
        picture: Picture,
        region: Region | None = None,
        top_k: Annotated[int, Field(ge=1, le=10)] = 5,
        kinds: list[str] | None = None,
    ) -> ToolReport:
        """Name it."""
        rows: Any = [(kind, "found", 0.95) for kind in kinds] if kinds else seen.kinds
        box = region and region.box_xyxy
        return _report(
            *(Finding(picture=picture.ref, box_xyxy=box, label=label, status=status, score=score)
              for label, status, score in rows)
        )  # fmt: skip

    return classify_image


def _colours(seen: Seen) -> VisionTool:
    @vision_tool
    def describe_colors(
        picture: Picture,
        region: Region | None = None,
        part: Literal["thing", "background", "all"] | None = None,
    ) -> ToolReport:
        """Name colours."""
        box = region and region.box_xyxy
        of = next((label for label, its in seen.boxes if its == box), None)
        return _report(
            *(Finding(picture=picture.ref, box_xyxy=box, label=colour, value=share, text=text,
                      value_type="share", score=0.8)
              for colour, share, text in seen.colours.get(of, ()))
        )  # fmt: skip

    return describe_colors


def _reader(seen: Seen) -> VisionTool:
    @vision_tool
    def read_text(
        picture: Picture, query: str | None = None, region: Region | None = None
    ) -> ToolReport:
        """Read."""
        if query is not None:
            if query not in seen.fields:
                return _report(_none(picture, query))
            value = seen.fields[query]
            return _report(Finding(picture=picture.ref, label=query, text=value, value=value,
                                   value_type="text", score=0.9))  # fmt: skip
        if not seen.lines:
            return _report(_none(picture, "text"))
        text = "\n".join(seen.lines)
        whole = Finding(picture=picture.ref, label="text", text=text, score=0.95,
                        value=sum(not c.isspace() for c in text), value_type="characters")  # fmt: skip
        boxes = [_row(picture, n) for n in range(len(seen.lines))]
        lines = (
            Finding(picture=picture.ref, label="line", group="line", text=line, box_xyxy=box,
                    score=0.95)
            for line, box in zip(seen.lines, boxes, strict=True)
        )  # fmt: skip
        return _report(whole, *lines)

    return read_text


def _matcher(seen: Seen) -> VisionTool:
    @vision_tool
    def match_text(
        picture: Picture, candidates: list[str], region: Region | None = None
    ) -> ToolReport:
        """Estimate what fits."""
        return _report(
            *(Finding(picture=picture.ref, label=text, score=0.95 if text in seen.scenes else 0.9,
                      status="found" if text in seen.scenes else "none", kind="estimate",
                      box_xyxy=region and region.box_xyxy)
              for text in candidates)
        )  # fmt: skip

    return match_text


def _codes(seen: Seen) -> VisionTool:
    @vision_tool
    def read_codes(picture: Picture) -> ToolReport:
        """Read codes."""
        return _report(
            *(Finding(picture=picture.ref, label="QR Code", text=text, score=1.0)
              for text in seen.codes)
        ) if seen.codes else _report(_none(picture, "code"))  # fmt: skip

    return read_codes


def _report(*findings: Finding) -> ToolReport:
    return ToolReport(findings=findings)


def _none(picture: Picture, label: str, group: str | None = None) -> Finding:
    return Finding(picture=picture.ref, label=label, value=0, status="none", score=0.9, group=group)


def _row(picture: Picture, number: int) -> BoxXyxy:
    """The box of a line of text, ten pixels high."""
    return (5.0, 10.0 * number, picture.ref.width - 5.0, 10.0 * number + 9)
