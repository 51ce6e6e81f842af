"""The types that everything speaks: pictures by reference, regions, findings, evidence, reports.

No pixels live here (`tools.pictures` keeps those) and no ids are given here
(`agent.grounding.ledger` does).
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

BoxXyxy = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels of the upright picture; right and bottom exclusive."""

Status = Literal["found", "none", "unsure"]
"""`found`: seen. `none`: looked, and there is none. `unsure`: something below the tool's bar."""

ValueType = Literal[
    "amount", "date", "time", "phone", "email", "url", "address", "company",
    "number", "characters", "share", "text", "label",
]  # fmt: skip
"""`label`: the value is itself a label, the one of a group's members that was seen ("dog")."""


class Frozen(BaseModel):
    """A value: immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Unit = Literal["page", "frame"]
"""What a file of several pictures is made of: pages, or frames of an animation."""


class PictureRef(Frozen):
    """A picture without its pixels: what may be logged, stored and sent.

    `img_2` is the second file that was given; where that has pages, `img_2p3` is its third.
    """

    id: str = Field(pattern=r"^img_[1-9][0-9]*(p[1-9][0-9]*)?$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    name: str = ""
    """What the person called it (a file name); never shown to the model."""
    unit: Unit = "page"

    @property
    def number(self) -> int:
        """Which of the files it is of, from 1."""
        return number_and_page(self.id)[0]

    @property
    def page(self) -> int | None:
        """Which page (or frame) of its file it is, from 1; None where the file is one picture."""
        return number_and_page(self.id)[1]


def number_and_page(picture_id: str) -> tuple[int, int | None]:
    """`img_2p3`: the third page of the second file; `img_2`: the second file, which is one."""
    number, _, page = picture_id.removeprefix("img_").partition("p")
    return int(number), int(page) if page else None


class Region(Frozen):
    """A part of a picture, `box_xyxy` in pixels of that picture.

    Raises:
        ValueError: if the box is empty, inverted or outside of the picture.
    """

    picture: PictureRef
    box_xyxy: BoxXyxy

    @model_validator(mode="after")
    def _inside(self) -> Self:
        check_box(self.box_xyxy, self.picture)
        return self


class Finding(Frozen):
    """One thing that a tool saw (or looked for and did not see), before it has an id.

    At least one of `label`, `text`, `value` is set. `score` is in [0, 1]: the tool's confidence
    that the finding is right (for `status="none"`: that the thing really is absent).
    `group` joins findings that count as one kind of thing in one call ("dog" of this call); the
    number of `found` members of a group *is* the count that the tool reports. Where the group is
    of several labels ("animal"), each finding's value is the one that was seen ("dog"). Rows of a
    table are a group as well, each labelled with its own name.

    Raises:
        ValueError: if nothing is carried, the score is out of range or the box is not inside.
    """

    picture: PictureRef
    box_xyxy: BoxXyxy | None = None
    label: str | None = None
    text: str | None = None
    value: str | int | float | None = None
    value_type: ValueType | None = None
    currency: str | None = None
    """The sign, code or word of an amount's currency, where one stands beside it ("RM", "€")."""
    score: float = Field(ge=0, le=1)
    status: Status = "found"
    group: str | None = None
    kind: Literal["direct", "estimate"] = "direct"
    """`direct`: seen, read, measured, decoded. `estimate`: what a fused model takes for likely."""

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.label is None and self.text is None and self.value is None:
            raise ValueError("a finding carries a label, a text or a value")
        if self.box_xyxy is not None:
            check_box(self.box_xyxy, self.picture)
        return self


class Evidence(Finding):
    """A finding in the ledger: with its id (`e7`), the tool and the call that made it."""

    id: str = Field(pattern=r"^e[1-9][0-9]*$")
    tool: str
    call_id: str

    @property
    def member(self) -> str | None:
        """Which of its group's labels it is ("dog" of "animal"); None where it has but one."""
        return str(self.value) if self.value_type == "label" else None

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table: called by its own name, counted with the other rows."""
        return self.group is not None and self.label not in (None, self.group)

    @property
    def region(self) -> Region | None:
        """Where the evidence lies, or None if it is about the whole picture."""
        return (
            None if self.box_xyxy is None else Region(picture=self.picture, box_xyxy=self.box_xyxy)
        )


class ToolReport(Frozen):
    """What a tool call returns: one line for the model, and the findings for the ledger.

    `summary` holds only words that the tool itself wrote, never text read from a picture: the
    ledger renders the findings, delimited and length-capped, below it.
    """

    summary: str = ""
    findings: tuple[Finding, ...] = ()


def check_box(box_xyxy: BoxXyxy, picture: PictureRef) -> None:
    """Raise ValueError unless 0 <= left < right <= width and 0 <= top < bottom <= height."""
    left, top, right, bottom = box_xyxy
    if not (0 <= left < right <= picture.width and 0 <= top < bottom <= picture.height):
        raise ValueError(
            f"box_xyxy {box_xyxy} is empty or outside of {picture.id} "
            f"({picture.width}x{picture.height})"
        )


def clip_box(box_xyxy: BoxXyxy, picture: PictureRef) -> BoxXyxy | None:
    """Cut a box to the picture; None where nothing of it is left."""
    left, right = (min(max(box_xyxy[i], 0.0), float(picture.width)) for i in (0, 2))
    top, bottom = (min(max(box_xyxy[i], 0.0), float(picture.height)) for i in (1, 3))
    return (left, top, right, bottom) if left < right and top < bottom else None
