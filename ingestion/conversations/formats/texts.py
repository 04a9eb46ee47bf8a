"""Texts that stay as they are, and those of a broken encoding, mended where that is exact."""

from __future__ import annotations

import re
from typing import Any

from ingestion.conversations.formats.shape import ROLES

# a letter UTF-8 begins a character with, read as cp1252, and what it goes on with
_CP1252 = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_REST = f"[\u0080-\u00bf{_CP1252}]"
_MOJIBAKE = re.compile(f"(?:[Â-ß]{_REST}|[à-ï]{_REST}{{2}}|[ð-ô]{_REST}{{3}})+")
_SUSPECT = re.compile(f"[Â-ô]{_REST}")  # quick to look for, and in no garbled text missing
# what hardly anybody writes on purpose; a word in capitals before a closing quote is none of it
_GARBLED = re.compile(
    "[ÂÃ][\u00a0-\u00aa\u00ac-\u00ba\u00bc-\u00bf]"
    f"|â€{_REST}|â‚¬|â„¢|ðŸ{_REST}{{2}}|(?:[Â-ß]{_REST}){{3}}|(?:[à-ï]{_REST}{{2}}){{2}}"
)
_UNLIKELY = re.compile("[\u0700-\u08ff]")  # scripts that only chance decodes to


def is_as_is(name: Any, text: Any) -> bool:
    """Say whether nothing has to be done to what a turn says: it has no mark of any kind."""
    return (
        type(text) is str
        and name in ROLES
        and text.isascii()
        and not ("<" in text or "[" in text or "&" in text)
    )


def repaired(text: str, notes: set[str]) -> str:
    """Undo broken encodings where that is exact; what was done is added to `notes`."""
    if not text.isascii() and _SUSPECT.search(text) and _GARBLED.search(text):
        # broken twice is mended twice: what was read once must be read the same again
        while (mended := _MOJIBAKE.sub(_decoded, text)) != text:
            notes.add("mojibake")
            text = mended
    return text


def _decoded(match: re.Match[str]) -> str:
    """What a run of characters was before UTF-8 was read as cp1252; itself if it was not."""
    run = match.group(0)
    raw = bytearray()
    for letter in run:
        try:
            raw += letter.encode("cp1252")
        except UnicodeEncodeError:  # bytes cp1252 does not know came through as they were
            if ord(letter) > 255:
                return run
            raw.append(ord(letter))
    try:
        found = raw.decode("utf-8")
    except UnicodeDecodeError:
        return run
    return run if _UNLIKELY.search(found) else found
