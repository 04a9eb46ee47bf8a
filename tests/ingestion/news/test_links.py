"""Spellings of one address share a key; others do not."""

from __future__ import annotations

import pytest

from ingestion.news.links import absolute, site_of, url_key

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("HTTP://www.Example.com:80/a/../b?utm_source=x&b=2&a=1#f", "example.com/b?a=1&b=2"),
        ("https://example.com/b?a=1&b=2&fbclid=z", "example.com/b?a=1&b=2"),
        ("http://example.com", "example.com/"),
        ("https://EXAMPLE.com/%7euser/%c3%a9", "example.com/~user/%C3%A9"),
        ("https://example.com./a", "example.com/a"),
        ("https://münchen.example/ä", "xn--mnchen-3ya.example/%C3%A4"),
        ("https://name:secret@example.com/a", "example.com/a"),
        ("http://example.com:8080/x?", "example.com:8080/x"),
        ("https://example.com/?q=&utm_medium=a", "example.com/?q="),
        ("https://example.com/a?xtor=RSS-1&mtm_source=x&srsltid=y&_openstat=z", "example.com/a"),
        ("https://example.com/a?partner=RSS&emc=rss", "example.com/a"),
        ("https://example.com/a?partner=acme", "example.com/a?partner=acme"),
        ("https://[2001:db8::1]:8080/a", "[2001:db8::1]:8080/a"),
        ("javascript:alert(1)", None),
        ("mailto:a@example.com", None),
        ("http://", None),
        ("http://[::1", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_has_one_key(url: str | None, key: str | None) -> None:
    assert url_key(url) == key


def test_two_pages_of_one_site_have_two_keys() -> None:
    keys = {url_key(f"https://example.com/{path}") for path in ("a", "a/", "A", "a?id=1", "a?id=2")}
    assert len(keys) == 5


def test_a_relative_address_is_meant_from_the_innermost_base() -> None:
    assert absolute("x", "b/", "http://a.example/c/") == "http://a.example/c/b/x"
    assert absolute("data:text/html,x", "http://a.example/") is None
    assert absolute("//b.example/x", "https://a.example/") == "https://b.example/x"


def test_a_blank_in_a_path_is_a_part_of_it_and_a_line_break_is_none() -> None:
    base = "http://a.example/c/"
    assert absolute(" /my file.html ", base) == "http://a.example/my%20file.html"
    assert absolute("http://a.example/\n      long/\r\n\tpath", base) == (
        "http://a.example/long/path"
    )
    assert absolute("http:// b.example/x y?q=a b", base) == "http://b.example/x%20y?q=a%20b"
    assert absolute("java script:alert(1)", base) != "javascript:alert(1)"
    assert absolute("java\nscript:alert(1)", base) is None
    assert url_key(absolute("http://a.example/a b", None)) == "a.example/a%20b"


def test_a_site_is_what_somebody_registered() -> None:
    assert site_of("news.example.co.uk") == "example.co.uk"
    assert site_of("127.0.0.1") == "127.0.0.1"
