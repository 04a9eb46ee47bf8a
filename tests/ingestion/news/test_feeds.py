"""Conditions of real feeds, and the right value of each."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from typing import Any

import pytest

from ingestion.news.feeds import FeedOptions, FeedRead, read_feed
from ingestion.news.feeds.dates import parse_date

pytestmark = pytest.mark.unit
HOME = "http://home.example/"


def item(**fields: str) -> str:
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in fields.items())
    return f"<item>{inner}</item>"


def rss(items: str, encoding: str = "utf-8", declared: str | None = None) -> bytes:
    return (
        f'<?xml version="1.0" encoding="{declared or encoding}"?><rss version="2.0"><channel>'
        f"<title>Feed</title><link>{HOME}</link>{items}</channel></rss>"
    ).encode(encoding)


def values(read: FeedRead, name: str) -> list[Any]:
    return [one[name] for one in read.items]


def test_an_entry_without_a_guid_is_known_by_its_link() -> None:
    read = read_feed(rss(item(title="a", link="http://e.example/1?utm_source=x")))
    assert values(read, "identity") == ["e.example/1"]
    assert values(read, "identity_kind") == ["link"]


def test_one_guid_for_all_leaves_each_entry_its_link() -> None:
    items = "".join(item(title=one, link=f"http://e.example/{one}", guid="same") for one in "abc")
    read = read_feed(rss(items))
    assert values(read, "identity") == ["e.example/a", "e.example/b", "e.example/c"]
    assert read.flags == ["guid_not_unique"]


def test_entries_with_good_guids_stay_apart_though_they_share_a_link() -> None:
    items = item(title="a", link=HOME, guid="1") + item(title="b", link=HOME, guid="2")
    assert values(read_feed(rss(items)), "identity") == ["1", "2"]


def test_entries_that_share_a_link_and_have_no_guid_are_told_apart_by_their_titles() -> None:
    items = item(title="a", link=HOME) + item(title="b", link=HOME)
    read = read_feed(rss(items))
    assert len(set(values(read, "identity"))) == 2
    assert values(read, "identity_kind") == ["link+title"] * 2


@pytest.mark.parametrize(
    ("body", "url"),
    [
        (rss(item(title="a", link="/p/1")), "http://home.example/p/1"),
        (rss(item(title="a", link="  p/1\n")), "http://home.example/p/1"),
        (rss(item(title="a", link="javascript:alert(1)")), None),
        (rss(item(title="a", guid="http://e.example/1")), "http://e.example/1"),
        (rss('<item><title>a</title><guid isPermaLink="false">http://e.example/1</guid></item>'),
         None),
        (b'<rss><channel><item><title>a</title><link>p</link></item></channel></rss>',
         "http://feed.example/p"),
    ],
)  # fmt: skip
def test_a_link_is_absolute_or_there_is_none(body: bytes, url: str | None) -> None:
    assert values(read_feed(body, url="http://feed.example/feed"), "url") == [url]


def test_a_base_resolves_links_and_leaves_ids_alone() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://e.example/blog/">
        <link href="/home"/><entry xml:base="2026/"><id>1</id><title>t</title>
        <link rel="self" href="self.xml"/><link href="a.html"/></entry></feed>"""
    read = read_feed(body, url="http://feed.example/")
    assert values(read, "url") == ["http://e.example/blog/2026/a.html"]
    assert values(read, "guid") == ["1"]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("&lt;b&gt;Bold&lt;/b&gt; news", "Bold news"),
        ("AT&amp;amp;T &amp;#8217;s", "AT&T ’s"),
        ("AT&amp;T", "AT&T"),
        ("Why &amp;lt;b&amp;gt; is not &amp;lt;strong&amp;gt;", "Why <b> is not <strong>"),
        ("&lt;![CDATA[Real &amp;amp; title]]&gt;", "Real & title"),
        ("a &lt; b and b &gt; c", "a < b and b > c"),
        ("use List&lt;T&gt; now", "use List<T> now"),
        ("<![CDATA[ 50&nbsp;%\n of  all ]]>", "50 % of all"),
        ("rock & roll", "rock & roll"),
    ],
)
def test_a_title_is_plain(written: str, title: str) -> None:
    assert values(read_feed(rss(item(title=written))), "title") == [title]


@pytest.mark.parametrize(
    ("text", "encoding", "declared", "found"),
    [
        ("Café Zürich", "latin-1", "utf-8", "cp1252"),
        ("Café Zürich", "utf-8", "iso-8859-1", "utf-8"),
        ("It’s “fine”", "cp1252", "iso-8859-1", "cp1252"),
        ("Café", "utf-8", "utf-16", "utf-8"),
        ("Café", "utf-16", "utf-16", "utf-16"),
        ("Привет, мир: новости дня", "cp1251", "windows-1251", "cp1251"),
        ("日本語", "shift_jis", "shift_jis", "shift_jis"),
        ("日本の新聞", "iso-2022-jp", "iso-2022-jp", "iso2022_jp"),
        ("Café à Zürich", "mac-roman", "x-mac-roman", "mac-roman"),
        ("日本語", "shift_jis", "x-sjis", "shift_jis"),
    ],
)
def test_bytes_win_over_what_is_said_of_them(
    text: str, encoding: str, declared: str, found: str
) -> None:
    read = read_feed(rss(item(title=text), encoding, declared), content_type="text/xml")
    assert values(read, "title") == [text]
    assert read.encoding == found


def test_a_guess_has_a_confidence_and_what_was_declared_and_right_has_none() -> None:
    assert read_feed(rss(item(title="Café"))).encoding_confidence is None
    guessed = read_feed(rss(item(title="Café"), "latin-1", "utf-8")).encoding_confidence
    assert guessed is not None and 0 < guessed < 1


def test_a_cut_feed_gives_its_whole_entries_and_one_reject() -> None:
    whole = rss(item(title="a", link="http://e.example/1") + item(title="b", link="http://e.x/2"))
    read = read_feed(whole[: whole.rindex(b"http://e.x/2")])
    assert (read.status, values(read, "title")) == ("partial", ["a"])
    assert [reject["reason"] for reject in read.rejects] == ["cut"]
    assert read.rejects[0]["raw_text"].startswith("<item><title>b")


def test_a_cut_json_feed_gives_its_whole_entries_and_one_reject() -> None:
    entries = [{"id": str(at), "title": f"t{at}", "content_text": "x"} for at in range(3)]
    body = json.dumps({"version": "https://jsonfeed.org/version/1", "items": entries}).encode()
    read = read_feed(body[: body.rindex(b"t2")])
    assert (read.status, values(read, "title"), len(read.rejects)) == ("partial", ["t0", "t1"], 1)


def test_a_declaration_that_is_none_and_attributes_without_quotes_are_mended() -> None:
    body = b"""<!-- made by hand --><?xml?xml version="1.0" encoding="UTF-8" ??>
        <rss rss:version=2.0><rss:channel><rss:item><rss:title>one</rss:title>
        <rss:guid rss:isPermaLink=true>http://e.example/1</rss:guid></rss:item>
        <rss:item><rss:title>two</rss:title></rss:item></rss:channel></rss>"""
    assert values(read_feed(body), "title") == ["one", "two"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (rss(""), "ok"),
        (b"<!DOCTYPE html><html><title>Just a moment...</title></html>", "blocked"),
        (b"<html><body>Access denied</body></html>", "blocked"),
        (b"<urlset><url/></urlset>", "not_a_feed"),
        (b'{"error": "no"}', "not_a_feed"),
        (b"plain words", "not_a_feed"),
        (gzip.compress(rss(item(title="a")), mtime=0), "ok"),
        (gzip.compress(b"0" * (40 << 20), mtime=0), "too_large"),
    ],
)
def test_what_is_no_feed_is_called_what_it_is(body: bytes, status: str) -> None:
    assert read_feed(body).status == status


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:1/x.dtd"> %b;]>',
    ],
)
def test_entities_of_its_own_are_refused_and_nothing_is_opened(declared: str) -> None:
    body = f"{declared}<rss><channel><item><title>&c;</title></item></channel></rss>"
    read = read_feed(f"<?xml version='1.0'?>{body}".encode())
    assert (read.status, read.items) == ("not_a_feed", [])
    assert read.rejects[0]["reason"] == "entities"


@pytest.mark.parametrize(
    ("declared", "is_read"),
    [
        ('<!ENTITY nbsp "&#160;"><!ENTITY eacute "&#xE9;">', True),
        ("<!ENTITY nbsp '\u00a0'>\n<!ENTITY hellip '&#8230;'>", True),
        ('<!ENTITY amp "&#38;#38;">', True),  # as XML itself has it
        ('<!ENTITY eacute "e">', False),
        ('<!ENTITY nbsp SYSTEM "file:///etc/hostname">', False),
        ('<!ENTITY % nbsp "&#160;">', False),
        ('<!ENTITY nbsp "&#160;"><!ENTITY own "&nbsp;&nbsp;">', False),
    ],
)
def test_entities_that_are_those_of_html_may_be_declared(declared: str, is_read: bool) -> None:
    body = (
        f"<!DOCTYPE rss [{declared}]><rss><channel><item><title>Caf&eacute;&nbsp;a</title></item>"
    )
    read = read_feed(f"<?xml version='1.0'?>{body}</channel></rss>".encode())
    assert values(read, "title") == (["Café a"] if is_read else [])


def test_a_dtd_elsewhere_is_not_fetched_and_named_entities_are_characters() -> None:
    body = b"""<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN"
        "http://127.0.0.1:1/rss-0.91.dtd"><rss version="0.91"><channel><item>
        <title>Caf&eacute; &amp; bar</title></item></channel></rss>"""
    assert values(read_feed(body), "title") == ["Café & bar"]


def test_a_document_that_goes_too_deep_is_refused() -> None:
    deep = "<a>" * 150 + "</a>" * 150
    assert read_feed(rss(item(title="x") + deep)).status == "not_a_feed"


def test_the_newest_of_many_are_taken_and_the_rest_is_counted() -> None:
    items = "".join(
        item(title=str(day), guid=str(day), pubDate=f"{day:02} Jan 2026 00:00:00 GMT")
        for day in range(1, 29)
    )
    read = read_feed(rss(items), options=FeedOptions(max_items=3))
    assert (values(read, "title"), read.rest_count) == (["26", "27", "28"], 25)


@pytest.mark.parametrize(
    ("text", "expected", "flags"),
    [
        ("Tue, 17 Feb 2026 19:59:16 -0500", "2026-02-18 00:59:16", ()),
        ("Tue, 17 Feb 2026 19:59:16 EST", "2026-02-18 00:59:16", ()),
        ("Mon, 01 Sep 2025 00:00:00 UT", "2025-09-01 00:00:00", ()),
        ("17 Feb 26 19:59 PDT", "2026-02-18 02:59:00", ()),
        ("2026-02-17T10:00:00+01:00", "2026-02-17 09:00:00", ()),
        ("2026-02-17T10:00:00+0100", "2026-02-17 09:00:00", ()),
        ("2026-02-17T10:00:00Z", "2026-02-17 10:00:00", ()),
        ("2026-02-17T10:00:00", "2026-02-17 09:00:00", ("date_without_zone",)),
        ("2026-07-17 10:00", "2026-07-17 08:00:00", ("date_without_zone",)),
        ("Fr, 02 Mai 2026", "2026-05-01 22:00:00", ("date_without_time",)),
        ("Пт, 02 янв 2026", "2026-01-01 23:00:00", ("date_without_time",)),
        ("Пт, 02 янв 2026 10:00:00 +0300", "2026-01-02 07:00:00", ()),
        ("2026年2月3日", "2026-02-02 23:00:00", ("date_without_time",)),
        ("Tuesday, 17-Feb-26 19:59:16 GMT", "2026-02-17 19:59:16", ()),
        ("1771358356", "2026-02-17 19:59:16", ()),
        ("2026-02-17T24:00:00Z", "2026-02-18 00:00:00", ()),
        ("2099-01-01T00:00:00Z", "2099-01-01 00:00:00", ()),
        ("13.03.2026", "2026-03-12 23:00:00", ("date_without_time",)),
        ("02.03.2026", None, ("date_ambiguous",)),
        ("03/04/2026 10:00", None, ("date_ambiguous",)),
        ("2026-02-30T00:00:00Z", None, ("date_unreadable",)),
        ("soon", None, ("date_unreadable",)),
        ("", None, ()),
    ],
)
def test_a_date_is_utc_or_says_why_there_is_none(
    text: str, expected: str | None, flags: tuple[str, ...]
) -> None:
    wanted = datetime.fromisoformat(expected) if expected else None
    assert parse_date(text, "Europe/Berlin") == (wanted, flags)


def test_a_declared_order_tells_which_number_is_the_month() -> None:
    assert parse_date("02.03.2026", None, "DMY")[0] == datetime(2026, 3, 2)
    assert parse_date("02.03.2026", None, "MDY")[0] == datetime(2026, 2, 3)
    assert parse_date("26-04-03", None, "YMD")[0] == datetime(2026, 4, 3)


def test_content_is_the_text_and_the_description_its_summary() -> None:
    body = b"""<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
        <item><title>x</title><description>short</description><content:encoded><![CDATA[
        <p>One <b>bold</b></p><script>alert(1)</script><ul><li>two</li></ul>]]></content:encoded>
        </item></channel></rss>"""
    read = read_feed(body)
    assert values(read, "text") == ["One bold\n\ntwo"]
    assert values(read, "summary") == ["short"]


def test_xhtml_in_atom_is_its_text_and_an_escaped_mode_is_unescaped() -> None:
    atom = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>a</id><title>t</title>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One</p><p>Two</p></div>
        </content></entry></feed>"""
    old = b"""<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><id>a</id>
        <title mode="escaped" type="text/html">x &amp;amp; y</title>
        <issued>2004-01-01T00:00:00Z</issued><modified>2004-01-02T00:00:00Z</modified>
        <content type="text/html" mode="escaped">&lt;p&gt;Hi&lt;/p&gt;</content></entry></feed>"""
    assert values(read_feed(atom), "text") == ["One\n\nTwo"]
    (entry,) = read_feed(old).items
    assert (entry["title"], entry["text"]) == ("x & y", "Hi")
    assert entry["published_at"] == datetime(2004, 1, 1)


def test_rdf_and_json_feeds_are_read() -> None:
    rdf = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel rdf:about="http://h/"/><item rdf:about="http://h.example/1"><title>one</title>
        <dc:date>2026-01-01T00:00:00Z</dc:date><dc:creator>Ann</dc:creator></item></rdf:RDF>"""
    (entry,) = read_feed(rdf).items
    assert (entry["guid"], entry["url"]) == ("http://h.example/1", "http://h.example/1")
    assert (entry["author"], entry["published_at"]) == ("Ann", datetime(2026, 1, 1))
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "home_page_url": "https://j.example/",
        "items": [{"id": 1, "url": "/a", "content_html": "<p>x</p>", "tags": ["ai"]}],
    }
    (entry,) = read_feed(json.dumps(document).encode()).items
    assert (entry["guid"], entry["url"], entry["text"]) == ("1", "https://j.example/a", "x")


def test_an_enclosure_makes_audio_and_a_media_group_its_description() -> None:
    podcast = rss('<item><title>x</title><enclosure url="http://a.example/c.mp3" '
                  'type="audio/mpeg" length="3"/></item>')  # fmt: skip
    assert values(read_feed(podcast), "kind") == ["audio"]
    video = b"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/">
        <entry><id>yt:1</id><title>v</title><media:group><media:title>m</media:title>
        <media:description>What it is</media:description></media:group></entry></feed>"""
    (entry,) = read_feed(video).items
    assert (entry["title"], entry["text"]) == ("v", "What it is")


def test_a_missing_title_is_made_of_the_first_words() -> None:
    (entry,) = read_feed(rss(item(description="&lt;p&gt;" + "word " * 60 + "&lt;/p&gt;"))).items
    assert entry["title_is_made"] and len(entry["title"]) <= 100
    assert entry["title"].startswith("word word") and entry["title"].endswith("…")


def test_an_entry_that_says_nothing_is_a_reject() -> None:
    read = read_feed(rss("<item></item>" + item(title="a")))
    assert (len(read.items), [one["reason"] for one in read.rejects]) == (1, ["empty_entry"])


def test_rules_of_a_declaration_flag_what_they_keep_out() -> None:
    items = item(title="Sponsored post") + item(title="A model")
    read = read_feed(rss(items), options=FeedOptions(block=(("title", "(?i)sponsored"),)))
    assert [("blocked" in one["flags"]) for one in read.items] == [True, False]
