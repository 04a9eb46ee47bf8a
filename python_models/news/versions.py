"""Which text stands for an article, and how it changed from run to run.

A version is what an article said from one run on. It is shown to a model again only when more
than a share of its words differ from the version that was shown last.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

Row = Mapping[str, Any]

WORD = re.compile(r"\w+", re.UNICODE)
SCHEMA = pa.schema(
    [
        ("article_id", pa.string()),
        ("version", pa.int64()),
        ("scored_version", pa.int64()),
        ("since_run_id", pa.string()),
        ("title", pa.string()),
        ("text", pa.string()),
        ("text_from", pa.string()),
        ("text_hash", pa.string()),
        ("changed_share", pa.float64()),
        ("title_is_made", pa.bool_()),
        ("is_article", pa.bool_()),
        ("is_stub", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Said:
    """What stands for an article at one moment."""

    title: str
    text: str
    text_from: str  # feed_text | page | title
    title_is_made: bool
    is_article: bool
    is_stub: bool

    @property
    def hash(self) -> str:
        """Digest of title and text."""
        return hashlib.sha256(f"{self.title}\x1f{self.text}".encode()).hexdigest()[:32]


def versions_of(
    entries: Iterable[Row], pages: Iterable[Row], *, rescored_share: float, stub_characters: int
) -> pa.Table:
    """Return the versions of articles, one row for each text that differs from the one before.

    Args:
        entries: what each entry said at each run: article_id, source, identity, run_id, run_no,
            position, title, title_is_made, text, summary, flags.
        pages: texts of pages: article_id, run_id, run_no, url_key, title, text, is_article,
            is_stub.
        rescored_share: share of an article's words, 0..1, that must differ from the version that
            was scored last for the new one to be scored again.
        stub_characters: a feed's text of so many characters is worth reading even when the page
            is closed.
    """
    entries_of, pages_of = _by_article(entries), _by_article(pages)
    rows: list[dict[str, Any]] = []
    for article_id in sorted(entries_of):
        own, own_pages = entries_of[article_id], pages_of.get(article_id, [])
        moments = sorted({(row["run_no"], row["run_id"]) for row in [*own, *own_pages]})
        told: list[dict[str, Any]] = []
        for run_no, run_id in moments:
            said = said_at(run_no, own, own_pages, stub_characters)
            if said is not None:
                _note(told, said, run_id, rescored_share)
        rows += [{"article_id": article_id} | row for row in told]
    return pa.Table.from_pylist(rows, SCHEMA)


def said_at(
    run_no: int, entries: Iterable[Row], pages: Iterable[Row], stub_characters: int
) -> Said | None:
    """Return what stands for an article once a run is over; None: no entry of it was there yet."""
    newest = _newest([row for row in entries if row["run_no"] <= run_no], ("source", "identity"))
    if not newest:
        return None
    found = _newest([row for row in pages if row["run_no"] <= run_no], ())
    page = found[0] if found else None
    feed = min(newest, key=_feed_choice)
    feed_text, page_text = _feed_text(feed), _clean(page["text"] if page else None)
    lead = min(newest, key=_title_choice)
    title = _clean(lead["title"]) or _clean(page["title"] if page else None)
    is_closed = bool(page and page["is_stub"])
    if _is_whole(feed) and feed_text:
        text, text_from = feed_text, "feed_text"
    elif (
        page_text
        and page
        and page["is_article"] is not False
        and not (is_closed and len(feed_text) > len(page_text))
    ):
        text, text_from = page_text, "page"
    elif feed_text:
        text, text_from = feed_text, "feed_text"
    else:
        text, text_from = title, "title"
    is_stub = is_closed and not (text_from == "feed_text" and len(text) >= stub_characters)
    return Said(
        title,
        text,
        text_from,
        bool(lead["title_is_made"]),
        page is None or page["is_article"] is not False or _is_whole(feed),
        is_stub,
    )


def changed_share(before: str, after: str) -> float:
    """Return the share of words, 0..1, that are in only one of two texts."""
    left, right = Counter(WORD.findall(before.lower())), Counter(WORD.findall(after.lower()))
    longer = max(left.total(), right.total())
    return 0.0 if longer == 0 else 1 - (left & right).total() / longer


def _note(told: list[dict[str, Any]], said: Said, run_id: str, rescored_share: float) -> None:
    """Append what is said as a version, unless it is what the last version says."""
    share = 1.0
    scored = number = len(told) + 1
    if told:
        if told[-1]["text_hash"] == said.hash:
            # facts beside the text hold for the version that stands
            told[-1] |= {"is_article": said.is_article, "is_stub": said.is_stub}
            return
        shown = told[told[-1]["scored_version"] - 1]
        share = changed_share(f"{shown['title']}\n{shown['text']}", f"{said.title}\n{said.text}")
        if share <= rescored_share:
            scored = told[-1]["scored_version"]
    told.append(
        {
            "version": number,
            "scored_version": scored,
            "since_run_id": run_id,
            "title": said.title,
            "text": said.text,
            "text_from": said.text_from,
            "text_hash": said.hash,
            "changed_share": share,
            "title_is_made": said.title_is_made,
            "is_article": said.is_article,
            "is_stub": said.is_stub,
        }
    )


def _by_article(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["article_id"]].append(row)
    return found


def _newest(rows: list[Row], key: tuple[str, ...]) -> list[Row]:
    """Return of each key's rows the one of the newest run; of several the longest text's."""
    found: dict[tuple[Any, ...], Row] = {}
    for row in sorted(rows, key=_age):
        found[tuple(row[name] for name in key)] = row
    return list(found.values())


def _age(row: Row) -> tuple[Any, ...]:
    place = row.get("position") or 0
    return (row["run_no"], len(row["text"] or ""), -place, row.get("url_key") or "")


def _feed_choice(row: Row) -> tuple[Any, ...]:
    return (not _is_whole(row), -len(_feed_text(row)), row["source"], row["identity"])


def _title_choice(row: Row) -> tuple[Any, ...]:
    first_seen = row["first_seen_at"]
    return (
        not _clean(row["title"]),
        bool(row["title_is_made"]),
        (first_seen is None, str(first_seen)),
        row["source"],
        row["identity"],
    )


def _is_whole(row: Row) -> bool:
    return '"whole_text"' in (row["flags"] or "")


def _feed_text(row: Row) -> str:
    return _clean(row["text"]) or _clean(row["summary"])


def _clean(text: str | None) -> str:
    return (text or "").strip()
