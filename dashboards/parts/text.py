"""Figures and foreign text as a page shows them: readable, and never interpreted."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PUNCTUATION = re.compile(r"([!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~])")
REPORT_STYLE = """<style>
.sluice-report table { border-collapse: collapse; width: 100%; margin: 0.4rem 0 1rem; }
.sluice-report { overflow-x: auto; }
.sluice-report th { text-align: left; font-weight: 600; }
.sluice-report th, .sluice-report td { padding: 5px 14px 5px 0; border-bottom: 1px solid #8884; }
.sluice-report a { color: inherit; text-decoration: underline; }
.sluice-report h4 { margin: 1.6rem 0 0.4rem; }
</style>"""
_OWN_LINK = re.compile(r"^(#|\?|[a-z_]+\?)")
_LINK = re.compile(rf"{_OWN_LINK.pattern}|^https?://")


def escaped(value: Any) -> str:
    """Return text from data for a place that reads Markdown, with nothing left to interpret."""
    flat = " ".join(str(value if value is not None else "").split())
    return _PUNCTUATION.sub(r"\\\1", flat)


def paragraphs(value: Any, css: str = "") -> str:
    """Return text from data as HTML paragraphs for `st.html`: all of it is text."""
    blocks = [block for block in str(value or "").split("\n") if block.strip()]
    style = f' style="{css}"' if css else ""
    return "".join(f"<p{style}>{html.escape(block)}</p>" for block in blocks)


def quotes(said: Iterable[Any], most: int = 20) -> str:
    """Return words from data as HTML quotes for `st.html`, each once, the first ones of many."""
    style = "margin:0 0 0.5rem;padding-left:0.75rem;border-left:3px solid #8886"
    kept = [words for words in dict.fromkeys(said) if words][:most]
    return "".join(
        f'<blockquote style="{style}">{paragraphs(words, "margin:0")}</blockquote>'
        for words in kept
    )


def diff_html(lines: Iterable[str]) -> str:
    """Return the lines of a unified diff as HTML for `st.html`: what goes, what comes, the rest.

    Colours of code are too pale to read on a pale ground; the sign says it without colour too.
    """
    colours = {"-": "light-dark(#B42318, #FF9C8F)", "+": "light-dark(#1B6E3C, #7BD49B)"}
    said = "".join(
        f'<div style="color:{colours.get(line[:1], "inherit")}">{html.escape(line)}</div>'
        for line in lines
    )
    style = "font:0.85rem/1.5 monospace;white-space:pre-wrap;overflow-wrap:anywhere"
    return f'<div style="{style}">{said}</div>'


def facts(pairs: dict[str, Any]) -> str:
    """Return name and value pairs as a quiet two-column HTML table."""
    cells = "".join(
        '<tr><td style="opacity:0.8;padding:2px 18px 2px 0;border:0;vertical-align:top;'
        f'white-space:nowrap">{html.escape(name)}</td>'
        '<td style="padding:2px 0;border:0;overflow-wrap:anywhere">'
        f"{html.escape(str(value))}</td></tr>"
        for name, value in pairs.items()
        if value not in (None, "")
    )
    return f'<table style="border:0;font-size:0.92rem">{cells}</table>'


def report_html(markdown: str) -> str:
    """Return a report's Markdown as HTML: no raw HTML, no images, links inside the product only.

    A report holds sentences a model wrote, and a picture or a foreign link in it would call out:
    of a link to the web its words stay.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image"])
    # the library's own way to say what is read as a link
    parser.validateLink = lambda url: bool(_LINK.match(url))  # type: ignore[method-assign]
    tokens = parser.parse(markdown or "")
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):  # the page has a title already
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
        token.children = _without_foreign_links(token.children)
    body = parser.renderer.render(tokens, parser.options, {})
    return f'{REPORT_STYLE}<div class="sluice-report">{body}</div>'


def _without_foreign_links(tokens: list[Token] | None) -> list[Token] | None:
    kept, is_own = [], True
    for token in tokens or []:
        if token.type == "link_open":  # no link is inside another
            is_own = bool(_OWN_LINK.match(str(token.attrs["href"])))
        if is_own or token.type not in ("link_open", "link_close"):
            kept.append(token)
    return tokens and kept


def count(value: Any) -> str:
    """Return a whole number: 950, 12,400, 3.2 M."""
    if _is_missing(value):
        return "–"
    size = abs(value)
    for limit, name in ((1e9, "B"), (1e6, "M")):
        if size >= limit:
            return f"{value / limit:.3g} {name}"
    return f"{value:,.0f}"


def some(number: Any, thing: str) -> str:
    """Return a count with its noun: 1 issue, 12 issues."""
    return f"{count(number)} {thing}{'' if number == 1 else 's'}"


def quantity(value: Any, unit: str = "", digits: int = 3) -> str:
    """Return a measured value with its unit and as many digits as mean something."""
    if _is_missing(value):
        return "–"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0
    shown = f"{value:,.{min(places, 6)}f}"
    return f"{shown} {unit}".strip()


def usd(value: Any) -> str:
    """Return money: cents where they matter, more digits where a call costs less than one."""
    if _is_missing(value):
        return "–"
    if value == 0:
        return "$0"
    return f"${value:,.2f}" if abs(value) >= 1 else f"${value:.4f}"


def percent(value: Any) -> str:
    """Return a share as a percentage."""
    return "–" if _is_missing(value) else f"{100 * value:.1f} %"


def duration(seconds: Any) -> str:
    """Return seconds as a person says them."""
    if _is_missing(seconds):
        return "–"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
    if seconds < 172_800:
        return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:.0f} min"
    return f"{seconds / 86_400:.0f} days"


def so_far(seconds: float | None) -> str:
    """Return how long something has been going on: 42s, 2m 15s, 1h 05m."""
    whole = int(seconds or 0)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02d}s"
    return f"{whole // 3600}h {whole % 3600 // 60:02d}m"


def moment(value: datetime | None) -> str:
    """Return a UTC time to the minute."""
    return "–" if value is None else f"{value:%Y-%m-%d %H:%M} UTC"


def ago(value: datetime | None, now: datetime | None = None) -> str:
    """Return how long before now a UTC time was."""
    if value is None:
        return "never"
    current = now or datetime.now(UTC).replace(tzinfo=None)
    naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    seconds = (current - naive).total_seconds()
    for size, name in ((172_800, "days"), (7_200, "hours"), (120, "minutes")):
        if seconds >= size:
            return f"{seconds // (size / 2):.0f} {name} ago"
    return "just now"


def capital(name: str) -> str:
    """Return a name with a capital first letter and the rest as it is."""
    return name[:1].upper() + name[1:]


def words(name: Any) -> str:
    """Return an identifier of ours as words: over_power -> Over power."""
    return str(name or "–").replace("_", " ").capitalize()


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))
