"""Feeds as writers of other programs leave them: each is read as it was meant."""

from __future__ import annotations

import gzip
import json
import random
from typing import Any

import pytest

from ingestion.news.feeds import FeedOptions, FeedRead, read_feed

pytestmark = pytest.mark.unit
HEAD = '<?xml version="1.0" encoding="utf-8"?>'
MEDIA = 'xmlns:media="http://search.yahoo.com/mrss/"'
DAMAGE = (
    b"<", b"&", b"&#55357;", b"\0", b"\xff", b"\xed\xa0\xbd", b"<![CDATA[", b"]]>", b"<!--",
    b"\\ud83d",
    b"null", b"1e999", b"http://[::1", b'encoding="hz"', b"\x1b$B", b'mode="base64"', b"<a:b>", b"",
)  # fmt: skip
DTD = "<!DOCTYPE r [<!-- {} --><!ENTITY b 'bb'><!ENTITY c '&b;&b;'>]>"


def rss(items: str, attributes: str = "") -> str:
    return (
        f'{HEAD}<rss version="2.0" {attributes}><channel><title>F</title>'
        f"<link>http://home.example/</link>{items}</channel></rss>"
    )


def values(read: FeedRead, name: str) -> list[Any]:
    return [one[name] for one in read.items]


def test_one_guid_for_entries_without_links_leaves_each_what_it_says() -> None:
    items = "".join(
        f"<item><guid>g</guid><title>Update</title><description>part {at}</description></item>"
        for at in range(3)
    )
    read = read_feed(rss(items).encode())
    assert len(set(values(read, "identity"))) == 3
    assert read.flags == ["guid_not_unique"]


@pytest.mark.parametrize(
    ("attribute", "url"),
    [
        ('isPermaLink="true"', "http://home.example/p/9"),
        ("", None),
        ('isPermaLink="false"', None),
    ],
)
def test_a_guid_that_is_a_path_is_a_link_where_it_says_so(attribute: str, url: str | None) -> None:
    body = rss(f"<item><title>a</title><guid {attribute}>/p/9</guid></item>")
    assert values(read_feed(body.encode()), "url") == [url]


@pytest.mark.parametrize(
    "entry",
    [
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry xml:base="http://e.example/blog/">'
        '<id>1</id><title>t</title><link xml:base="deep/" href="post"/></entry></feed>',
        '<rss xml:base="http://e.example/blog/"><channel><item><title>t</title>'
        '<link xml:base="deep/">post</link></item></channel></rss>',
    ],
)
def test_the_base_of_a_link_itself_is_the_innermost(entry: str) -> None:
    assert values(read_feed(entry.encode()), "url") == ["http://e.example/blog/deep/post"]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("&lt;script&gt;alert(1)&lt;/script&gt;News", "News"),
        ("a &lt;!-- seen by nobody --&gt; b", "a b"),
        ("the &lt;script&gt; element", "the <script> element"),
    ],
)
def test_a_title_has_no_works_of_a_page(written: str, title: str) -> None:
    body = rss(f"<item><title>{written}</title></item>")
    assert values(read_feed(body.encode()), "title") == [title]


@pytest.mark.parametrize(
    "before",
    ["<br />\n<b>Warning</b>: x in <b>/a.php</b> on line 3<br />\n", "<p>debug</p>", "<div/>\n"],
)
def test_what_a_program_printed_before_a_feed_is_left_out(before: str) -> None:
    read = read_feed((before + rss("<item><title>a</title></item>")).encode())
    assert (read.status, values(read, "title")) == ("ok", ["a"])
    page = read_feed(f"<body>{before}<rss></rss></body>".encode())
    assert (page.status, page.items) == ("blocked", [])


@pytest.mark.parametrize("comment", ["]>", "don't", '"', "- ] -"])
def test_entities_are_refused_whatever_a_comment_before_them_holds(comment: str) -> None:
    body = (
        f"{HEAD}{DTD.format(comment)}<rss><channel><item><title>&c;</title></item></channel></rss>"
    )
    read = read_feed(body.encode())
    assert (read.status, read.rejects[0]["reason"]) == ("not_a_feed", "entities")


@pytest.mark.parametrize("encoding", ["utf-8", "shift_jis", "gb18030"])
def test_a_feed_that_is_cut_within_a_character_is_read_up_to_there(encoding: str) -> None:
    items = "".join(f"<item><title>日本{at}</title></item>" for at in range(3))
    body = rss(items).replace("utf-8", encoding).encode(encoding)
    at = body.index("日本1".encode(encoding)) + 1
    read = read_feed(body[:at])
    assert (read.status, values(read, "title"), len(read.rejects)) == ("partial", ["日本0"], 1)


def test_a_file_packed_in_parts_is_unpacked_whole() -> None:
    body = rss("<item><title>a</title></item><item><title>b</title></item>").encode()
    packed = gzip.compress(body[:80]) + gzip.compress(body[80:])
    for _ in range(3):  # a packed file that a server packs again
        read = read_feed(packed)
        assert (read.status, values(read, "title")) == ("ok", ["a", "b"])
        packed = gzip.compress(packed)
    assert read_feed(packed).status == "not_a_feed"  # one that packs itself would never end


@pytest.mark.parametrize(
    ("enclosure", "kind"),
    [
        ('url="http://a.example/c.mp3"', "audio"),
        ('url="http://a.example/c.m4a?x=1" type="application/octet-stream"', "audio"),
        ('url="http://a.example/c.mp4" type=""', "video"),
        ('url="http://a.example/c.jpg"', "article"),
        ('url="http://a.example/c.mp3" type="text/html"', "article"),
    ],
)
def test_an_enclosure_of_no_declared_kind_is_what_its_name_says(enclosure: str, kind: str) -> None:
    (entry,) = read_feed(rss(f"<item><enclosure {enclosure}/></item>").encode()).items
    assert entry["kind"] == kind
    assert entry["title_is_made"] and entry["title"].startswith("http://a.example/c.")


@pytest.mark.parametrize(
    "media",
    [
        "<media:description>D</media:description>",
        "<media:group><media:description>D</media:description></media:group>",
        "<media:group><media:content url='http://a.example/v'><media:description>D"
        "</media:description></media:content></media:group>",
    ],
)
def test_what_media_says_is_the_text_where_nothing_else_is(media: str) -> None:
    (alone,) = read_feed(rss(f"<item><title>v</title>{media}</item>", MEDIA).encode()).items
    assert (alone["text"], alone["summary"]) == ("D", None)
    grouped = media.replace(
        "<media:description>", "<media:title>T</media:title><media:description>"
    )
    (titled,) = read_feed(rss(f"<item>{grouped}</item>", MEDIA).encode()).items
    assert titled["title"] == ("D" if "media:content" in media else "T")  # a part's is not its
    said = f"<item><title>v</title><description>own</description>{media}</item>"
    (beside,) = read_feed(rss(said, MEDIA).encode()).items
    assert (beside["text"], beside["summary"]) == (None, "own")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ('url="http://y.example/v/1" type="application/x-shockwave-flash"', "video"),
        ('url="http://y.example/v.mp4" medium="video"', "video"),
        ('url="http://y.example/v.mp3" type="audio/mpeg"', "audio"),
        ('url="http://y.example/v.mp4?quality=hd"', "video"),
        ('url="http://y.example/v.m3u8" type="application/x-mpegURL"', "video"),
        ('url="http://y.example/v" type="application/octet-stream"', "article"),
        ('url="http://y.example/v.jpg" medium="image"', "article"),
    ],
)
def test_a_media_group_is_of_the_kind_of_its_recording(content: str, kind: str) -> None:
    said = "<media:description>D</media:description>"
    group = f"<media:group><media:content {content}/>{said}</media:group>"
    (entry,) = read_feed(rss(f"<item><title>v</title>{group}</item>", MEDIA).encode()).items
    assert (entry["kind"], entry["text"]) == (kind, "D")


def test_a_json_feed_with_what_is_no_entry_is_partial() -> None:
    read = read_feed(b'{"version": "1.1", "items": [{"id": "a", "title": "t"}, 7, null]}')
    assert (read.status, len(read.items)) == ("partial", 1)
    assert [one["reason"] for one in read.rejects] == ["not_an_entry"] * 2


def test_a_json_feed_of_a_careless_writer_is_read() -> None:
    body = (
        '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 1, "tags": "ai, law",'
        ' "date_published": 1770109500, "content_text": "a\nb, ]",},]}'
    )
    read = read_feed(body.encode())
    (entry,) = read.items
    assert (read.status, read.rejects) == ("ok", [])
    assert (str(entry["published_at"]), entry["text"]) == ("2026-02-03 09:05:00", "a b, ]")
    assert json.loads(entry["categories"]) == ["ai", "law"]


PAIR, HEX = "&#55357;&#56832;", "&#xD83D;&#xDE00;"  # halves of one character


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (f"hi {PAIR}", "hi 😀"),
        (f"<![CDATA[hi {HEX}]]>", "hi 😀"),
        ("half &#55357; gone", "half gone"),
        ("a&#x1F;&#0; b&#x110000;c", "a bc"),
        ("why a < b matters", "why a < b matters"),
        ("growth <5% this year", "growth <5% this year"),
        ("\ufeffHello", "Hello"),
    ],
)
def test_what_no_document_may_hold_changes_nothing_beside_it(written: str, title: str) -> None:
    read = read_feed(rss(f"<item><title>{written}</title></item><item><title>b</title></item>")
                     .encode())  # fmt: skip
    assert (read.status, values(read, "title"), read.flags) == ("ok", [title, "b"], [])


def test_half_a_character_of_json_is_left_out_wherever_it_stands() -> None:
    item = {
        "id": "a\ud83d", "url": "http://e.example/\udc00", "title": "x\ufffe\ud83d",
        "content_text": "y\ud83d", "authors": [{"name": "\udc00Ann"}], "tags": ["\udc00", "ai\0"],
    }  # fmt: skip
    read = read_feed(json.dumps({"version": "1.1", "items": [item, {}]}).encode())
    (entry,) = read.items
    found = [entry[name] for name in ("guid", "url", "title", "text", "author", "categories")]
    assert found == ["a", "http://e.example/", "x", "y", "Ann", '["ai"]']
    assert json.dumps(read.rejects, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("body", "url"),
    [
        (rss("<item><link>http://e.example/?a=1&amp;amp;b=2</link></item>"),
         "http://e.example/?a=1&b=2"),
        (rss("<item><link><![CDATA[http://e.example/?a=1&#038;b=2]]></link></item>"),
         "http://e.example/?a=1&b=2"),
        (rss("<item><link>www.e.example/9</link></item>"), "http://www.e.example/9"),
        ('<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>'
         '<content type="text/html" src="http://e.example/x"/></entry></feed>',
         "http://e.example/x"),
        ('<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>'
         '<content type="image/png" src="http://e.example/x"/></entry></feed>', None),
        ('{"version": "1", "items": [{"id": "http://e.example/1"}]}', "http://e.example/1"),
        ('{"version": "1", "items": [{"id": "/1", "title": "t"}]}', None),
    ],
)  # fmt: skip
def test_an_address_is_found_where_a_writer_put_it(body: str, url: str | None) -> None:
    assert values(read_feed(body.encode()), "url") == [url]


@pytest.mark.parametrize("name", ["idna", "punycode", "undefined", "rot13", "unicode_escape"])
def test_a_codec_that_is_of_no_text_is_not_believed(name: str) -> None:
    body = rss("<item><title>Größe \\u0041</title></item>").replace("utf-8", name)
    read = read_feed(body.encode(), content_type=f"text/xml; charset={name}")
    assert (read.encoding, values(read, "title")) == ("utf-8", ["Größe \\u0041"])


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ('<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>'
         '<title mode="base64">Größe</title></entry></feed>', "feed", "ok"),
        ("<a:b></a:b>", "sitemap", "not_a_feed"),
        ('{"version": "1", "items": [{"id": "1", "attachments": [{"url": "http://e.example/a",'
         ' "mime_type": "audio\\ud83d/x"}]}]}', "feed", "ok"),
    ],
)  # fmt: skip
def test_what_is_no_value_is_none(body: str, kind: str, status: str) -> None:
    read = read_feed(body.encode(), options=FeedOptions(kind=kind))
    assert read.status == status
    assert json.dumps([row["enclosures"] for row in read.items], ensure_ascii=False).encode()


def test_no_damage_raises() -> None:
    document = {"version": "1", "items": [{"id": "1", "title": "t", "content_html": "<p>a</p>"}]}
    bodies = [json.dumps(document).encode(), rss("<item><title>a</title></item>" * 3).encode()]
    dice = random.Random(5)
    for at in range(300):
        body = bytearray(bodies[at % 2])
        for _ in range(dice.randint(1, 5)):
            place = dice.randrange(len(body))
            body[place : place + dice.choice((0, 1, 30))] = dice.choice(DAMAGE)
        for row in read_feed(bytes(body)).items:
            assert json.dumps(row, default=str, ensure_ascii=False).encode()
