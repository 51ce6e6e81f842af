"""One message of a customer: its pictures, its question, the answer, and a note for the desk."""

from __future__ import annotations

import logging
from typing import Any

from .desk import Desk
from .errors import AskingError, AttachmentError, ConversationGoneError, DeskError
from .inbox import Inbox
from .messages import Message
from .vqa import Vqa
from .words import DESCRIBE, HANDED_OVER, NO_PICTURE, UNEXPECTED, note_of, plain

log = logging.getLogger("chatwoot")


class Answering:
    """Answers messages; whatever goes wrong becomes a note, and a person's conversation.

    Args:
        hands_over: whether a person gets the conversation where nothing can be told.
    """

    def __init__(self, desk: Desk, vqa: Vqa, inbox: Inbox, *, hands_over: bool) -> None:
        self._desk = desk
        self._vqa = vqa
        self._inbox = inbox
        self._hands_over = hands_over

    async def answer(self, message: Message) -> None:
        """Answer a message; what cannot even be said is logged, by number."""
        try:
            await self._answer_or_say_why(message)
        except DeskError as error:
            log.warning("message %d: Chatwoot does not take the answer: %s", message.id, error)

    async def _answer_or_say_why(self, message: Message) -> None:
        refused: list[str] = []
        try:
            await self._answer(message, refused)
        except DeskError:
            raise
        except AskingError as error:
            await self._left_to_a_person(message, f"Not answered: the service: {error}.", refused)
        except Exception:
            log.exception("message %d", message.id)
            await self._left_to_a_person(message, UNEXPECTED, refused)

    async def _answer(self, message: Message, refused: list[str]) -> None:
        pictures = await self._pictures(message, refused)
        answer = None if refused and not pictures else await self._asked(message, pictures)
        if answer is not None:
            self._inbox.remember(message.place, answer["conversation"])
            await self._told(message, answer, refused)
        elif message.text or refused:
            await self._left_to_a_person(message, NO_PICTURE, refused)

    async def _pictures(self, message: Message, refused: list[str]) -> list[str]:
        """Ids of the attachments that are pictures; why others are not is added to `refused`."""
        pictures = []
        for number, attachment in enumerate(message.attachments, start=1):
            try:
                data = await self._desk.fetch(attachment.data_url)
                pictures.append(await self._vqa.upload(data))
            except AttachmentError as error:
                refused.append(f"attachment {number}: {error}")
        return pictures

    async def _asked(self, message: Message, pictures: list[str]) -> dict[str, Any] | None:
        """The answer; None where there is nothing to look at."""
        question = message.text or DESCRIBE[message.language]
        known = self._inbox.conversation(message.place)
        if known is not None and (message.text or pictures):
            try:
                return await self._vqa.ask(question, pictures, known)
            except ConversationGoneError:
                log.info("message %d: its conversation is gone, a new one begins", message.id)
        return await self._vqa.ask(question, pictures, None) if pictures else None

    async def _told(self, message: Message, answer: dict[str, Any], refused: list[str]) -> None:
        leaves_it = answer["abstained"] and self._hands_over
        text = HANDED_OVER[message.language] if leaves_it else plain(answer["answer"])
        await self._desk.reply(message.place, text)
        await self._desk.note(message.place, note_of(answer, refused))
        if leaves_it:
            await self._desk.hand_over(message.place)

    async def _left_to_a_person(self, message: Message, why: str, refused: list[str]) -> None:
        """Without a word to the customer: the desk sees the note and takes over."""
        lines = [why, *(f"Left out: {reason}" for reason in refused)]
        await self._desk.note(message.place, plain("\n".join(lines)))
        if self._hands_over:
            await self._desk.hand_over(message.place)
