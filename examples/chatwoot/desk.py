"""Chatwoot's API, as far as an agent bot may use it; and its attachments."""

from __future__ import annotations

import asyncio
from urllib.parse import urljoin, urlsplit

import httpx

from .errors import AttachmentError, DeskError
from .messages import Place
from .posting import Poster
from .settings import DeskSettings

MAX_REDIRECTS = 3
MB = 1_000_000


class Desk:
    """Says things in conversations, hands them over, fetches what customers attached.

    Args:
        settings: where Chatwoot is.
        poster: asks it.
    """

    def __init__(self, settings: DeskSettings, poster: Poster) -> None:
        self._url = settings.url.rstrip("/")
        self._token = settings.access_token.get_secret_value()
        self._origins = {_origin(url) for url in (settings.url, *settings.attachment_origins)}
        self._most_bytes = int(settings.max_attachment_mb * MB)
        self._most_s = settings.fetch_s
        self._poster = poster

    async def reply(self, place: Place, text: str) -> None:
        """Say something to the customer.

        Raises:
            DeskError: Chatwoot does not take it.
        """
        await self._say(place, text, private=False)

    async def note(self, place: Place, text: str) -> None:
        """Say something that only the desk sees.

        Raises:
            DeskError: Chatwoot does not take it.
        """
        await self._say(place, text, private=True)

    async def hand_over(self, place: Place) -> None:
        """Open the conversation: it is a person's from now on.

        Raises:
            DeskError: Chatwoot does not take it.
        """
        await self._post(place, "toggle_status", {"status": "open"})

    async def fetch(self, url: str | None) -> bytes:
        """What a customer attached, from Chatwoot itself or where it keeps its files.

        The token stays here, each redirect is looked at, bytes and seconds are capped.

        Raises:
            AttachmentError: it is no file, lies elsewhere, is too large, or cannot be had.
        """
        if url is None:
            raise AttachmentError("it is no file")
        try:
            async with asyncio.timeout(self._most_s):
                return await self._followed(url)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise AttachmentError(f"it cannot be fetched ({type(error).__name__})") from None

    async def _followed(self, url: str) -> bytes:
        for _ in range(MAX_REDIRECTS + 1):
            if _origin(url) not in self._origins:
                raise AttachmentError("it lies on another host (CHATWOOT_ATTACHMENT_ORIGINS)")
            async with self._poster.client.stream("GET", url) as response:
                if response.is_redirect:
                    url = urljoin(url, response.headers["location"])
                    continue
                response.raise_for_status()
                return await self._read(response)
        raise AttachmentError("it leads elsewhere again and again")

    async def _read(self, response: httpx.Response) -> bytes:
        data = bytearray()
        async for part in response.aiter_bytes():
            data += part
            if len(data) > self._most_bytes:
                raise AttachmentError("it is too large")
        return bytes(data)

    async def _say(self, place: Place, text: str, *, private: bool) -> None:
        body = {"content": text, "message_type": "outgoing", "private": private}
        await self._post(place, "messages", body)

    async def _post(self, place: Place, what: str, body: dict[str, object]) -> None:
        path = f"/api/v1/accounts/{place.account}/conversations/{place.conversation}/{what}"
        headers = {"api_access_token": self._token}
        try:
            response = await self._poster.post(self._url + path, json=body, headers=headers)
            response.raise_for_status()
        except httpx.HTTPStatusError as error:
            raise DeskError(f"{what}: status {error.response.status_code}") from None
        except httpx.HTTPError as error:
            raise DeskError(f"{what}: {type(error).__name__}") from None


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port of an address; of what is none, one that no list has."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return "", None, None
    return parts.scheme, parts.hostname, port
