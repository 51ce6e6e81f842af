"""What goes wrong, in words for the desk."""

from __future__ import annotations


class DeskError(Exception):
    """Chatwoot does not take what we say."""


class AttachmentError(Exception):
    """An attachment cannot be looked at; the others can."""


class AskingError(Exception):
    """The service does not answer."""


class ConversationGoneError(AskingError):
    """The service does not know the conversation (any more)."""
