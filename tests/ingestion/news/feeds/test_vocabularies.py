"""Elements by the vocabulary they are of, one feature a feed."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

import pytest

from ingestion.news.feeds import read_feed

pytestmark = pytest.mark.unit
SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:own="http://e.example/own/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:l="http://purl.org/rss/1.0/modules/link/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)
PACKED = base64.b64encode("<p>Größe</p>".encode()).decode()


def of_rss(inner: str) -> dict[str, Any]:
    body = f"<rss version='2.0' {SPACES}><channel><item>{inner}</item></channel></rss>"
    (entry,) = read_feed(body.encode(), url="http://e.example/feed").items
    return entry


def of_atom(inner: str) -> dict[str, Any]:
    body = f"<feed xmlns='http://www.w3.org/2005/Atom' {SPACES}><entry>{inner}</entry></feed>"
    (entry,) = read_feed(body.encode(), url="http://e.example/feed").items
    return entry


@pytest.mark.parametrize(
    ("inner", "column", "value"),
    [
        ("<own:title>no</own:title><title>yes</title>", "title", "yes"),
        ("<media:title>no</media:title><title>yes</title>", "title", "yes"),
        ("<itunes:title>no</itunes:title><title>yes</title>", "title", "yes"),
        ("<media:title>yes</media:title>", "title", "yes"),
        ("<dc:title>yes</dc:title>", "title", "yes"),
        ("<own:description>no</own:description><description>yes</description>", "summary", "yes"),
        ("<itunes:summary>no</itunes:summary><description>yes</description>", "summary", "yes"),
        ("<description>no</description><summary>yes</summary>", "text", "yes"),
        ("<title>t</title><itunes:summary>yes</itunes:summary>", "summary", "yes"),
        ("<l:link>no</l:link><link>http://e.example/yes</link>", "url", "http://e.example/yes"),
        ("<atom:link rel='self' href='/no'/><link>/yes</link>", "url", "http://e.example/yes"),
        ("<link>http://proxy.example/1</link><feedburner:origLink>http://e.example/yes"
         "</feedburner:origLink>", "url", "http://e.example/yes"),
        ("<content:encoded>yes</content:encoded><description>no</description>", "text", "yes"),
        ("<dc:creator>Ann</dc:creator>", "author", "Ann"),
        ("<dc:creator>Ann</dc:creator><dc:creator>Bo</dc:creator>", "author", "Ann, Bo"),
        ("<dc:date>2026-02-03T09:00:00Z</dc:date>", "published_at", datetime(2026, 2, 3, 9)),
        ("<dcterms:issued>2026-02-03T09:00:00Z</dcterms:issued>", "published_at",
         datetime(2026, 2, 3, 9)),
        ("<pubDate>Tue, 03 Feb 2026 09:00:00 GMT</pubDate><dc:date>2020-01-01T00:00:00Z</dc:date>",
         "published_at", datetime(2026, 2, 3, 9)),
        ("<title>t</title><category>a</category><dc:subject>b</dc:subject><category>a</category>",
         "categories", json.dumps(["a", "b"])),
        ("<tags>one, two</tags>", "categories", json.dumps(["one", "two"])),
        ("<guid isPermaLink='false'>1</guid>", "guid", "1"),
        ("<link>mailto:a@e.example</link><guid>http://e.example/yes</guid>", "url",
         "http://e.example/yes"),
        ("<title>t</title><link>javascript:a()</link><guid isPermaLink='false'>/no</guid>", "url",
         None),
    ],
)  # fmt: skip
def test_an_element_of_rss_says_what_its_vocabulary_means(
    inner: str, column: str, value: object
) -> None:
    assert of_rss(inner)[column] == value


@pytest.mark.parametrize(
    ("inner", "column", "value"),
    [
        ("<category term='ai' label='AI at work'/>", "categories", json.dumps(["ai"])),
        ("<category term='http://e.example/#ai' label='AI'/>", "categories", json.dumps(["AI"])),
        (f"<content type='application/octet-stream'>{PACKED}</content>", "text", "Größe"),
        (f"<title type='text/html' mode='base64'>{PACKED}</title>", "title", "Größe"),
        ("<title>t</title><content type='image/png'>iVBORw0KGgo=</content>", "text", None),
        ("<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a <b>b</b></div></title>",
         "title", "a b"),
        ("<link rel='self' href='/no'/><link rel='alternate' href='/yes'/>", "url",
         "http://e.example/yes"),
        ("<link rel='enclosure' href='/no.mp3'/><link href='/yes'/>", "url",
         "http://e.example/yes"),
        ("<link rel='alternate' type='application/json' href='/no'/><link rel='alternate' "
         "type='text/html' href='/yes'/>", "url", "http://e.example/yes"),
        ("<link rel='self' href='/no'/><link rel='http://www.iana.org/assignments/relation/"
         "alternate' href='/yes'/>", "url", "http://e.example/yes"),
        ("<title type='text'>How &lt;b&gt; works</title>", "title", "How <b> works"),
        ("<title type='text'>A &amp;amp; B</title>", "title", "A & B"),
        ("<title>How &lt;b&gt;this&lt;/b&gt; works</title>", "title", "How this works"),
        ("<content type='text/plain'>The &lt;blink&gt; tag</content>", "text",
         "The <blink> tag"),
        ("<summary type='text'>a &lt;p&gt;\n\nb</summary>", "summary", "a <p>\n\nb"),
        ("<author><name>Ann</name><email>a@e.example</email></author>", "author", "Ann"),
        ("<updated>2026-02-03T09:00:00Z</updated>", "published_at", datetime(2026, 2, 3, 9)),
        ("<published>2026-02-03T09:00:00Z</published><updated>2026-02-04T09:00:00Z</updated>",
         "updated_at", datetime(2026, 2, 4, 9)),
        ("<updated>2025-02-03T09:00:00Z</updated><updated>2026-02-03T09:00:00Z</updated>",
         "updated_at", datetime(2026, 2, 3, 9)),
        ("<media:group><media:description>a</media:description></media:group>", "text", "a"),
        ('<title>t</title><media:content medium="image"><media:description>a'
         "</media:description></media:content>", "text", None),
        ('<media:content type="image/png" url="http://e.example/p"><media:description>a'
         "</media:description></media:content><summary>b</summary>", "summary", "b"),
        ('<media:content type="video/mp4" url="http://e.example/v"><media:description>a'
         "</media:description></media:content>", "text", "a"),
    ],
)  # fmt: skip
def test_an_element_of_atom_says_what_its_vocabulary_means(
    inner: str, column: str, value: object
) -> None:
    assert of_atom(inner)[column] == value


def test_a_date_of_change_that_programs_write_for_none_is_none() -> None:
    published = "<published>2026-02-03T09:05:00Z</published>"
    entry = of_atom(f"{published}<updated>0001-01-01T00:00:00Z</updated>")
    assert (str(entry["published_at"]), entry["updated_at"]) == ("2026-02-03 09:05:00", None)
    assert entry["flags"] == []


def test_a_channel_definition_in_capitals_is_read() -> None:
    body = b"""<CHANNEL HREF="http://e.example/"><TITLE>F</TITLE><ITEM HREF="/1"
        LASTMOD="2026-02-03T09:00:00Z"><TITLE>one</TITLE><ABSTRACT>two</ABSTRACT></ITEM></CHANNEL>"""
    read = read_feed(body)
    assert (read.title, read.link) == ("F", "http://e.example/")
    (entry,) = read.items
    assert (entry["url"], entry["title"], entry["summary"]) == ("http://e.example/1", "one", "two")
    assert entry["published_at"] == datetime(2026, 2, 3, 9)


def test_plain_text_of_json_is_left_as_it_is() -> None:
    title = "The <b> element, R&D and a < b && b > c"
    items = [{"id": "a", "url": "x", "title": title, "content_text": "1 < 2, <b>so</b> &amp; on"}]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()
    (entry,) = read_feed(body, url="http://e.example/feed.json").items
    assert (entry["text"], entry["url"]) == ("1 < 2, <b>so</b> &amp; on", "http://e.example/x")
    assert entry["title"] == title


def test_an_entry_of_atom_may_be_a_document_of_its_own() -> None:
    inner = (
        "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>On <i>the</i> &lt;b&gt;"
        "</div></title><id>tag:1</id><link href='/1'/><updated>2026-02-03T09:00:00Z</updated>"
    )
    body = f"<entry xmlns='http://www.w3.org/2005/Atom'>{inner}</entry>".encode()
    read = read_feed(body, url="http://e.example/one.xml")
    (entry,) = read.items
    assert (read.status, read.link, entry["guid"]) == ("ok", None, "tag:1")
    assert (entry["title"], entry["url"]) == ("On the <b>", "http://e.example/1")
    assert entry["published_at"] == datetime(2026, 2, 3, 9)


def test_who_writes_a_feed_writes_its_entries_that_name_nobody() -> None:
    entries = (
        "<entry><title>a</title></entry>"
        "<entry><title>b</title><author><name>Bo</name></author></entry>"
    )
    atom = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><author><name>Ann</name></author>"
        f"{entries}</feed>"
    )
    assert [one["author"] for one in read_feed(atom.encode()).items] == ["Ann", "Bo"]
    items = [{"id": "a", "title": "a"}, {"id": "b", "title": "b", "authors": [{"name": "Bo"}]}]
    for said in ({"author": {"name": "Ann"}}, {"authors": [{"name": "Ann"}]}):
        body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items} | said)
        assert [one["author"] for one in read_feed(body.encode()).items] == ["Ann", "Bo"]
