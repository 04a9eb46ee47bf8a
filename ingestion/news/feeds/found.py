"""What a format's reader finds in a document, before anything is made of it."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

_SAYS_NOTHING = (
    "",
    "application/octet-stream",
    "binary/octet-stream",
    "application/force-download",
)
FLASH = "application/x-shockwave-flash"
_STREAMS = (FLASH, "application/x-mpegurl", "application/vnd.apple.mpegurl", "application/dash+xml")


class Refused(Exception):
    """A document is no feed, or must not be read; `reason` is a short code."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass
class FoundItem:
    """One entry; texts are plain, links absolute, dates as they stood there."""

    guid: str | None = None
    url: str | None = None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    author: str | None = None
    language: str | None = None
    categories: list[str] = field(default_factory=list)
    enclosures: list[dict[str, Any]] = field(default_factory=list)
    published: str | None = None
    updated: str | None = None
    source: str = ""  # of one that says nothing: its beginning as it was written

    @property
    def says_something(self) -> bool:
        """Whether there is anything to tell it by."""
        return any(
            value for name, value in vars(self).items() if name not in ("source", "language")
        )


@dataclass
class FoundReject:
    """A part of a document that became no entry."""

    position: int
    reason: str
    error: str
    text: str


@dataclass
class FoundFeed:
    """One document."""

    title: str | None = None
    link: str | None = None
    language: str | None = None
    author: str | None = None  # of entries that name none
    items: list[FoundItem] = field(default_factory=list)
    rejects: list[FoundReject] = field(default_factory=list)
    is_cut: bool = False  # it ends before it should
    is_damaged: bool = False  # it is whole, but what stands for an entry is none
    flags: list[str] = field(default_factory=list)


def language_of(text: str | None) -> str | None:
    """Return the language of a tag such as `en-US`: its first part, in lower case."""
    first = (text or "").strip().replace("_", "-").partition("-")[0].lower()
    return first if 2 <= len(first) <= 3 and first.isalpha() else None


def kind_of_file(part: dict[str, Any]) -> str:
    """Return `audio`, `video`, `image` ..: as declared, else as the file's name ends."""
    declared = str(part.get("type") or "").lower()
    if declared in _SAYS_NOTHING:
        path = urlsplit(str(part.get("url"))).path
        declared = (mimetypes.guess_type(path)[0] or "").lower()
    return "video" if declared in _STREAMS else declared.partition("/")[0]
