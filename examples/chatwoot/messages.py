"""What Chatwoot sends, as far as it is read: the event `message_created`."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from pydantic import BaseModel

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Place(NamedTuple):
    """A conversation: its number is one within its account."""

    account: int
    conversation: int


class Attachment(BaseModel):
    """A file; what it is said to be (`file_type`, its name) is not read."""

    data_url: str | None = None


class Account(BaseModel):
    """Whose Chatwoot it is."""

    id: int


class Conversation(BaseModel):
    """Where it was said."""

    id: int
    status: str = "pending"
    additional_attributes: dict[str, Any] | None = None


class Message(BaseModel):
    """What somebody said."""

    event: str
    id: int
    content: str | None = None
    message_type: str | int
    private: bool = False
    account: Account
    conversation: Conversation
    attachments: list[Attachment] = []

    @property
    def place(self) -> Place:
        """Where it was said."""
        return Place(self.account.id, self.conversation.id)

    @property
    def is_a_customers(self) -> bool:
        """Whether a customer said it: no person of the desk, no bot (that is us), no note."""
        return self.message_type in ("incoming", 0) and not self.private

    @property
    def text(self) -> str:
        """What was written with it."""
        return (self.content or "").strip()

    @property
    def language(self) -> str:
        """`zh` or `en`: of the words, without any of the customer's browser."""
        if self.text:
            return "zh" if _CHINESE.search(self.text) else "en"
        browser = (self.conversation.additional_attributes or {}).get("browser")
        said = browser.get("browser_language") if isinstance(browser, dict) else None
        return "zh" if str(said).lower().startswith("zh") else "en"
