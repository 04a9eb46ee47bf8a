r"""Secrets that are escaped character by character: `%70`, `&#112;`, `&#x70;`, `p`, `\x70`.

Which characters a program escapes is its own choice (Go escapes `&` in JSON, .NET `+`, some all
of them), so no list of spellings is long enough: each character is searched for in every form.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html.entities import html5

SHORTEST = 6  # characters of a value that is searched for; shorter ones are words
# what a text must have in it to be worth a search that takes a pass for each secret
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}|&#?\w+;?|\\+[uxU][0-9A-Fa-f]{2}|\\+[0-7]{3}")
_NAMES: dict[str, list[str]] = {}
for _name, _character in html5.items():
    if len(_character) == 1 and _name.endswith(";"):
        _NAMES.setdefault(_character, []).append(_name.removesuffix(";"))


def without_escaped(text: str, values: frozenset[str], hidden: str) -> str:
    """Return a text in which each of these values, escaped in part or whole, is replaced."""
    if not _ESCAPED.search(text):
        return text
    for pattern in _patterns(values):
        text = pattern.sub(hidden, text)
    return text


@lru_cache(maxsize=64)
def _patterns(values: frozenset[str]) -> tuple[re.Pattern[str], ...]:
    found = sorted((one for one in values if len(one) >= SHORTEST), key=len, reverse=True)
    return tuple(re.compile("".join(map(_any_form, one))) for one in found)


def _any_form(character: str) -> str:
    """Return a pattern for one character in every form, those that were escaped again too."""
    code = ord(character)
    percent = "".join(f"%(?:25)*{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))
    numbers = f"0*{code}(?!\\d);?|x0*{code:x}(?![0-9a-f]);?"
    forms = [
        re.escape(character),
        f"(?i:{percent})",
        f"(?i:&(?:amp;)*#(?:{numbers}))",
        f"(?i:{_in_json(code)})",
    ]
    if names := _NAMES.get(character):
        forms.append(f"&(?:amp;)*(?:{'|'.join(map(re.escape, names))});")
    if code < 256:
        forms.append(rf"(?i:\\+x{code:02x})|\\+{code:03o}")
    if not character.isalnum():
        forms.append(rf"\\+{re.escape(character)}")
    if character == " ":
        forms.append(r"\+")
    return f"(?:{'|'.join(forms)})"


def _in_json(code: int) -> str:
    if code < 0x10000:
        return rf"\\+u{code:04x}|\\+U{code:08x}|\\+u\{{0*{code:x}\}}"
    high, low = 0xD800 + ((code - 0x10000) >> 10), 0xDC00 + ((code - 0x10000) & 0x3FF)
    return rf"\\+u{high:04x}\\+u{low:04x}|\\+U{code:08x}|\\+u\{{0*{code:x}\}}"
