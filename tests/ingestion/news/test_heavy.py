"""What is meant to break a reader: it is refused early, small, and without asking anybody."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zlib
from collections.abc import Callable

import pytest

from ingestion.lakehouse.settings import PROJECT_ROOT
from tests.ingestion.landing.web.local_web import Reply
from tests.ingestion.news.newsroom import Newsroom, item, rss

MB = 1024 * 1024
LOLS = "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10))
ENTITY_BOMB = (
    f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY lol0 "lol">{LOLS}]><rss version="2.0"><channel>'
    "<title>&lol9;</title><item><title>&lol9;</title><link>http://x.example/1</link></item>"
    "</channel></rss>"
).encode()


def external(newsroom: Newsroom) -> bytes:
    """Return a feed that wants a file of this machine and an address of a host."""
    return (
        f'<?xml version="1.0"?><!DOCTYPE rss SYSTEM "{newsroom.base(5)}/dtd" ['
        '<!ENTITY own SYSTEM "file:///etc/passwd">'
        f'<!ENTITY other SYSTEM "{newsroom.base(5)}/entity">]><rss version="2.0"><channel>'
        "<title>x</title><item><title>A &own; &other;</title>"
        "<link>http://x.example/1</link></item></channel></rss>"
    ).encode()


def test_entity_bomb_and_external_entities_open_nothing(newsroom: Newsroom) -> None:
    newsroom.feed("bomb", text="feed")
    newsroom.feed("external", "/external", text="feed")
    newsroom.say("/feed", Reply(ENTITY_BOMB))
    newsroom.say("/external", Reply(external(newsroom)))
    newsroom.land()
    assert newsroom.web.asked("127.0.0.5") == []
    for source in ("bomb", "external"):
        health = newsroom.health(source)
        assert (health["status"], health["new_count"]) == ("not_a_feed", 0), source


def test_feed_with_ten_thousand_items_gives_its_newest_500(newsroom: Newsroom) -> None:
    newsroom.feed("large", text="feed")
    dates = [f"{1 + n // 1000:02} Feb 2026 {n % 24:02}:00:00 GMT" for n in range(10_000)]
    filler = "word " * 500
    newsroom.say(
        "/feed",
        Reply(rss(item(n, description=filler, pubDate=date) for n, date in enumerate(dates))),
    )
    newsroom.land("2026-02-12T18:00:00")
    health = newsroom.health("large")
    assert (health["status"], health["new_count"], health["rest_count"]) == ("ok", 500, 9_500)
    assert health["item_count"] == 10_000
    assert health["byte_count"] > 25 * MB
    assert newsroom.rows("select min(published_at) >= '2026-02-10' from entries") == [(True,)]


def test_feed_beyond_the_cap_is_too_large(newsroom: Newsroom) -> None:
    newsroom.feed("one", text="feed")
    newsroom.say("/feed", Reply(zlib.compress(b"<rss>" + b" " * 33 * MB),
                                headers={"Content-Encoding": "deflate"}))  # fmt: skip
    newsroom.land()
    health = newsroom.health("one")
    assert (health["status"], health["byte_count"], health["new_count"]) == ("too_large", 0, 0)


FETCHES_A_BOMB = """
import asyncio, resource, sys
from ingestion.landing.web.addresses import NameMap
from ingestion.landing.web.asking import Ask
from ingestion.landing.web.fetcher import Fetcher

async def main():
    names = NameMap({"a.example": ("127.0.0.1", int(sys.argv[1]))}, is_all=True)
    async with Fetcher("Sluice/0 (+test)", names) as fetcher:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        ask = Ask("http://a.example/x", "s", "feed", "s", 32 * 1024 * 1024, 0, obeys_robots=False)
        answer = await fetcher.fetch(ask)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(answer.status, (after - before) // 1024)

asyncio.run(main())
"""


def test_kilobytes_that_stand_for_gigabytes_take_no_memory(newsroom: Newsroom) -> None:
    headers = {"Content-Encoding": "gzip, gzip"}
    newsroom.web.say("a.example", "/x", Reply(_twice_packed(2 * 1024), headers=headers))
    done = subprocess.run(
        [sys.executable, "-c", FETCHES_A_BOMB, str(newsroom.web.port)],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    status, megabytes = done.stdout.split()
    assert status == "too_large"
    assert int(megabytes) < 100


def _twice_packed(megabytes: int) -> bytes:
    """Return zeros, packed twice: a few kilobytes for gigabytes."""
    member = gzip.compress(bytes(64 * MB), mtime=0)
    packed = gzip.compress(member * (megabytes // 64), mtime=0)
    assert len(packed) < 100_000
    return packed


READS = """
import resource, sys, time
from ingestion.news.feeds import read_feed

content = sys.stdin.buffer.read()
read_feed(b"<rss/>", content_type=None, url="http://x.example/")
before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
read = read_feed(content, content_type="text/xml", url="http://x.example/feed")
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(read.status, len(read.items), after // 1024, (after - before) // 1024,
      time.process_time() - begun)
"""


@pytest.mark.parametrize(
    ("content", "most_mb", "seconds"),
    [
        (lambda: ENTITY_BOMB, 100, 1.0),
        (lambda: rss(item(n, description="word " * 500) for n in range(10_000)), 600, 60.0),
    ],
)
def test_reading_takes_bounded_memory(
    content: Callable[[], bytes], most_mb: int, seconds: float
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", READS],
        cwd=PROJECT_ROOT,
        input=content(),
        capture_output=True,
        timeout=120,
        check=True,
    )
    _, _, _, grown, took = done.stdout.split()
    assert int(grown) < most_mb
    assert float(took) < seconds  # of its own CPU, whatever else the machine does
