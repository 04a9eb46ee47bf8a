"""Bytes to text: by their mark, else UTF-8, else what they most likely are."""

from __future__ import annotations

import codecs
import re
from typing import Any

import orjson

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def decoded(content: bytes, declared: str | None = None) -> tuple[str, set[str]]:
    """Return bytes as text with plain line ends, and flags that say what was unusual."""
    text, flags = _text(content, declared)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(text):
        text = _CONTROL.sub("", text)
        flags.add("control_characters")
    return text, flags


def json_of(content: bytes) -> Any:
    """Return what JSON says, also behind the mark that some programs put before UTF-8.

    Raises:
        orjson.JSONDecodeError: it is none.
    """
    return orjson.loads(content.removeprefix(codecs.BOM_UTF8))


def _text(content: bytes, declared: str | None) -> tuple[str, set[str]]:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace"), {f"encoding {encoding}"}
    head = content[:1000]
    if head.count(0) > len(head) / 4:  # UTF-16 without its mark
        encoding = "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
        return content.decode(encoding, "replace"), {f"encoding {encoding}"}
    for encoding in filter(None, ("utf-8", declared)):
        try:
            found = content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        return found, set() if encoding == "utf-8" else {f"encoding {encoding}"}
    damaged = content.decode("utf-8", "replace")
    bad = damaged.count("\ufffd")
    if sum(character > "\x7f" for character in damaged) > 2 * bad:  # a byte of it was lost
        return damaged, {"encoding damaged"}
    return content.decode("cp1252", "replace"), {"encoding guessed"}
