"""A multipart body read as it arrives: small fields kept, the file handed on block by block."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from dashboards.api.problems import Problem

_FIELD_BYTES = 16_384
_FIELDS = 20
Open = Callable[[str], Awaitable[Callable[[bytes], Awaitable[None]]]]


class _Parts:
    """What the parser calls: takes note of parts, in the order in which they come."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.waiting: list[tuple[str, bytes]] = []  # ("open", file name) | ("data", bytes)
        self.has_file = False
        self._headers: dict[str, bytes] = {}
        self._name, self._value, self._field = b"", b"", b""
        self._is_file = False
        self.is_over = False

    def part_begin(self) -> None:
        self._headers, self._field, self._name = {}, b"", b""

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value
        self._name, self._value = b"", b""

    def headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        self._is_file = b"filename" in options
        if self._is_file:
            if self.has_file or name != "file":
                raise Problem(422, "Send one file, as the part `file`.", [("/file", "not one")])
            self.has_file = True
            self.waiting.append(("open", options[b"filename"]))
        else:
            self._current = name
            if len(self.fields) >= _FIELDS:
                raise Problem(422, "These are too many fields.")

    def part_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.waiting.append(("data", data[start:end]))
            return
        self._field += data[start:end]
        if len(self._field) > _FIELD_BYTES:
            raise Problem(422, "A field is too long.", [(f"/{self._current}", "too long")])

    def part_end(self) -> None:
        if not self._is_file:
            self.fields[self._current] = self._field.decode("utf-8", "replace")

    def end(self) -> None:
        self.is_over = True


async def receive(request: Request, opened: Open) -> dict[str, str]:
    """Read a multipart request; returns its fields.

    Args:
        opened: is given the file's name and returns what takes its bytes.

    Raises:
        Problem: 415, it is no multipart; 400, it is broken or ends early; 422, no file is in it.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise Problem(415, "Send multipart/form-data with the file as the part `file`.")
    parts = _Parts()
    names = ("part_begin", "header_field", "header_value", "header_end", "headers_finished")
    callbacks: Any = {
        f"on_{name}": getattr(parts, name) for name in (*names, "part_data", "part_end")
    }
    parser = MultipartParser(options[b"boundary"], callbacks | {"on_end": parts.end})
    write: Callable[[bytes], Awaitable[None]] | None = None
    try:
        async for block in request.stream():
            parser.write(block)
            for what, data in parts.waiting:
                if what == "open":
                    write = await opened(data.decode("utf-8", "replace"))
                elif write:
                    await write(data)
            parts.waiting.clear()
    except MultipartParseError as error:
        raise Problem(400, f"The multipart body is broken: {error}") from error
    if not parts.is_over:
        raise Problem(400, "The multipart body ends before its last boundary.")
    if not parts.has_file:
        raise Problem(422, "Send the file as the part `file`.", [("/file", "missing")])
    return parts.fields
