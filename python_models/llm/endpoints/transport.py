"""HTTP below the openai client: aiohttp costs half the CPU a call of the client's own transport."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterable

import aiohttp
import httpx2

from python_models.llm.endpoints.event_stream import CONTENT_TYPE, END

END_OF_EVENTS = re.compile(rf"^data:\s*{re.escape(END)}\s*$".encode(), re.MULTILINE)
# aiohttp sets these itself
OWN_HEADERS = (b"host", b"content-length", b"transfer-encoding", b"connection", b"accept-encoding")


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
        self._left_out = {*OWN_HEADERS, *(name.encode() for name in left_out)}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request and read its whole answer."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=60),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                trust_env=any(name.lower().endswith("_proxy") for name in os.environ),
            )
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in request.headers.raw
            if name.lower() not in self._left_out
        ]
        limits = request.extensions.get("timeout", {})
        seconds = limits.get("read") or limits.get("pool")
        try:
            async with asyncio.timeout(seconds):
                return await self._exchange(self._session, request, headers)
        except TimeoutError as error:
            raise httpx2.ReadTimeout(f"no answer within {seconds} s", request=request) from error
        except aiohttp.ClientConnectorError as error:
            raise httpx2.ConnectError(str(error), request=request) from error
        except aiohttp.ClientError as error:
            raise httpx2.ReadError(f"{type(error).__name__}: {error}", request=request) from error

    async def _exchange(
        self,
        session: aiohttp.ClientSession,
        request: httpx2.Request,
        headers: list[tuple[str, str]],
    ) -> httpx2.Response:
        content = await request.aread()
        async with session.request(
            request.method,
            str(request.url),
            headers=headers,
            data=content or None,
            allow_redirects=False,
        ) as response:
            body = await _read(response)
            kept = [
                (name, value)
                for name, value in response.raw_headers
                # the body is decoded by now
                if name.lower() not in (b"content-encoding", b"content-length")
            ]
            return httpx2.Response(response.status, headers=kept, stream=Body(body))

    async def aclose(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None


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
