"""A cap on what a request may send, held while it arrives; requests that bring a file have more."""

from __future__ import annotations

from collections.abc import Collection

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_AROUND = 65_536  # bytes of fields and boundaries around a file


class _TooLarge(Exception):
    pass


class BodyLimit:
    """Answers 413 as soon as a body is larger than it may be."""

    def __init__(
        self, app: ASGIApp, most_bytes: int, files: Collection[str] = (), file_bytes: int = 0
    ) -> None:
        self.app, self.most_bytes = app, most_bytes
        self.files, self.file_bytes = files, file_bytes  # paths that take a file, and its bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        is_file = headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data")
        takes_file = is_file and scope["path"] in self.files
        most = self.file_bytes + _AROUND if takes_file else self.most_bytes
        told = headers.get(b"content-length", b"0")
        if told.isdigit() and int(told) > most:
            await self._refuse(scope, send, most, takes_file)
            return
        arrived, has_begun, is_refused = 0, False, False

        async def counting() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > most:
                raise _TooLarge
            return message

        async def noting(message: Message) -> None:
            nonlocal has_begun, is_refused
            # what reads the body may take the end of it for an error of its own: answered here
            if arrived > most and not has_begun:
                is_refused = True
                return
            has_begun = True
            await send(message)

        try:
            await self.app(scope, counting, noting)
        except _TooLarge:
            is_refused = not has_begun
        if is_refused:
            await self._refuse(scope, send, most, takes_file)

    async def _refuse(self, scope: Scope, send: Send, most: int, is_file: bool) -> None:
        settings = "SLUICE_API_BODY_BYTES"
        if is_file:
            settings = "SLUICE_API_UPLOAD_BYTES, all files: SLUICE_UPLOAD_QUOTA_MB"
        document = {
            "type": "about:blank",
            "title": "Content Too Large",
            "status": 413,
            "detail": f"A request may send at most {most} bytes ({settings}).",
            "instance": scope["path"],
            "errors": [],
        }
        headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": orjson.dumps(document)})
