"""Documents as they come: cut anywhere, marked up oddly, or made to keep a reader busy."""

from __future__ import annotations

import gzip
import signal
from collections.abc import Iterator

import pytest

from ingestion.news.feeds import read_feed
from ingestion.news.feeds.document import parse_document

pytestmark = pytest.mark.unit
MANY = 100_000
HEAD = b'<?xml version="1.0"?>'
BOMB = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><rss><channel/></rss>'


def rss(items: str) -> bytes:
    return HEAD + f'<rss version="2.0"><channel><title>F</title>{items}</channel></rss>'.encode()


@pytest.fixture
def alarm() -> Iterator[None]:
    """A text gone over again and again takes hours; once, far less than what is waited here."""

    def too_long(*_: object) -> None:
        raise AssertionError("a reader goes over its text again and again")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    "content",
    [
        b"<!--" * MANY,
        b"<?x " * MANY,
        b"<!DOCTYPE a " * MANY,
        b'<!DOCTYPE a "' * MANY,
        b"<!DOCTYPE a [" * MANY,
        b"<" * MANY,
        b"<rss>" + b"<![CDATA[" * MANY,
        b"<rss>" + b"<a " * MANY,
        b"<rss><" + b"a" * MANY * 10,
        b"<rss><a" + b" b" * MANY,
        b"[" * MANY,
        b'{"items":[' * MANY,
        b"\xe9<!--" * MANY,
        b"\xe9<" * MANY,
    ],
)
@pytest.mark.usefixtures("alarm")
def test_no_text_keeps_a_reader_busy(content: bytes) -> None:
    assert read_feed(content).items == []


@pytest.mark.parametrize(
    "before",
    ["", " " * 6_000, "<!--" + "x" * 9_000 + "-->", "Warning: in line 1 ", "<?php a ?><!-- -->"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_wherever_the_dtd_stands(before: str, encoding: str) -> None:
    read = read_feed((before + BOMB).encode(encoding))
    assert (read.status, read.rejects[0]["reason"]) == ("not_a_feed", "entities")


def test_a_dtd_is_found_whatever_its_quotes_hold() -> None:
    body = BOMB.replace("<!DOCTYPE a [", '<!DOCTYPE a SYSTEM "x>[y" [')
    assert read_feed(body.encode()).rejects[0]["reason"] == "entities"


def test_an_article_about_entities_declares_none() -> None:
    title = "On <![CDATA[<!ENTITY x> in a <!DOCTYPE y [ ]> & co]]>"
    (entry,) = read_feed(rss(f"<item><title>{title}</title></item>")).items
    assert entry["title"] == "On <!ENTITY x> in a <!DOCTYPE y [ ]> & co"


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("<![CDATA[http://e.example/?a=1&b=2]]>", "http://e.example/?a=1&b=2"),
        ("http://e.example/?a=1&b=2", "http://e.example/?a=1&b=2"),
        ("http://e.example/?a=1&amp;b=2", "http://e.example/?a=1&b=2"),
        ("http://e.example/?a=1&copy=2", "http://e.example/?a=1&copy=2"),
    ],
)
def test_an_ampersand_of_an_address_is_one(link: str, url: str) -> None:
    (entry,) = read_feed(rss(f"<item><title>a</title><link>{link}</link></item>")).items
    assert entry["url"] == url


def test_an_included_file_is_not_opened() -> None:
    include = (
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/hostname" parse="text"/>'
    )
    (entry,) = read_feed(
        rss(f"<item><title>a</title><description>{include}</description></item>")
    ).items
    assert entry["summary"] is None


ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry><id>1</id><title>one'
    b"</title></entry><entry><id>2</id><title>two</title></entry></feed>"
)
RDF = (
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    b'xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"/><item rdf:about="http://a.x/1">'
    b'<title>one</title></item><item rdf:about="http://a.x/2"><title>two</title></item></rdf:RDF>'
)
RSS = rss("<item><title>one</title></item><item><title>two</title></item>")
TEXT = rss(
    "<item><title>one</title></item><item><title><![CDATA[a </item><item> b]]></title></item>"
)


@pytest.mark.parametrize("body", [ATOM, RDF, RSS, TEXT])
def test_a_cut_anywhere_gives_the_whole_entries_before_it_and_one_reject(body: bytes) -> None:
    end = b"</item>" if b"</item>" in body else b"</entry>"
    first = body.index(end) + len(end)
    last = body.rindex(end) + len(end)
    for at in range(body.index(b"one") - 5, len(body) - 8):
        read = read_feed(body[:at])
        whole = (at >= first) + (at >= last)
        assert (read.status, len(read.items), len(read.rejects)) == ("partial", whole, 1), at


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"<script>location.reload()</script>", None, "blocked"),
        (b"<center><h1>403 Forbidden</h1></center>", None, "blocked"),
        (b"<meta charset=utf-8><title>Attention required</title>", None, "blocked"),
        (HEAD + b'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0"><html><body/></html>', None,
         "blocked"),
        (b"\xef\xbb\xbf<!doctype html><html>", None, "blocked"),
        (b"Just a moment...", "text/html; charset=utf-8", "blocked"),
        (b"Just a moment...", "text/plain", "not_a_feed"),
        (b"PK\x03\x04" + b"\0" * 50, "application/zip", "not_a_feed"),
        (b"\x1f\x8bnothing", None, "not_a_feed"),
    ],
)  # fmt: skip
def test_a_page_in_a_feeds_place_is_blocked(
    body: bytes, content_type: str | None, status: str
) -> None:
    read = read_feed(body, content_type=content_type)
    assert (read.status, read.items) == (status, [])


def test_what_was_cut_while_packed_gives_what_there_is() -> None:
    entries = "".join(f"<item><title>number {at * at * 7}</title></item>" for at in range(200))
    read = read_feed(gzip.compress(rss(entries))[:-200])
    assert read.status == "partial"
    assert 0 < len(read.items) < 200


@pytest.mark.parametrize("opens", ["<description><![CDATA[b", "<title>b</title><!-- c"])
def test_an_end_within_a_text_without_an_end_is_none(opens: str) -> None:
    read = read_feed(rss(f"<item><title>a</title></item><item>{opens}</item>"))
    assert (read.status, [one["title"] for one in read.items]) == ("partial", ["a"])
    assert [one["reason"] for one in read.rejects] == ["cut"]


def test_a_root_with_junk_after_it_is_whole() -> None:
    root, found = parse_document("<rss><channel/></rss><!-- 0.2 s --> Warning: x < y")
    assert root is not None and found.flags == []
