"""HTML in a turn: the dress of its prose, which comes off, or what the turn is about, which stays.

A turn stays as it came unless it plainly is prose that an editor saved as HTML.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterable

_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/?>")
_ENTITY = re.compile(r"&(?:nbsp|amp|lt|gt|quot|#39|#34|#x27|rsquo|lsquo|ldquo|rdquo|hellip);")
_STARTS_AS_HTML = re.compile(
    r"(?:&nbsp;|<br\s*/?>|\s)*"
    r"<(?:p|br|ul|ol|div|span|b|strong|em|i|h[1-6]|blockquote|a)\b[^<>]*>",
    re.I,
)
# what editors write; a heading of the first order is a page's, unless an editor made it
_EDITORS_TAGS = frozenset({
    "p", "br", "b", "i", "em", "strong", "a", "ul", "ol", "li", "span", "div", "blockquote", "h2",
    "h3", "h4", "h5", "h6", "u", "s", "hr", "sup", "sub", "font", "small", "del", "ins", "dl",
    "dt", "dd", "center", "tt", "big", "strike", "wbr", "img",
})  # fmt: skip
_BLOCKS = re.compile(r"<(p|div|ul|ol|blockquote|h[1-6]|dl|center)\b[^<>]*>.*?</\1\s*>", re.S | re.I)
_EDGE = re.compile(r"</?(?:p|li|ul|ol|h[1-6]|dt|dd|div|blockquote|br)\b[^<>]*>", re.I)
_INDENTED = re.compile(r"^[ \t]+</?[a-z]|>\n[ \t]+\S", re.M | re.I)
_WORD = re.compile(r"[^\W\d_]+")
_NO_SPACES = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_SENTENCE = re.compile(r"[.!?:…。！？।؟][\s\"'”’)]*$")
LEAST_WORDS = 6  # of prose
WORDS_OF_A_PIECE = 12  # on average, where paragraphs do not end as sentences do
# what an editor leaves behind
_EDITOR = re.compile(
    r"&nbsp;|<br\s*/?></|class=\"Mso|style=\"(?:font|margin|color|background)", re.I
)
# somebody speaks of markup; or of what is made of it, and asks for some
_MARKUP = re.compile(
    r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>|(?<![a-z0-9_])(?:x?html5?|xml|svg|css)(?![a-z0-9_])|"
    r"\b(?:mark(?:ed)?[ -]?up|javascript|"
    r"(?:paragraph|heading|list|table|div|span|anchor) (?:tag|element)s?|jsx|quelltext|quellcode|"
    r"balises?)\b|разметк|верстк|标签|標籤|网页|網頁|タグ|マークアップ|태그|마크업",
    re.I,
)
_MADE_OF_IT = re.compile(
    r"\b(?:tags?|web ?(?:page|site)s?|home ?pages?|landing pages?|templates?|snippets?|code|"
    r"browser|wordpress|wiki|newsletters?|web|page|etiquetas?|plantilla|c[oó]digo|webseiten?|vorlage|seite|"
    r"modèle|p[aá]gina|codice)\b|\bтег|код\b|страниц|代码|程式碼|ページ|コード|웹|코드",
    re.I,
)
_ASKED_FOR = re.compile(
    r"\b(?:write|create|make|build|generate|design|draft|give|show|convert|format|wrap|turn|render|"
    r"produce|code|add|fix|insert|output|schreib\w*|erstell\w*|baue?|mach\w*|gib|crea\w*|escrib\w*|haz|écris|"
    r"écrivez|fais|donne\w*|scrivi|fai)\b|напиш|созда|сдела|写|寫|生成|制作|製作|做|書い|作成|作って|"
    r"써|만들|작성",
    re.I,
)


def is_about_markup(texts: Iterable[str]) -> bool:
    """Say whether any of some turns speaks of markup, or asks for a page, a template or code."""
    return any(
        _MARKUP.search(text) or (_MADE_OF_IT.search(text) and _ASKED_FOR.search(text))
        for text in texts
    )


def is_dressed(text: str, html: str) -> bool:
    """Say whether a text's HTML is to come off.

    Args:
        text: what a turn says.
        html: always, never, or auto: only where it plainly is an editor's prose.
    """
    if html != "auto":
        return html == "always" and bool(_TAG.search(text) or _ENTITY.search(text))
    if "```" in text or not _STARTS_AS_HTML.match(text) or _INDENTED.search(text):
        return False
    tags = [tag.lower() for tag in _TAG.findall(text)]
    known = _EDITORS_TAGS | {"h1"} if _EDITOR.search(text) else _EDITORS_TAGS
    if not known.issuperset(tags) or not _is_closed(text, tags):
        return False
    return _is_prose(text) and not _stands_outside(text)


def _is_closed(text: str, tags: list[str]) -> bool:
    return "br" in tags or re.search(r"</[a-zA-Z]", text) is not None


def _is_prose(text: str) -> bool:
    """Say whether a text is sentences, not labels, headings and cells."""
    pieces = [_said(piece) for piece in _EDGE.split(text)]
    pieces = [piece for piece in pieces if piece]
    if not pieces or _EDITOR.search(text):
        return True
    words = sum(len(_WORD.findall(piece)) + len(_NO_SPACES.findall(piece)) // 2 for piece in pieces)
    if words < LEAST_WORDS:
        return False
    sentences = sum(_SENTENCE.search(piece) is not None for piece in pieces)
    return 2 * sentences > len(pieces) or words >= WORDS_OF_A_PIECE * len(pieces)


def _said(text: str) -> str:
    return entities.unescape(_TAG.sub(" ", text)).strip()


def _stands_outside(text: str) -> bool:
    """Say whether words stand between or after blocks: then the blocks are what is spoken of."""
    if not _BLOCKS.search(text):
        return False
    before = text
    while (after := _BLOCKS.sub(" ", before)) != before:
        before = after
    return 2 * len(_WORD.findall(_said(before))) > len(_WORD.findall(_said(text)))


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
