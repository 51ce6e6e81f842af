"""The service, asked over HTTP as by any client: pictures first, then the question."""

from __future__ import annotations

from typing import Any

import httpx

from .errors import AskingError, AttachmentError, ConversationGoneError
from .posting import Poster
from .settings import DeskSettings


class Vqa:
    """Asks questions about pictures.

    Args:
        settings: where the service is.
        poster: asks it.
    """

    def __init__(self, settings: DeskSettings, poster: Poster) -> None:
        self._url = settings.vqa_url.rstrip("/")
        key = settings.vqa_key
        self._headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
        self._timeout = settings.answer_s
        self._poster = poster

    async def upload(self, data: bytes) -> str:
        """Hand a picture over; what it is, the service tells by its content. Its id.

        Raises:
            AttachmentError: it is no picture that can be looked at; the message says why.
            AskingError: the service does not answer.
        """
        response = await self._post("/v1/files", files={"file": data})
        if response.status_code == 400:
            raise AttachmentError(_message(response))
        found: str = _body(response)["id"]
        return found

    async def ask(
        self, question: str, pictures: list[str], conversation: str | None
    ) -> dict[str, Any]:
        """Ask; the answer, with `conversation` and `turn`.

        Raises:
            ConversationGoneError: the service does not know the conversation.
            AskingError: it does not answer.
        """
        body: dict[str, Any] = {"question": question, "pictures": pictures}
        if conversation is not None:
            body["conversation"] = conversation
        response = await self._post("/v1/ask", json=body)
        if response.status_code == 404 and conversation is not None:
            raise ConversationGoneError("the service does not know this conversation any more")
        return _body(response)

    async def _post(self, path: str, **content: Any) -> httpx.Response:
        try:
            return await self._poster.post(
                self._url + path, headers=self._headers, timeout=self._timeout, **content
            )
        except httpx.HTTPError as error:
            raise AskingError(f"it does not answer ({type(error).__name__})") from None


def _body(response: httpx.Response) -> dict[str, Any]:
    if response.status_code != 200:
        raise AskingError(_message(response))
    body: dict[str, Any] = response.json()
    return body


def _message(response: httpx.Response) -> str:
    """What the service says of an error; of what is not its own, the status."""
    try:
        return str(response.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"status {response.status_code}"
