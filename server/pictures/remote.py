"""Pictures by http(s) address: off; an address is refused before anything is resolved."""

from __future__ import annotations

from server.errors import BadRequestError
from server.settings import ServerSettings


def fetch_remote(url: str, settings: ServerSettings) -> bytes:
    """The bytes behind an address, where `remote_pictures` allows its host.

    Raises:
        BadRequestError: it is not allowed.
    """
    del url, settings
    raise BadRequestError(
        "http(s) pictures are not fetched; send a data: URL or upload the file to /v1/files",
        code="remote_pictures_off",
    )
