"""What a picture may be named by: over HTTP an uploaded file, over stdio a path below a root."""

from __future__ import annotations

from typing import Protocol

from pydantic import Field

from server.mcp.shapes import FileShape, FilesResult, Shape
from server.pictures.intake import Handle, Intake
from server.store import Owned

PAGE = 100
"""Files that are listed at once."""


class ListArguments(Shape):
    """Of `list_files`."""

    after: str | None = Field(default=None, description="`more` of the list before.")


class Sources(Protocol):
    """Where pictures come from. All of it blocks."""

    @property
    def named(self) -> str:
        """How a picture is named, in a sentence for a model."""

    @property
    def listing(self) -> type[ListArguments]:
        """What `list_files` takes."""

    def take(self, mine: Owned, name: str) -> Handle:
        """The picture of that name.

        Raises:
            ApiError: there is none, it is no picture, or it may not be opened.
        """

    def listed(self, mine: Owned, arguments: ListArguments) -> FilesResult:
        """What there is to be named."""


class Uploads:
    """The caller's uploaded files (`/v1/files`)."""

    named = "A picture is the id (file_…) of a file uploaded to /v1/files; list_files shows them."
    listing = ListArguments

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def take(self, mine: Owned, name: str) -> Handle:
        """As `Sources.take`; whatever `/v1/ask` takes."""
        return self._intake.named(mine, name)

    def listed(self, mine: Owned, arguments: ListArguments) -> FilesResult:
        """The newest first."""
        found = mine.files.page(limit=PAGE + 1, after=arguments.after)
        shown = found[:PAGE]
        return FilesResult(
            files=[FileShape(picture=f.id, name=f.filename, bytes=f.bytes) for f in shown],
            folders=[],
            more=shown[-1].id if len(found) > PAGE else None,
        )
