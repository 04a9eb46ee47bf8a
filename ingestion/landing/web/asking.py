"""What is asked of the web, and what came of it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2

from ingestion.landing.web.addresses import is_public, literal_address

_KEPT_HEADERS = frozenset({"etag", "last-modified", "content-type", "location", "retry-after"})


@dataclass(frozen=True)
class Ask:
    """One address to fetch, and how."""

    url: str
    source: str
    role: str  # for the row that says what became of it
    key: str  # what it is kept under in the waiting room, with its role
    cap: int  # bytes, after unpacking
    gap_seconds: float = 1.0
    concurrency: int = 1
    obeys_robots: bool = True
    allow_private: bool = False
    is_file: bool = False  # may itself be packed, as `.xml.gz` is
    headers: Mapping[str, str] = field(default_factory=dict)  # never sent to another host
    conditional: Mapping[str, str] = field(default_factory=dict)  # validators, as they came
    is_cut: bool = False  # what is beyond the cap is left, and what came before it is the answer


@dataclass(frozen=True)
class Answer:
    """What became of an address.

    `status`: ok | unchanged | gone | disallowed | private_address | too_large | failed.
    """

    status: str
    fetched_at: datetime
    error: str | None = None
    http_status: int | None = None
    final_url: str | None = None
    redirects: tuple[dict[str, Any], ...] = ()
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    attempt_count: int = 0
    object_hash: str | None = None  # of the content, in the lake's store
    byte_count: int = 0
    wait_seconds: float | None = None  # the host asks for it, and this run doesn't wait so long


class Refused(Exception):
    """An address must not be asked."""

    def __init__(self, status: str, why: str) -> None:
        super().__init__(why)
        self.status = status


def refuse_address(ask: Ask, url: str) -> None:
    """Refuse what needs no question to be refused.

    Raises:
        Refused: the scheme is another, or the host is an address that is not public.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        raise Refused("failed", f"the address cannot be read: {error}") from None
    if parts.scheme not in ("http", "https") or not host:
        raise Refused("failed", f"{parts.scheme or 'no scheme'}: only http and https are asked")
    address = literal_address(host)
    if address and not ask.allow_private and not is_public(address):
        raise Refused("private_address", f"{address} is not a public address")


def kept_headers(response: httpx2.Response) -> dict[str, str]:
    """The headers that count, byte for byte as they came."""
    return {
        name.decode("latin-1").lower(): value.decode("latin-1")
        for name, value in response.headers.raw
        if name.decode("latin-1").lower() in _KEPT_HEADERS
    }


def origin_of(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        if not parts.hostname:
            return None
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    return f"{parts.scheme}://{host}{port}"


def joined(url: str, target: str) -> str:
    """Where a redirect leads; non-ASCII bytes of the header are taken for UTF-8."""
    with contextlib.suppress(UnicodeError):
        target = target.encode("latin-1").decode("utf-8")
    return urljoin(url, target)
