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
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def decoded(content: bytes, declared: str | None = None) -> tuple[str, set[str]]:
    """Return bytes as text with plain line ends, and flags that say what was unusual."""
    text, flags = _text(content, declared)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = without_controls(text)
    return plain, flags if plain == text else flags | {"control_characters"}


def without_controls(text: str) -> str:
    """Return a text without characters that are none to a reader, and that tables do not take."""
    return _CONTROL.sub("", text)


def json_of(content: bytes) -> Any:
    """Return what JSON says, also behind the mark that some programs put before UTF-8.

    Half of a character, which a text that was cut ends with, is U+FFFD.

    Raises:
        orjson.JSONDecodeError: it is none.
    """
    plain = content.removeprefix(codecs.BOM_UTF8)
    try:
        return orjson.loads(plain)
    except orjson.JSONDecodeError:
        whole = _ESCAPE.sub(lambda found: rb"\ufffd" if found["half"] else found[0], plain)
        if whole == plain:
            raise
        return orjson.loads(whole)


def _text(content: bytes, declared: str | None) -> tuple[str, set[str]]:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace"), {f"encoding {encoding}"}
    head = content[:1000]
    if head.count(0) > len(head) / 4:  # UTF-16 without its mark
        encoding = "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
        return content.decode(encoding, "replace"), {f"encoding {encoding}"}
    for encoding in filter(None, ("utf-8", declared and _meant(declared))):
        try:
            found = content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        return found, set() if encoding == "utf-8" else {f"encoding {encoding}"}
    damaged = content.decode("utf-8", "replace")
    bad = damaged.count("\ufffd")
    if sum(character > "\x7f" for character in damaged) > 2 * bad:  # a byte of it was lost
        return damaged, {"encoding damaged"}
    from ingestion.landing.guessing import guess  # takes a model of languages

    return content.decode(guess(content)[0], "replace"), {"encoding guessed"}


def _meant(declared: str) -> str:
    """Return the encoding that has what writers mean by a name, and more."""
    from ingestion.landing.guessing import MEANT

    try:
        name = codecs.lookup(declared).name
    except LookupError:
        return ""
    return MEANT.get(name, name)
