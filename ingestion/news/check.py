"""`python -m ingestion.news.check SOURCE`: ask one source, say how it was read."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import say
from ingestion.lakehouse.settings import scrub, told
from ingestion.landing.declarations import Declared, VariableMissing, expand
from ingestion.landing.deliveries import SourceAbsent
from ingestion.landing.land import choose
from ingestion.landing.web.asking import Answer, Ask
from ingestion.landing.web.fetcher import Fetcher
from ingestion.news import health
from ingestion.news.declaration import FEEDS, Feed
from ingestion.news.entries import date_of, is_whole
from ingestion.news.feeds import FeedRead, read_feed
from ingestion.news.internet import internet, origin_of
from ingestion.news.landing import SOURCE
from ingestion.news.pages import read_page
from ingestion.news.scrape import FEED_CAP, PAGE_CAP, options_of

SHOWN = 10  # items
OK, BAD, WRONG = 0, 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Check one source; returns 0: it is fine, 1: it is not, 2: there is none of that name."""
    parser = Arguments(prog="python -m ingestion.news.check", description=__doc__)
    parser.add_argument("source", help="name of a declared feed, enabled or not")
    options = parser.parse_args(arguments)
    try:
        declared = FEEDS.read_all([]) | SOURCE.declared([])
        if options.source not in declared:
            choose(SOURCE, [options.source])
        entry = declared[options.source]
        return asyncio.run(_check(entry))
    except SourceAbsent as error:
        sys.stderr.write(f"{scrub(str(error))}\n")
    except VariableMissing as error:
        sys.stderr.write(f"{error.args[0]} is not set, which the declaration names.\n")
    return WRONG


async def _check(entry: Declared) -> int:
    feed: Feed = entry.declaration
    url = expand(feed.url)
    headers = {name: expand(value) for name, value in feed.headers.items()}
    ask = Ask(
        url, entry.name, "feed", entry.name, FEED_CAP, feed.gap_seconds, feed.concurrency,
        feed.robots == "obey", feed.allow_private, True, headers,
    )  # fmt: skip
    with internet(origin_of({entry.name: entry})) as hosts:
        async with Fetcher(hosts.agent, hosts.names) as fetcher:
            answer = await fetcher.fetch(ask)
            _say_answer(ask, answer)
            if answer.content is None:
                return BAD
            read = read_feed(
                answer.content,
                content_type=answer.headers.get("content-type"),
                url=answer.final_url or url,
                options=options_of(feed),
            )
            _say_read(read)
            await _say_page(fetcher, feed, read)
    return OK if read.status in health.GOOD else BAD


def _say_answer(ask: Ask, answer: Answer) -> None:
    code = f"HTTP {answer.http_status}" if answer.http_status else "no answer"
    say(f"{scrub(ask.url)}: {answer.status} ({code}, {answer.seconds:.2f} s)")
    for hop in answer.redirects:
        say(f"  {hop['status']} -> {scrub(hop['url'])}")
    if answer.error:
        say(f"  {scrub(answer.error)}")
    if answer.content is not None:
        kind = answer.headers.get("content-type", "no content type")
        can = [name for name in ("etag", "last-modified") if name in answer.headers]
        say(f"  {len(answer.content):,} bytes, {kind}; {' and '.join(can) or 'no validators'}")


def _say_read(read: FeedRead) -> None:
    guess = (
        "" if read.encoding_confidence is None else f" (guessed, {read.encoding_confidence:.0%})"
    )
    say(f"read as {read.status}: {len(read.items)} items, {len(read.rejects)} refused, "
        f"{read.rest_count} beyond the newest; {read.encoding}{guess}")  # fmt: skip
    if said := health.sentence(read):
        say(f"  {said}")
    if read.flags:
        say(f"  flags: {', '.join(read.flags)}")
    for item in read.items[:SHOWN]:
        when = date_of(item)
        date = f"{when:%Y-%m-%d %H:%M}" if when else f"no date ({item.get('published_text') or ''})"
        text = "whole text" if is_whole(item) else f"{len(item.get('text') or '')} characters"
        say(f"  {date:<17} {item['identity_kind']:<5} {text:>15}  {item['title']}")
    for reject in read.rejects[:SHOWN]:
        say(f"  refused: {reject.get('error')}")


async def _say_page(fetcher: Fetcher, feed: Feed, read: FeedRead) -> None:
    """Read the page of the first item whose feed does not have its text."""
    wanted: list[dict[str, Any]] = [
        item
        for item in read.items
        if item.get("url") and (feed.text == "page" or not is_whole(item))
    ]
    if feed.text == "feed" or not wanted:
        return
    url = wanted[0]["url"]
    ask = Ask(
        url, feed.feed, "page", url, PAGE_CAP, feed.gap_seconds, feed.concurrency,
        feed.robots == "obey", feed.allow_private,
    )  # fmt: skip
    answer = await fetcher.fetch(ask)
    _say_answer(ask, answer)
    if answer.content is not None:
        page = read_page(
            answer.content,
            content_type=answer.headers.get("content-type"),
            url=answer.final_url or url,
        )
        kind = "a stub" if page.is_stub else "an article" if page.is_article else "no article"
        say(f"  {kind}: {len(page.text or '')} characters: {(page.text or '')[:200]}")


if __name__ == "__main__":
    sys.exit(told(main))
