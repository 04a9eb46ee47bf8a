"""The one shape of a conversation, and the id its content has."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson

ROLES = ("system", "user", "assistant", "tool")
# namespace of conversation ids (RFC 4122, version 5); another one would be another identity
_NAMESPACE = bytes.fromhex("9f1c6d0e5b1a4c1fa3a97d1f6f0c2b44")
HALF_CHARACTER = re.compile("[\ud800-\udfff]")
# what is white space in ASCII and no single space
_NO_SINGLE_SPACE = ("\n", "\t", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f", "  ")
_TURN, _ROLE = "\x1e", "\x1f"


class Message(NamedTuple):
    """One turn; `role` is one of ROLES, `content` plain text (may be empty)."""

    role: str
    content: str


class Unstandard(ValueError):
    """A record that cannot be standardised; `reason` is a short code for counting."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Wishes:
    """What a dataset's declaration says about its records."""

    format: str | None = None  # None: auto
    question: tuple[str, ...] = ()  # columns that make the question, in order
    answer: tuple[str, ...] = ()
    system: str | None = None
    created_at: str | None = None
    roles: tuple[tuple[str, str], ...] = ()  # a role's name in the data, one of ROLES
    html: str = "auto"  # auto | always | never
    zone: str = "UTC"  # of times that name no offset
    since: date | None = None  # records from before this day are left out


@dataclass(slots=True)
class Standardised:
    """A record in canonical shape.

    `confidence` (0..1) is how sure the format is; `metadata` holds all that is no message.
    """

    format: str
    confidence: float
    messages: list[Message]
    metadata: dict[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None  # UTC without zone

    @property
    def conversation_id(self) -> str:
        return conversation_id(self.messages)


def conversation_id(messages: Sequence[tuple[str, str]]) -> str:
    """Return the UUIDv5 of roles and normalised texts in order: equal content, equal id.

    Texts are compared in Unicode form NFC, with each run of white space as one space.
    """
    canonical = _TURN.join([role + _ROLE + normalised(text) for role, text in messages])
    digest = bytearray(
        hashlib.sha1(  # a name, not a secret
            _NAMESPACE + canonical.encode("utf-8", "surrogatepass"), usedforsecurity=False
        ).digest()[:16]
    )
    digest[6] = (digest[6] & 0x0F) | 0x50
    digest[8] = (digest[8] & 0x3F) | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def normalised(text: str) -> str:
    """Return a text as ids see it."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    else:
        for mark in _NO_SINGLE_SPACE:  # the common case is none: then splitting is a waste
            if mark in text:
                break
        else:
            return text.strip(" ")
    return " ".join(text.split())


def as_json(value: Any) -> str:
    """Return a decoded value as JSON; what JSON does not know becomes text.

    Raises:
        Unstandard: a text in it holds half a character, which nothing can store.
    """
    try:
        return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # integers beyond 64 bits, half characters
        text = json.dumps(value, default=_plain, ensure_ascii=False)
    if HALF_CHARACTER.search(text):
        raise Unstandard("bad_encoding", "the record holds half a character (a lone surrogate)")
    return text


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return str(value)


def token_estimate(text: str) -> int:
    """Return about how many tokens a text takes: one for four bytes, rounded up."""
    length = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return (length + 3) // 4
