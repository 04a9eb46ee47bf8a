"""Pages: an article's text, a wall, a list of links."""

from __future__ import annotations

from datetime import datetime

import pytest

from ingestion.news.pages import read_page

pytestmark = pytest.mark.unit
SENTENCE = "The council met on Tuesday and agreed to open the new library in the old station hall. "


def html(body: str, head: str = "", lang: str = "en") -> bytes:
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>T | Site</title>'
        f"{head}</head><body>{body}</body></html>"
    ).encode()


def article(count: int = 6) -> str:
    return (
        f"<article><h1>T</h1>{''.join(f'<p>{SENTENCE}{at}.</p>' for at in range(count))}</article>"
    )


def test_an_article_gives_its_text_and_what_it_says_of_itself() -> None:
    head = (
        '<link rel="canonical" href="/a?utm_source=x"><script type="application/ld+json">'
        '{"@type": "NewsArticle", "headline": "A library opens", "datePublished": '
        '"2026-02-03T10:00:00+01:00"}</script>'
    )
    menu = "<nav><a href='/1'>Home</a></nav>"
    read = read_page(html(menu + article(), head), url="https://www.e.example/amp/a")
    assert read.is_article and not read.is_stub
    assert read.text is not None and read.text.count("\n\n") >= 5 and "Home" not in read.text
    assert (read.title, read.language) == ("A library opens", "en")
    assert (read.canonical_key, read.published_at) == ("e.example/a", datetime(2026, 2, 3, 9))


@pytest.mark.parametrize(
    ("body", "head"),
    [
        (article(), '<script type="application/ld+json">{"@type": "NewsArticle", '
                    '"isAccessibleForFree": "False"}</script>'),
        (article(1) + "<p>Subscribe to continue reading.</p>", ""),
        (article(1) + "<p>Jetzt abonnieren und weiterlesen</p>", ""),
        (article(1) + "<p>Contenido exclusivo para suscriptores</p>", ""),
        (article(1) + "<p>Чтобы читать дальше, оформите подписку</p>", ""),
        (article(1) + "<p>You have reached your limit of free articles.</p>", ""),
        (article(), '<meta property="article:content_tier" content="locked">'),
        (article() + '<meta itemprop="isAccessibleForFree" content="false">', ""),
    ],
)  # fmt: skip
def test_a_text_behind_a_wall_is_a_stub(body: str, head: str) -> None:
    assert read_page(html(body, head)).is_stub


@pytest.mark.parametrize("mark", ["<!-- ad -->", "<?ad here?>"])
def test_a_comment_or_a_program_in_a_list_costs_no_text(mark: str) -> None:
    rows = "".join(f"<li>{mark}{SENTENCE}{at}.</li>" for at in range(5))
    text = read_page(html(f"{article()}<ul>{rows}</ul>")).text or ""
    assert [at for at in range(5) if f"{SENTENCE}{at}." in text] == list(range(5))
    assert "ad" not in text.split()


@pytest.mark.parametrize(
    "told",
    [
        '[{"@type": ["Article"], "isAccessibleForFree": "http://schema.org/False"}]',
        '{"@type": "https://schema.org/NewsArticle", "isAccessibleForFree": false}',
        '{"@type": "WebPage", "mainEntity": {"@type": "Report", "isAccessibleForFree": "no"}}',
        '{"@type": "Article", "hasPart": {"isAccessibleForFree": false, "cssSelector": ".wall"}}',
        '<!-- {"@type": "NewsArticle", "isAccessibleForFree": false} -->',
        '// <![CDATA[\n{"@type": "NewsArticle", "isAccessibleForFree": false,}\n// ]]>',
    ],
)
def test_a_wall_is_found_however_it_is_told(told: str) -> None:
    script = f'<script type="application/ld+json">{told}</script>'
    assert read_page(html(article(12), script)).is_stub
    assert not read_page(html(article(12), script.lower().replace("false", "true")
                              .replace('"no"', "true"))).is_stub  # fmt: skip


@pytest.mark.parametrize("asks", ["Subscribe to our newsletter", "Subscribe to the podcast"])
def test_a_short_text_beside_an_offer_is_no_stub(asks: str) -> None:
    read = read_page(html(article(4) + f"<footer>{asks}</footer>"))
    assert len(read.text or "") < 600 and not read.is_stub


def test_a_long_text_that_mentions_subscribers_is_no_stub() -> None:
    assert not read_page(html(article(12) + "<p>Subscribe to our newsletter.</p>")).is_stub


def test_a_list_of_headlines_is_no_article() -> None:
    rows = "".join(
        f'<article><h2><a href="/{at}">Headline number {at} about something else</a></h2></article>'
        for at in range(20)
    )
    read = read_page(html(rows))
    assert not read.is_article
    assert "list_page" in read.flags


@pytest.mark.parametrize(
    ("href", "link", "is_article"),
    [("/{}", "Ports", False), ("#{}", "Ports", True), ("/{}", "Ports</a> of <a>today", True)],
)
def test_short_headings_that_are_links_elsewhere_are_headlines(
    href: str, link: str, is_article: bool
) -> None:
    row = f'<div><h3><a href="{href}">{link}</a></h3><p>{SENTENCE}</p></div>'
    rows = "".join(row.format(at) for at in range(20))
    assert read_page(html(rows)).is_article == is_article
    assert read_page(html(article(8) + rows)).is_article


@pytest.mark.parametrize("tag", ["article", "div", "li"])
def test_headlines_with_teasers_are_a_list_and_beside_a_text_they_are_none(tag: str) -> None:
    row = '<{0}><h3><a href="/{1}">Headline number {1} about something</a></h3><p>{2}</p></{0}>'
    rows = "".join(row.format(tag, at, SENTENCE) for at in range(20))
    assert not read_page(html(rows)).is_article
    read = read_page(html(f"{article(8)}<section>{rows}</section>"))
    assert read.is_article and "list_page" not in read.flags


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"", "text/html"),
        (b"\x00\x01", "image/png"),
        (b"\0" * 1_000, "text/html"),
    ],
)
def test_what_is_no_html_is_no_article(content: bytes, content_type: str) -> None:
    read = read_page(content, content_type=content_type)
    assert (read.is_article, read.text) == (False, None)


def test_bytes_win_over_what_a_page_says_of_them() -> None:
    body = html(article().replace("library", "café")).decode().encode("cp1252")
    assert "café" in (read_page(body).text or "")


def test_a_document_of_another_kind_is_no_page_whatever_it_is_called() -> None:
    for content_type in ("application/pdf", "text/html; charset=utf-8", None):
        read = read_page(b"%PDF-1.7\n1 0 obj << /Type /Catalog >>", content_type=content_type)
        assert (read.text, read.is_article, read.flags) == (None, False, ["not_html"])
