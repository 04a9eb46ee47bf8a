"""Bytes become text: what was declared is believed as far as the bytes agree with it."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from email.message import Message

from ingestion.landing.guessing import MEANT, guess

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = (
    re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""", re.IGNORECASE),
    re.compile(rb"""<meta[^>]*?charset\s*=\s*["']?([A-Za-z0-9._:-]+)""", re.IGNORECASE),
)
_LATIN_1 = {"iso8859-1", "latin-1", "ascii"}
_HALVES = re.compile(
    r"&#(5529[6-9]|55[3-9]\d\d|56[0-2]\d\d|5631\d|x0*d[89ab][0-9a-f]{2});"
    r"&#(563[2-9]\d|56[4-9]\d\d|57[0-2]\d\d|573[0-3]\d|5734[0-3]|x0*d[c-f][0-9a-f]{2});",
    re.IGNORECASE,
)
# no document is in these, whatever it says
_OF_PYTHON = {"punycode", "unicode-escape", "raw-unicode-escape", "mbcs", "oem", "utf-7"}
_ESCAPES = ("iso2022", "hz")  # these shift between alphabets by bytes of ASCII
_MOST_BAD = 0.001  # share of bytes that may be replaced before UTF-8 is given up
_MOST_AMONG = 0.1  # or of characters beyond ASCII: those of several bytes are none by chance
# what these call control characters are letters and quotes to Windows' encodings of the scripts
_WINDOWS = {
    "iso8859-2": "cp1250", "iso8859-7": "cp1253", "iso8859-8": "cp1255", "iso8859-13": "cp1257",
}  # fmt: skip
_CONTROLS = re.compile(rb"[\x80-\x9f]")


@dataclass(frozen=True)
class Decoded:
    """A text, the encoding it was in, and how sure that is (None: declared, and right)."""

    text: str
    encoding: str
    confidence: float | None = None


def decode(content: bytes, content_type: str | None = None) -> Decoded:
    """Return the text of bytes; see the module for whom it believes.

    Two references to the halves of one character (`&#55357;&#56832;`) are that character.

    Args:
        content: the body, unpacked.
        content_type: the HTTP header, when there was one.
    """
    found = _decoded(content, content_type)
    return replace(found, text=_HALVES.sub(_whole, found.text))


def _whole(halves: re.Match[str]) -> str:
    high, low = (int(f"0{one}" if one[0] in "xX" else one, 0) for one in halves.groups())
    return chr(0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00)


def _decoded(content: bytes, content_type: str | None) -> Decoded:
    for mark, name in _BOMS:
        if content.startswith(mark):
            return Decoded(content.decode(name, "replace").lstrip("\ufeff"), name)
    if wide := _wide(content):
        return Decoded(content.decode(wide, "replace"), wide, 0.9)
    declared = _of_header(content_type) or _of_document(content)
    if declared and _is_wide(declared):
        declared = None  # the bytes are those of one-byte characters
    if declared and declared.startswith(_ESCAPES) and (text := _strict(content, declared)):
        return Decoded(text, declared)
    strict = _strict(content, "utf-8")
    if strict is not None:
        is_plain = strict.isascii()
        is_right = is_plain or declared in (None, "utf-8")
        # UTF-8 with characters of several bytes is nothing else by chance
        return Decoded(strict, "utf-8", None if is_right and declared else 1.0)
    if declared is None or declared == "utf-8":
        text = content.decode("utf-8", "replace")
        bad = text.count("\ufffd") - content.count("\ufffd".encode())
        if (bad <= max(1.0, _MOST_BAD * len(content)) and len(content) > 2_000) or (
            bad <= _MOST_AMONG * sum(not one.isascii() for one in text)
        ):
            return Decoded(text, "utf-8", round(1 - bad / len(content), 4))
        return _guessed(content)
    return _as_declared(content, declared)


def _as_declared(content: bytes, declared: str) -> Decoded:
    if declared in _LATIN_1:
        # browsers read it so, and writers mean it: in Latin 1 these bytes are control characters
        return Decoded(content.decode("cp1252", "replace"), "cp1252", None)
    if declared in _WINDOWS and _CONTROLS.search(content):
        declared = _WINDOWS[declared]
    name = MEANT.get(declared, declared)
    if (strict := _strict(content, name)) is not None:
        return Decoded(strict, declared)
    text = content.decode(name, "replace")
    bad = text.count("\ufffd")
    if bad <= _MOST_BAD * len(content):
        return Decoded(text, declared, round(1 - bad / len(content), 4))
    return _guessed(content)


def _strict(content: bytes, name: str) -> str | None:
    """Return a text without a fault; a document may be cut within its last character."""
    try:
        return codecs.getincrementaldecoder(name)().decode(content)
    except UnicodeDecodeError:
        return None


def _wide(content: bytes) -> str | None:
    """Return the wide encoding of a text that has no mark but begins with a wide `<`."""
    for start, name in (
        (b"<\0\0\0", "utf-32-le"),
        (b"\0\0\0<", "utf-32-be"),
        (b"<\0", "utf-16-le"),
        (b"\0<", "utf-16-be"),
        (b"{\0", "utf-16-le"),
        (b"\0{", "utf-16-be"),
    ):
        if content.startswith(start):
            return name
    return None


def _is_wide(name: str) -> bool:
    return name.startswith(("utf-16", "utf-32"))


def _of_header(content_type: str | None) -> str | None:
    if not content_type:
        return None
    message = Message()
    message["content-type"] = content_type
    return _known(str(message.get_param("charset") or ""))


def _of_document(content: bytes) -> str | None:
    head = content[:4096]
    for pattern in _DECLARED:
        if found := pattern.search(head):
            return _known(found[1].decode("ascii"))
    return None


def _known(name: str) -> str | None:
    name = name.strip("\"' ").lower()
    for one in (name, name.removeprefix("x-")):  # x-sjis, x-mac-roman
        with suppress(LookupError, UnicodeError):
            b"a".decode(one, "ignore")  # raises for what is called a codec and is none of texts
            found = codecs.lookup(one).name if one else None
            return None if found in _OF_PYTHON else found
    return None


def _guessed(content: bytes) -> Decoded:
    name, confidence = guess(content)
    return Decoded(content.decode(name, "replace"), name, confidence)
