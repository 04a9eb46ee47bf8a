"""HTTP below the openai client: aiohttp costs half the CPU a call of the client's own transport.

A request is carried the client's way (`httpx2.Request` in, `httpx2.Response` out), or by the head
of one that the client has written before: that costs half the CPU again.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

import aiohttp
import httpx2

from python_models.llm.endpoints.event_stream import CONTENT_TYPE, END
from python_models.llm.endpoints.heads import Head, Headers, Reply

END_OF_EVENTS = re.compile(rf"^data:\s*{re.escape(END)}\s*$".encode(), re.MULTILINE)
# aiohttp sets these itself
OWN_HEADERS = ("host", "content-length", "transfer-encoding", "connection", "accept-encoding")


class Body(httpx2.AsyncByteStream):
    """A response body that has been read already."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """Carries the openai client's requests over one aiohttp session.

    httpx2's errors are raised, because that is what the openai client translates into its own.
    """

    def __init__(self, left_out: Iterable[str] = ()) -> None:
        """Carry requests without the headers of some names (small letters)."""
        self._session: aiohttp.ClientSession | None = None
        self._left_out = {*OWN_HEADERS, *left_out}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request and read its whole answer."""
        head, content = Head(request), await request.aread()
        response, body = await self._exchange(request.method, head, self._sent(head, {}), content)
        kept = [
            (name, value)
            for name, value in response.raw_headers
            # the body is decoded by now
            if name.lower() not in (b"content-encoding", b"content-length")
        ]
        return httpx2.Response(response.status, headers=kept, stream=Body(body))

    async def post(self, head: Head, changed: Mapping[str, str], content: bytes) -> Reply:
        """Send a body with the head of an earlier request."""
        headers = self._sent(head, changed)
        response, body = await self._exchange("POST", head, headers, content)
        return Reply(response.status, response.headers, body)

    def _sent(self, head: Head, changed: Mapping[str, str]) -> Headers:
        headers = head.with_changed(changed)
        return [(name, value) for name, value in headers if name not in self._left_out]

    async def _exchange(
        self, method: str, head: Head, headers: Headers, content: bytes
    ) -> tuple[aiohttp.ClientResponse, bytes]:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=60),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                trust_env=any(name.lower().endswith("_proxy") for name in os.environ),
            )
        with translated(head.seconds):
            async with (
                asyncio.timeout(head.seconds),
                self._session.request(
                    method, head.url, headers=headers, data=content or None, allow_redirects=False
                ) as response,
            ):
                return response, await _read(response)

    async def aclose(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None


@contextmanager
def translated(seconds: float | None) -> Iterator[None]:
    """Raise httpx2's errors for aiohttp's."""
    try:
        yield
    except TimeoutError as error:
        raise httpx2.ReadTimeout(f"no answer within {seconds} s") from error
    except aiohttp.ClientConnectorError as error:
        raise httpx2.ConnectError(str(error)) from error
    except aiohttp.ClientError as error:
        raise httpx2.ReadError(f"{type(error).__name__}: {error}") from error


class EmbeddedTransport(httpx2.ASGITransport):
    """Carries requests to an ASGI app of this process."""

    async def post(self, head: Head, changed: Mapping[str, str], content: bytes) -> Reply:
        """Send a body with the head of an earlier request."""
        headers = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in head.with_changed(changed)
        ]
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
            "path": head.path, "headers": headers,
        }  # fmt: skip
        status, said, body = 0, dict[str, str](), bytearray()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                for name, value in message["headers"]:
                    said[name.decode("latin-1").lower()] = value.decode("latin-1")
            else:
                body.extend(message.get("body", b""))

        await self.app(scope, receive, send)
        return Reply(status, said, bytes(body))


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Read a body; a stream of events nobody asked for ends with its last one, open or not."""
    if response.content_type != CONTENT_TYPE:
        return await response.read()
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if END_OF_EVENTS.search(body, max(0, len(body) - len(chunk) - 20)):
            break
    return bytes(body)
