"""Asking hosts: what each answer means, whom it keeps waiting, and what is never asked."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
import zlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from ingestion.landing.web.addresses import NameMap
from ingestion.landing.web.asking import Answer
from ingestion.landing.web.fetcher import Fetcher
from ingestion.landing.web.retrying import retry_after
from tests.ingestion.landing.web.fetching import HOSTS, QUICK, ask, fetched, one
from tests.ingestion.landing.web.local_web import LocalWeb, Reply


def test_validators_come_and_go_byte_for_byte(web: LocalWeb) -> None:
    etag, modified = 'W/"x-gzip"', "Tue, 3 Feb 2026 10:00:00 GMT"
    web.say("a.example", "/f", Reply(b"x", headers={"ETag": etag, "Last-Modified": modified}))
    found = one(web, "http://a.example/f")
    assert (found.status, found.headers["etag"], found.headers["last-modified"]) == (
        "ok",
        etag,
        modified,
    )
    web.say("a.example", "/f", Reply(status=304))
    sent = {"If-None-Match": etag, "If-Modified-Since": modified}
    again = one(web, "http://a.example/f", conditional=sent)
    assert (again.status, again.http_status, again.content) == ("unchanged", 304, None)
    headers = web.asked("a.example")[-1].headers
    assert (headers["if-none-match"], headers["if-modified-since"]) == (etag, modified)
    assert headers["user-agent"] == "Sluice/0 (+test)"


def test_redirects_are_followed_hop_by_hop_up_to_five(web: LocalWeb) -> None:
    for number in range(6):
        target = f"http://b.example/{number + 1}" if number == 2 else f"{number + 1}"
        host = "a.example" if number < 3 else "b.example"
        web.say(host, f"/{number}", Reply(status=301 if number else 308,
                                          headers={"Location": target}))  # fmt: skip
    web.say("b.example", "/5", Reply(b"there"))
    found = one(web, "http://a.example/0")
    assert (found.status, found.content) == ("ok", b"there")
    assert [hop["status"] for hop in found.redirects] == [308, 301, 301, 301, 301]
    assert found.final_url == "http://b.example/5"
    web.say("b.example", "/5", Reply(status=302, headers={"Location": "/6"}))
    many = one(web, "http://a.example/0")
    assert (many.status, many.error) == ("failed", "more than 5 redirects")
    assert web.asked("b.example", "/6") == []


def test_secret_headers_do_not_follow_a_redirect_to_another_host(web: LocalWeb) -> None:
    web.say("a.example", "/f", Reply(status=302, headers={"Location": "http://b.example/g"}))
    web.say("b.example", "/g", Reply(b"x"))
    one(web, "http://a.example/f", headers={"Authorization": "Bearer canary"})
    assert web.asked("a.example")[-1].headers["authorization"] == "Bearer canary"
    assert "authorization" not in web.asked("b.example")[-1].headers
    assert "authorization" not in web.asked("a.example", "/robots.txt")[-1].headers


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{port}/x",
        "http://[::1]:{port}/x",
        "http://localhost:{port}/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:127.0.0.1]:{port}/x",
        "http://[64:ff9b::7f00:1]:{port}/x",
        "http://2130706433:{port}/x",
        "http://0x7f.1:{port}/x",
        "http://127.1:{port}/x",
        "http://0.0.0.0:{port}/x",
        "http://10.0.0.1/x",
        "http://100.64.0.1/x",
    ],
)
def test_private_addresses_are_never_connected_to(web: LocalWeb, target: str) -> None:
    address = target.format(port=web.port)
    web.say("a.example", "/r", Reply(status=302, headers={"Location": address}))
    direct, redirected = fetched(web, ask(address), ask("http://a.example/r"))
    assert (direct.status, direct.attempt_count) == ("private_address", 0)
    assert redirected.status == "private_address"
    assert "not a public address" in (redirected.error or "")
    assert {request.host for request in web.log} == {"a.example"}


def test_name_that_resolves_to_a_private_address_is_refused(
    web: LocalWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the resolver is not ours: it answers a public address first, then a private one
    answers = iter(["93.184.215.14", "127.0.0.1", "127.0.0.1", "127.0.0.1"])
    real = socket.getaddrinfo

    def rebinding(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if host != "rebinding.example":
            return real(host, port, *more, **named)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("93.184.215.14", next(answers))
        ]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    next(answers)

    async def run() -> Answer:
        async with Fetcher("Sluice/0 (+test)", NameMap(), QUICK) as fetcher:
            return await fetcher.fetch(ask(f"http://rebinding.example:{web.port}/x"))

    found = asyncio.run(run())
    assert (found.status, web.log) == ("private_address", [])


def test_source_may_allow_addresses_of_ones_own_network(web: LocalWeb) -> None:
    web.say("127.0.0.1", "/f", Reply(b"own"))
    found = one(web, f"http://127.0.0.1:{web.port}/f", allow_private=True)
    assert (found.status, found.content) == ("ok", b"own")


def test_only_http_is_asked(web: LocalWeb) -> None:
    for url in ("file:///etc/passwd", "ftp://a.example/", "javascript:alert(1)", "http://", "x"):
        assert one(web, url).status == "failed"
    assert web.log == []


def test_robots_decide_what_may_be_asked(web: LocalWeb) -> None:
    rules = b"User-agent: *\nDisallow: /private\nAllow: /private/open\n"
    web.say("a.example", "/robots.txt", Reply(rules))
    web.say("b.example", "/robots.txt", Reply(status=503))
    for host in HOSTS:
        for path in ("/private", "/private/open", "/x"):
            web.say(host, path, Reply(b"x"))
    urls = ("a.example/private", "a.example/private/open", "b.example/x", "c.example/x")
    found = fetched(web, *(ask(f"http://{url}") for url in urls))
    assert [answer.status for answer in found] == ["disallowed", "ok", "failed", "ok"]
    assert "robots.txt of http://b.example cannot be read now" in (found[2].error or "")
    assert web.asked("a.example", "/private") == [] and web.asked("b.example") == []
    # a redirect leads nowhere that robots.txt forbids
    web.say("c.example", "/r", Reply(status=302, headers={"Location": "http://a.example/private"}))
    assert one(web, "http://c.example/r").status == "disallowed"
    assert one(web, "http://a.example/private", obeys_robots=False).status == "ok"


def test_crawl_delay_is_kept_between_two_starts(web: LocalWeb) -> None:
    web.say("a.example", "/robots.txt", Reply(b"User-agent: *\nCrawl-delay: 0.3\n"))
    for path in "xyz":
        web.say("a.example", f"/{path}", Reply(b"x"))
    begun = time.monotonic()
    fetched(web, *(ask(f"http://a.example/{path}") for path in "xyz"))
    assert max(request.started for request in web.asked("a.example")) - begun >= 2 * 0.3


def test_host_that_asks_for_patience_waits_and_others_go_on(web: LocalWeb) -> None:
    wait = Reply(status=429, headers={"Retry-After": "1"})
    web.say("a.example", "/x", wait, Reply(b"x"))
    for host, path in (("a.example", "/y"), ("b.example", "/x")):
        web.say(host, path, Reply(b"x"))
    urls = ("a.example/x", "a.example/y", "b.example/x")
    found = fetched(web, *(ask(f"http://{url}") for url in urls))
    assert [answer.status for answer in found] == ["ok", "ok", "ok"]
    refused = web.asked("a.example", "/x")[0].ended
    others = [web.asked("a.example", "/y")[0].started, web.asked("a.example", "/x")[1].started]
    assert min(others) - refused > 0.95
    assert web.asked("b.example", "/x")[0].started < min(others)


def test_wait_of_more_than_a_minute_is_left_to_the_next_run(web: LocalWeb) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=300), usegmt=True)
    web.say("a.example", "/x", Reply(status=503, headers={"Retry-After": date}))
    web.say("a.example", "/y", Reply(b"y"))
    started = time.monotonic()
    first, second = fetched(web, ask("http://a.example/x"), ask("http://a.example/y"))
    assert time.monotonic() - started < 290  # what it was asked to wait
    assert (first.status, second.status) == ("failed", "failed")
    assert 290 < (second.wait_seconds or 0) <= 300
    assert len(web.asked("a.example")) == 1  # not even the other address of the host


@pytest.mark.parametrize(
    ("status", "requests", "said"),
    [(500, 3, "failed"), (503, 3, "failed"), (408, 3, "failed"), (404, 1, "failed"),
     (403, 1, "failed"), (401, 1, "failed"), (410, 1, "gone")],
)  # fmt: skip
def test_only_what_may_pass_is_tried_again(
    web: LocalWeb, status: int, requests: int, said: str
) -> None:
    web.say("a.example", "/x", Reply(status=status))
    found = one(web, "http://a.example/x")
    assert (found.status, found.http_status, found.attempt_count) == (said, status, requests)
    assert len(web.asked("a.example")) == requests


def test_server_that_is_not_there_is_tried_again_and_then_said(web: LocalWeb) -> None:
    names = NameMap({"a.example": ("127.0.0.1", 1)}, is_all=True)

    async def run() -> Answer:
        async with Fetcher("Sluice/0 (+test)", names, QUICK) as fetcher:
            return await fetcher.fetch(ask("http://a.example/x", obeys_robots=False))

    found = asyncio.run(run())
    assert (found.status, found.attempt_count) == ("failed", 3)
    assert "ConnectError" in (found.error or "")


def test_host_that_hangs_is_left_after_the_deadline(web: LocalWeb) -> None:
    web.say("a.example", "/x", Reply(b"", headers={"Content-Length": "10"}, hangs=True))
    web.say("b.example", "/x", Reply(b"", blocks=_drip))
    patience = replace(QUICK, total=2)
    found = fetched(web, ask("http://a.example/x"), ask("http://b.example/x"), patience=patience)
    assert [answer.status for answer in found] == ["failed", "failed"]
    assert found[1].error == "no whole answer within 2 s"


def _drip() -> Iterable[bytes]:
    while True:
        time.sleep(0.1)
        yield b"."


def test_packed_bomb_stops_at_the_cap(web: LocalWeb) -> None:
    packed = gzip.compress(bytes(64 * 1024 * 1024))  # twice the cap, in 64 kilobytes
    twice = gzip.compress(packed)
    web.say("a.example", "/x", Reply(packed, headers={"Content-Encoding": "gzip"}))
    web.say("b.example", "/x", Reply(twice, headers={"Content-Encoding": "gzip, gzip"}))
    web.say("c.example", "/x.xml.gz", Reply(packed))
    urls = ("a.example/x", "b.example/x", "c.example/x.xml.gz")
    asks = [ask(f"http://{url}", is_file=True, cap=32 * 1024 * 1024) for url in urls]
    found = fetched(web, *asks)
    assert [answer.status for answer in found] == ["too_large"] * 3
    assert found[0].error == "more than 34 MB, unpacked; the rest was not read"


def test_answer_without_end_stops_at_the_cap(web: LocalWeb) -> None:
    def endless() -> Iterable[bytes]:
        while True:
            yield b"x" * 100_000

    web.say("a.example", "/x", Reply(blocks=endless))
    assert one(web, "http://a.example/x").status == "too_large"


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"right", mtime=0)),
        ("x-gzip", gzip.compress(b"ri", mtime=0) + gzip.compress(b"ght", mtime=0)),
        ("deflate", zlib.compress(b"right")),
        ("deflate", zlib.compress(b"right")[2:-4]),  # without its wrapper, as many send it
        ("identity", b"right"),
        (None, b"right"),
    ],
)
def test_packed_answers_are_unpacked(web: LocalWeb, encoding: str | None, packed: bytes) -> None:
    headers = {"Content-Encoding": encoding} if encoding else {}
    web.say("a.example", "/x", Reply(packed, headers=headers))
    found = one(web, "http://a.example/x")
    assert (found.status, found.content, found.error) == ("ok", b"right", None)


def test_file_that_is_packed_itself_is_unpacked(web: LocalWeb) -> None:
    web.say("a.example", "/f.xml.gz", Reply(gzip.compress(b"<rss/>")))
    assert one(web, "http://a.example/f.xml.gz", is_file=True).content == b"<rss/>"


def test_answer_that_is_cut_or_packed_wrongly_is_a_failure(web: LocalWeb) -> None:
    web.say("a.example", "/cut", Reply(gzip.compress(b"x" * 5000)[:-20],
                                       headers={"Content-Encoding": "gzip"}))  # fmt: skip
    web.say("a.example", "/br", Reply(b"?", headers={"Content-Encoding": "br"}))
    cut, other = fetched(web, ask("http://a.example/cut"), ask("http://a.example/br"))
    assert (cut.status, cut.error) == ("failed", "the packed answer ends too early")
    assert (other.status, "br" in (other.error or "")) == ("failed", True)


def test_hosts_are_asked_one_at_a_time_and_with_their_gap(web: LocalWeb) -> None:
    for number in range(5):
        for host in ("a.example", "b.example"):
            web.say(host, f"/{number}", Reply(b"x", seconds=0.3))
    asks = [ask(f"http://a.example/{n}", gap_seconds=0.5) for n in range(5)]
    asks += [ask(f"http://b.example/{n}", concurrency=3) for n in range(5)]
    begun = time.monotonic()
    fetched(web, *asks)
    assert (web.most_at_once["a.example"], web.most_at_once["b.example"]) == (1, 3)
    assert max(request.started for request in web.asked("a.example")) - begun >= 4 * 0.5


def test_retry_after_is_read_as_seconds_or_as_a_date() -> None:
    at = datetime(2026, 2, 3, 12, tzinfo=UTC)
    dates = ("Tue, 03 Feb 2026 12:02:00 GMT", "Tue, 03 Feb 2026 11:00:00 GMT", "soon", "", None)
    assert [retry_after(text, at) for text in ("7", *dates)] == [7, 120, 0, None, None, None]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("3.5", 3.5), ("9" * 30, 30 * 86_400), ("-5", None), ("1e9", None), ("nan", None),
     ("Tue, 03 Feb 9999 12:00:00 GMT", 30 * 86_400)],
)  # fmt: skip
def test_no_wait_is_longer_than_a_month(text: str, seconds: float | None) -> None:
    assert retry_after(text, datetime(2026, 2, 3, 12, tzinfo=UTC)) == seconds


def test_a_long_wait_that_the_last_attempt_is_told_counts(web: LocalWeb) -> None:
    busy = Reply(status=503)
    web.say("a.example", "/x", busy, busy, Reply(status=429, headers={"Retry-After": "3600"}))
    found = one(web, "http://a.example/x")
    assert (found.http_status, found.wait_seconds, found.attempt_count) == (429, 3600, 3)


def test_validators_need_not_be_ascii(web: LocalWeb) -> None:
    etag = '"caf\xe9"'
    web.say("a.example", "/f", Reply(b"x", headers={"ETag": etag}))
    kept = one(web, "http://a.example/f").headers["etag"]
    assert one(web, "http://a.example/f", conditional={"If-None-Match": kept}).status == "ok"
    assert web.asked("a.example")[-1].headers["if-none-match"] == etag


def test_unchanged_is_no_answer_to_who_has_nothing_yet(web: LocalWeb) -> None:
    web.say("a.example", "/f", Reply(status=304))
    found = one(web, "http://a.example/f")
    assert (found.status, "304" in (found.error or "")) == ("failed", True)


@pytest.mark.parametrize("headers", [{}, {"Location": ""}])
def test_a_redirect_that_leads_nowhere_says_so(web: LocalWeb, headers: dict[str, str]) -> None:
    web.say("a.example", "/r", Reply(status=301, headers=headers))
    assert "leads nowhere" in (one(web, "http://a.example/r").error or "")


def test_a_cap_holds_for_what_is_packed_by_name_only(web: LocalWeb) -> None:
    web.say("a.example", "/f", Reply(b"<" + b"x" * 5000, headers={"Content-Encoding": "gzip"}))
    assert one(web, "http://a.example/f", cap=1000).status == "too_large"


_ALL, _X = "User-agent: *\n", "Disallow: /x\n"


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        (f"{_ALL}{_X}".encode("utf-8-sig"), "disallowed"),
        (f"{_ALL}{_X}".encode("utf-16"), "disallowed"),
        (f"{_ALL}Allow: /\n\nUser-agent: Sluice/2.0\n{_X}".encode(), "disallowed"),
        # a group of another's name that stands in the address of who asks
        (f"User-agent: test\n{_X}\n{_ALL}Allow: /\n".encode(), "ok"),
        # of a large file its beginning counts, up to its last whole line
        (f"{_ALL}{_X}".encode() + b"# no rule\n" * 100_000, "disallowed"),
        (_ALL.encode() + b"# no rule\n" * 100_000 + _X.encode(), "ok"),
    ],
)
def test_rules_are_read_as_hosts_mean_them(web: LocalWeb, rules: bytes, status: str) -> None:
    web.say("a.example", "/robots.txt", Reply(rules))
    web.say("a.example", "/x", Reply(b"x"))
    assert one(web, "http://a.example/x").status == status
