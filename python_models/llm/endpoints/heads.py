"""What the requests of a step have in common, and what comes back: plain data, cheap to import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import httpx2

Headers = list[tuple[str, str]]


class Head:
    """What the requests of a step have in common: address, headers (a key too), time limit."""

    def __init__(self, request: httpx2.Request) -> None:
        """Take it from a request the openai client has written."""
        limits = request.extensions.get("timeout", {})
        self.url = str(request.url)
        self.path = request.url.path
        self.headers = [
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in request.headers.raw
        ]
        self.seconds: float | None = limits.get("read") or limits.get("pool")

    def with_changed(self, changed: Mapping[str, str]) -> Headers:
        """Return the headers, some of them with other values."""
        kept = [(name, value) for name, value in self.headers if name not in changed]
        return [*kept, *changed.items()]


class Reply(NamedTuple):
    """A response as it came, its body decompressed."""

    status: int
    headers: Mapping[str, str]  # found by names in small letters
    content: bytes


class Transport(Protocol):
    """Carries requests by the head of an earlier one."""

    async def post(self, head: Head, changed: Mapping[str, str], content: bytes) -> Reply:
        """Send a body with a head, some of its headers (names in small letters) changed.

        Raises:
            httpx2.TransportError: no whole response came.
        """
