"""Texts that came damaged or dressed up: HTML and broken encodings, undone where exact."""

from __future__ import annotations

import html as entities
import re

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
_PROSE = ("p br b i em strong a ul ol li span div blockquote h1 h2 h3 h4 h5 h6 u s hr sup sub "
          "font small del ins dl dt dd center tt big strike wbr img table tbody thead tr td "
          "th")  # fmt: skip
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/?>")
_STARTS_AS_HTML = re.compile(
    r"(?:&nbsp;|<br\s*/?>|\s)*"
    r"<(?:p|br|ul|ol|div|span|b|strong|em|i|h[1-6]|blockquote|a)\b[^<>]*>",
    re.I,
)
_ENTITY = re.compile(r"&(?:nbsp|amp|lt|gt|quot|#39|#34|#x27|rsquo|lsquo|ldquo|rdquo|hellip);")
_PROSE_TAGS = frozenset(_PROSE.split())


def repaired(text: str, html: str, notes: set[str]) -> str:
    """Undo broken encodings and HTML where that is exact; what was done is added to `notes`."""
    if not text.isascii() and _SUSPECT.search(text) and _GARBLED.search(text):
        # broken twice is mended twice: what was read once must be read the same again
        while (mended := _MOJIBAKE.sub(_decoded, text)) != text:
            notes.add("mojibake")
            text = mended
    if html != "never" and ("<" in text or "&" in text) and _is_html(text, html):
        notes.add("html")
        text = plain(text)
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


def _is_html(text: str, html: str) -> bool:
    """Say whether a text is prose in HTML: HTML that somebody asked for stays as it is."""
    if html == "always":
        return bool(_TAG.search(text) or _ENTITY.search(text))
    if "```" in text or not _STARTS_AS_HTML.match(text):
        return False
    tags = _TAG.findall(text)
    if any(tag.lower() not in _PROSE_TAGS for tag in tags):
        return False
    closed = {tag.lower() for tag in re.findall(r"</([a-zA-Z][a-zA-Z0-9]*)\s*>", text)}
    return bool(closed) or "<br" in text.lower()


_COMMENT = re.compile(r"<!--.*?-->|<(script|style|xml)\b.*?</\1\s*>", re.S | re.I)
_BREAK = re.compile(r"<br\s*/?>", re.I)
_ITEM = re.compile(r"<li\b[^<>]*>", re.I)
_BLOCK = re.compile(r"</?(?:p|div|ul|ol|h[1-6]|blockquote|tr|table|hr|pre)\b[^<>]*/?>", re.I)
_ANY_TAG = re.compile(r"</?[a-zA-Z][\w:-]*(?:\s[^<>]*)?/?>")


def plain(text: str) -> str:
    """Return HTML prose as text: paragraphs and list items on lines of their own."""
    text = _COMMENT.sub("", text)
    if _BREAK.search(text) or _BLOCK.search(text):  # else line ends are the writer's own
        text = re.sub(r"\s*\n\s*", " ", text)
        text = _BLOCK.sub("\n\n", _ITEM.sub("\n- ", _BREAK.sub("\n", text)))
    text = entities.unescape(_ANY_TAG.sub("", text)).replace("\u00a0", " ")
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
