"""What reading an object gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


class NoText(ValueError):
    """An object has no text; `reason` is a short code, the message is for a person."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Link:
    """A link in a text."""

    start: int
    end: int
    label: str
    target: str  # as written


@dataclass(frozen=True)
class MessageSpan:
    """One message of a conversation, where it stands in the text."""

    native_id: str
    start: int
    end: int
    author: str | None
    sent_at: datetime | None
    edited_at: datetime | None = None
    reply_to: str | None = None  # native id
    flags: tuple[str, ...] = ()


@dataclass
class Canonical:
    """A document as text, with what its source says beside it."""

    text: str
    title: str | None = None
    authors: list[str] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    messages: list[MessageSpan] = field(default_factory=list)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    language: str | None = None
    flags: set[str] = field(default_factory=set)
