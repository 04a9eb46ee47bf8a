"""A cap on what a request may send, held while it arrives."""

from __future__ import annotations

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class _TooLarge(Exception):
    pass


class BodyLimit:
    """Answers 413 as soon as a body is larger than it may be."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self.app, self.most = app, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        told = dict(scope["headers"]).get(b"content-length", b"0")
        if told.isdigit() and int(told) > self.most:
            await self._refuse(scope, send)
            return
        arrived, has_begun, is_refused = 0, False, False

        async def counting() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > self.most:
                raise _TooLarge
            return message

        async def noting(message: Message) -> None:
            nonlocal has_begun, is_refused
            # what reads the body may take the end of it for an error of its own: answered here
            if arrived > self.most and not has_begun:
                is_refused = True
                return
            has_begun = True
            await send(message)

        try:
            await self.app(scope, counting, noting)
        except _TooLarge:
            is_refused = not has_begun
        if is_refused:
            await self._refuse(scope, send)

    async def _refuse(self, scope: Scope, send: Send) -> None:
        document = {
            "type": "about:blank",
            "title": "Content Too Large",
            "status": 413,
            "detail": f"A request may send at most {self.most} bytes (SLUICE_API_BODY_BYTES).",
            "instance": scope["path"],
            "errors": [],
        }
        headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": orjson.dumps(document)})
