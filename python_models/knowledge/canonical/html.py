"""HTML as Markdown: what a reader of the page sees, in order."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

from ingestion.knowledge.decoding import decoded
from python_models.knowledge.canonical.markdown import markdown_links
from python_models.knowledge.canonical.types import Canonical

_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([\w-]+)", re.IGNORECASE)
_UNSEEN = ("script", "style", "noscript", "template", "head", "iframe", "object", "svg")
_HIDDEN = '[hidden], [style*="display:none" i], [style*="display: none" i]'
_BLANK_LINES = re.compile(r"\n{3,}")
_LEVEL = re.compile(r"\blst-\S+-(\d)\b")
_DATA = re.compile(r"^data:", re.IGNORECASE)


class _Converter(MarkdownConverter):
    """A bar in a cell is no border of it."""

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return a cell."""
        cell = super().convert_td(el, text.replace("|", "\\|"), parent_tags)  # type: ignore[misc]
        return str(cell)

    def convert_th(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return a cell of a header."""
        cell = super().convert_th(el, text.replace("|", "\\|"), parent_tags)  # type: ignore[misc]
        return str(cell)


# words stay as they stand: a text's stars and underlines are not escaped
_CONVERTER = _Converter(
    heading_style="ATX",
    bullets="-",
    escape_asterisks=False,
    escape_underscores=False,
    escape_misc=False,
)


def read_html(content: bytes, prepare: Callable[[BeautifulSoup], None] | None = None) -> Canonical:
    """Read a page of HTML; `prepare` may change its tree before its text is taken."""
    declared = _CHARSET.search(content[:4096])
    text, flags = decoded(content, declared[1].decode("ascii") if declared else None)
    soup = BeautifulSoup(text, "lxml")
    titles = (one for one in soup.find_all("title") if one.find_parent("svg") is None)
    title = next((one.get_text(strip=True) for one in titles), None)
    language = soup.html.get("lang") if soup.html else None
    found = soup.find("meta", attrs={"name": "author"})
    author = str(found.get("content") or "") if isinstance(found, Tag) else ""
    for hidden in soup.select(_HIDDEN):
        flags = flags | {"hidden text"}
        hidden.decompose()
    for unseen in soup.find_all(_UNSEEN):
        unseen.decompose()
    _say_formulas_once(soup)
    _put_lists_into_lists(soup)
    if prepare is not None:
        prepare(soup)
    for image in soup.find_all("img"):
        if _DATA.match(str(image.get("src") or "")):  # bytes are no text
            image["src"] = ""
    for link in soup.find_all("a", href=True):
        link["href"] = direct(str(link["href"]))
    body = _CONVERTER.convert_soup(soup)
    body = _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in body.splitlines())).strip()
    return Canonical(
        text=body,
        title=title,
        authors=[author] if author else [],
        links=markdown_links(body),
        language=str(language)[:2].lower() if language else None,
        flags=flags,
    )  # fmt: skip


def _say_formulas_once(soup: BeautifulSoup) -> None:
    """Put the source of a formula for its signs, which stand there for eyes and for ears."""
    for source in soup.select('annotation[encoding="application/x-tex"]'):
        whole = source.find_parent(class_="katex") or source.find_parent("math")
        if whole is not None and whole.parent is not None:  # it may have two sources
            whole.replace_with(f"${source.get_text(strip=True)}$")


def _put_lists_into_lists(soup: BeautifulSoup) -> None:
    """Put a list of Google Docs, which stands beside its outer one, into that one's last item."""
    for one in soup.find_all(("ul", "ol"), class_=_LEVEL):
        level = _level(one)
        outer = one.find_previous_sibling()
        while (
            level and isinstance(outer, Tag) and _LEVEL.search(" ".join(outer.get("class") or ()))
        ):
            items = outer.find_all("li")
            inner = next((item for item in reversed(items) if _level(item.parent) < level), None)
            if inner is not None:
                inner.append(one.extract())
                break
            outer = outer.find_previous_sibling()


def _level(one: Tag | None) -> int:
    """The depth of a list, as its class says it, from 0."""
    found = _LEVEL.search(" ".join(one.get("class") or ())) if one is not None else None
    return int(found[1]) if found else 0


def direct(address: str) -> str:
    """Return the address that one of Google's redirects leads to, or the address itself."""
    parts = urlsplit(address)
    if parts.netloc.endswith("google.com") and parts.path == "/url":
        found = parse_qs(parts.query)
        return next(iter(found.get("q") or found.get("url") or [address]))
    return address
