"""Which entries of a feed are new, and whether their text is the whole article."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from ingestion.news.entries import is_whole, sort_out
from ingestion.news.feeds import read_feed
from ingestion.news.run_row import Run

LONG = "A sentence of some words. " * 50
LAID_OUT = "\n\n".join(["A sentence of some words. " * 10] * 3)


@pytest.mark.parametrize(
    ("text", "summary", "whole"),
    [
        (LONG, "A sentence.", True),
        (LAID_OUT, "A sentence.", True),
        (LONG[:900], "A sentence.", False),  # one paragraph of a few lines
        (LONG, LONG, False),  # the summary, given as content
        (LONG + "…", "A sentence.", False),
        (LONG + " [...]", "A sentence.", False),
        (LONG + " Read more »", "A sentence.", False),
        (LONG + " Continue reading →", "A sentence.", False),
        (LONG + " Weiterlesen", "A sentence.", False),
        (None, None, False),
    ],
)
def test_text_of_a_feed_is_whole_or_a_beginning(
    text: str | None, summary: str | None, whole: bool
) -> None:
    assert is_whole({"text": text, "summary": summary}) is whole


def entry(number: int, **fields: str) -> str:
    known = {"guid": f"g{number}", "link": f"http://e.example/{number}", "title": f"T{number}"}
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in (known | fields).items())
    return f"<item>{inner}</item>"


def counted(fetches: list[str]) -> tuple[list[tuple[int, int, int]], set[str]]:
    """Return new, changed and seen entries of each fetch, and the flags of the source."""
    known: dict[str, dict[str, Any]] = {}
    flags: set[str] = set()
    counts = []
    for at, items in enumerate(fetches):
        day = datetime(2026, 2, 3 + at, 18)
        config = {"report": {"window_hours": 48, "ahead_hours": 48}}
        run = Run(f"run{at}", "daily", day, None, "scraped", "web", True, config, day)
        read = read_feed(f"<rss><channel>{items}</channel></rss>".encode())
        found = sort_out(read.items, known, flags | set(read.flags), run, at == 0)
        flags = found.flags
        known |= {row["identity"]: row for row in found.rows}
        counts.append((found.new, found.changed, found.seen))
    return counts, flags


ONE = entry(1)
SHARED = [entry(number, guid="g") for number in (1, 2, 3)]
SAME_LINK = {"link": "http://e.example/live"}


@pytest.mark.parametrize(
    ("fetches", "counts", "flags"),
    [
        ([ONE, entry(1, link="https://www.e.example/1?utm_source=x")], [(1, 0, 0), (0, 0, 1)], ()),
        ([ONE, entry(1, title="U")], [(1, 0, 0), (0, 1, 0)], ()),
        ([ONE + entry(2), entry(2), entry(2) + ONE], [(2, 0, 0), (0, 0, 1), (0, 0, 2)], ()),
        ([entry(1, guid=""), ONE], [(1, 0, 0), (0, 0, 1)], ()),  # it has guids now
        ([ONE, entry(1, guid="")], [(1, 0, 0), (0, 0, 1)], ()),
        ([SHARED[0], "".join(SHARED)], [(1, 0, 0), (2, 0, 1)], ("guid_not_unique",)),
        (["".join(SHARED), SHARED[1]], [(3, 0, 0), (0, 0, 1)], ("guid_not_unique",)),
        ([entry(1, **SAME_LINK) + entry(2, **SAME_LINK), entry(3, **SAME_LINK)],
         [(2, 0, 0), (1, 0, 0)], ()),
        ([entry(1, guid="", **SAME_LINK), entry(2, **SAME_LINK) + entry(3, **SAME_LINK)],
         [(1, 0, 0), (1, 1, 0)], ()),
    ],
)  # fmt: skip
def test_an_entry_is_the_same_however_it_is_known(
    fetches: list[str], counts: list[tuple[int, int, int]], flags: tuple[str, ...]
) -> None:
    assert counted(fetches) == (counts, set(flags))
