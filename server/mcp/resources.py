"""Pictures of a session as resources: plain, or with the boxes of evidence drawn into them.

A resource is computed from its address each time it is read: nothing more is stored.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mcp_types import ResourceLink, ResourceTemplate

from agent.session import Session
from server.errors import NotFoundError
from tools.evidence import Evidence
from tools.explain.drawing import draw
from tools.pictures.store import Picture

SCHEME = "vqa://"
MEDIA_TYPE = "image/jpeg"
LONGEST_SIDE = 1600
"""Pixels of a picture as it is sent."""
_ADDRESS = re.compile(
    r"vqa://(?P<session>conv_\w{1,60})/(?P<picture>img_\w{1,20})(?:/(?P<drawn>[\w,]{1,2000}))?",
    re.ASCII,
)
TEMPLATES = [
    ResourceTemplate(
        name="picture",
        uri_template="vqa://{session}/{picture}",
        description="A picture of a session.",
        mime_type=MEDIA_TYPE,
    ),
    ResourceTemplate(
        name="annotated_picture",
        uri_template="vqa://{session}/{picture}/{evidence}",
        description="The same with the boxes of evidence: ids, separated by commas (e1,e2).",
        mime_type=MEDIA_TYPE,
    ),
]


@dataclass(frozen=True)
class Address:
    """A resource: a picture of a session, and what is drawn into it (ids of evidence, of calls)."""

    session: str
    picture: str
    drawn: tuple[str, ...] = ()

    @classmethod
    def parsed(cls, uri: str) -> Address:
        """The address that a URI is.

        Raises:
            NotFoundError: it is none.
        """
        found = _ADDRESS.fullmatch(uri)
        if found is None:
            raise NotFoundError(f"there is no resource {uri[:200]!r}", param="uri")
        drawn = tuple((found["drawn"] or "").split(",")) if found["drawn"] else ()
        return cls(found["session"], found["picture"], drawn)

    @property
    def uri(self) -> str:
        """As it is written."""
        drawn = f"/{','.join(self.drawn)}" if self.drawn else ""
        return f"{SCHEME}{self.session}/{self.picture}{drawn}"


def annotated(session: str, evidence: Iterable[Evidence]) -> list[Address]:
    """The pictures with the boxes of some evidence, where it has any."""
    boxed: dict[str, list[str]] = {}
    for e in evidence:
        if e.box_xyxy is not None and e.status != "none":
            boxed.setdefault(e.picture.id, []).append(e.id)
    return [Address(session, picture, tuple(ids)) for picture, ids in boxed.items()]


def looked(session: str, evidence: Sequence[Evidence]) -> list[Address]:
    """The picture with the boxes of all that one call found: its id suffices for them."""
    return [
        Address(session, address.picture, (evidence[0].call_id,))
        for address in annotated(session, evidence)
    ]


def link(address: Address) -> ResourceLink:
    """For the content of a tool's result."""
    return ResourceLink(
        name=f"{address.picture} with boxes",
        uri=address.uri,
        description="The picture with the boxes of the evidence.",
        mime_type=MEDIA_TYPE,
    )


def rendered(session: Session, address: Address) -> bytes:
    """The JPEG of a resource; takes time.

    Raises:
        NotFoundError: there is no such picture or evidence in the session.
        ToolError: the page cannot be decoded.
    """
    try:
        picture = session.pictures[address.picture]
    except KeyError:
        raise NotFoundError(f"there is no picture {address.picture}", param="uri") from None
    drawn = _drawn(session, address)
    return _jpeg(picture, drawn) if drawn else picture.jpeg(LONGEST_SIDE)


def _drawn(session: Session, address: Address) -> list[Evidence]:
    found: list[Evidence] = []
    for name in address.drawn:
        named = [e for e in session.ledger if name in (e.id, e.call_id)]
        if not named:
            raise NotFoundError(f"there is no evidence {name}", param="uri")
        found += [e for e in named if e.picture.id == address.picture and e.status != "none"]
    return [e for e in found if e.box_xyxy is not None]


def _jpeg(picture: Picture, evidence: Sequence[Evidence]) -> bytes:
    from PIL import Image

    image = draw(Image.fromarray(picture.pixels), evidence)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=90)
    return encoded.getvalue()
