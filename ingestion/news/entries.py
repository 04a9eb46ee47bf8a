"""Which entries of a feed are new, say something else than before, or were seen as they are."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ingestion.news.feeds.dates import IMPLAUSIBLE
from ingestion.news.run_row import Run

UNSTABLE = "guid_not_stable"  # of a feed whose guids are others at each fetch
WHOLE = "whole_text"  # the feed has the whole article
AHEAD = "after_as_of"  # dated after the run: it waits for the next
WRONG_DATE = "date_in_future"  # dated so late that the date is wrong
# a text of a feed is taken for the whole article from so many characters on, or from fewer when
# they are paragraphs; what is shorter, or ends like one that goes on elsewhere, is a beginning
WHOLE_CHARACTERS, PARAGRAPH_CHARACTERS, PARAGRAPHS = 1_200, 600, 3
_GOES_ON = re.compile(
    r"(…|\.\.\.|\[…\]|\[\.\.\.\]|(read|continue|full) (more|reading|story|article)"
    r"|weiterlesen|mehr lesen|lire la suite|leer más|читать далее)\W*$",
    re.IGNORECASE,
)
# what an entry says; its dates are not among it, many feeds give new ones at each fetch
_SAID = ("title", "summary", "text", "author", "url_key", "kind", "enclosures", "categories")


@dataclass
class Sorted:
    """A feed's entries against what was known of it."""

    rows: list[dict[str, Any]] = field(default_factory=list)  # new and changed, to be landed
    new: int = 0
    changed: int = 0
    seen: int = 0
    flags: set[str] = field(default_factory=set)  # of the source


def hash_of(item: dict[str, Any]) -> str:
    """Return a hash of what an entry says."""
    said = [item.get(name) for name in _SAID]
    return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()[:32]


def is_whole(item: dict[str, Any]) -> bool:
    """Say whether a feed's text is the whole article."""
    text = (item.get("text") or "").strip()
    if text == (item.get("summary") or "").strip() or _GOES_ON.search(text[-60:]):
        return False
    is_laid_out = len(re.findall(r"\n\s*\n", text)) >= PARAGRAPHS - 1
    return len(text) >= (PARAGRAPH_CHARACTERS if is_laid_out else WHOLE_CHARACTERS)


def flags_of(item: Mapping[str, Any]) -> list[str]:
    """Return an item's flags, whether they came as a list or as its JSON."""
    found = item.get("flags") or []
    return list(json.loads(found) if isinstance(found, str) else found)


def date_of(item: Mapping[str, Any]) -> datetime | None:
    """Return when an item was published; a date that programs write for none is none."""
    found: datetime | None = item.get("published_at")
    return None if found is None or IMPLAUSIBLE in flags_of(item) else found


def sort_out(
    items: Iterable[dict[str, Any]],
    known: dict[str, dict[str, Any]],
    flags: set[str],
    run: Run,
    is_first_good: bool,
    identity: str = "auto",
) -> Sorted:
    """Compare a feed's items with what is known of its source.

    Args:
        known: newest row of each identity.
        flags: what was known of the source.
        identity: as the declaration says.
    """
    found, items = Sorted(flags=set(flags)), list(items)
    by_link = {row["url_key"]: row for row in known.values() if row["url_key"]}
    links = Counter(row["url_key"] for row in known.values())
    alone = {key: row for key, row in by_link.items() if links[key] == 1}
    if identity == "auto" and UNSTABLE not in flags and _is_unstable(items, known, alone):
        found.flags.add(UNSTABLE)
    met: set[str] = set()
    for item in items:
        before = known.get(item["identity"])
        if before is None and UNSTABLE in found.flags and item.get("url_key"):
            before = by_link.get(item["url_key"])
            if before is None:
                item["identity"], item["identity_kind"] = item["url_key"], "link"
            else:
                item["identity"] = before["identity"]
                item["identity_kind"] = before["identity_kind"]
        elif before is None and (row := _known_otherwise(item, alone, met)):
            before = row
            item["identity"], item["identity_kind"] = row["identity"], row["identity_kind"]
        if item["identity"] in met:
            found.seen += 1
            continue
        met.add(item["identity"])
        _take(found, item, before, run, is_first_good)
    return found


def _known_otherwise(
    item: dict[str, Any], by_link: dict[str, dict[str, Any]], met: set[str]
) -> dict[str, Any] | None:
    """Return the row of an entry that was known by its link and has a guid now, or the reverse."""
    row = by_link.get(item.get("url_key") or "")
    if row is None or row["identity"] in met:
        return None
    return row if {row["identity_kind"], item["identity_kind"]} == {"guid", "link"} else None


def _is_unstable(
    items: list[dict[str, Any]],
    known: dict[str, dict[str, Any]],
    by_link: dict[str, dict[str, Any]],
) -> bool:
    """Say whether every guid is another than before while links are those that were known."""
    guids = [item for item in items if item["identity_kind"] == "guid"]
    if not guids or any(item["identity"] in known for item in guids):
        return False
    keys = Counter(item["url_key"] for item in guids if item.get("url_key"))
    had_guid = {key for key, row in by_link.items() if row["identity_kind"] == "guid"}
    return any(count == 1 and key in had_guid for key, count in keys.items())


def _take(
    found: Sorted,
    item: dict[str, Any],
    before: dict[str, Any] | None,
    run: Run,
    is_first_good: bool,
) -> None:
    item["entry_hash"] = hash_of(item)
    if before is not None and before["entry_hash"] == item["entry_hash"]:
        found.seen += 1
        return
    flags = flags_of(item)
    if is_whole(item):
        flags.append(WHOLE)
    first_run: str | None = run.run_id
    first_seen: datetime | None = run.as_of
    first_good = is_first_good
    if before is not None:
        first_run, first_seen = before["first_run_id"], before["first_seen_at"]
        first_good = before["is_first_good_fetch"]
    published: datetime | None = item.get("published_at")
    if published is not None and published > run.as_of:
        if published <= run.as_of + run.ahead:
            flags.append(AHEAD)
            if before is None:
                first_run = first_seen = None
        else:
            flags.append(WRONG_DATE)
    if before is not None and first_seen is None and AHEAD not in flags:
        first_run, first_seen = run.run_id, run.as_of  # it says another date now
    found.new += before is None
    found.changed += before is not None
    item |= {
        "flags": json.dumps(list(dict.fromkeys(flags))),
        "first_run_id": first_run,
        "first_seen_at": first_seen,
        "is_first_good_fetch": first_good,
    }
    found.rows.append(item)


def come_due(waiting: list[dict[str, Any]], run: Run) -> list[dict[str, Any]]:
    """Return the rows of entries that waited for a run as late as their date."""
    due = [row for row in waiting if row["published_at"] <= run.as_of]
    return [
        row | {"run_id": run.run_id, "first_run_id": run.run_id, "first_seen_at": run.as_of}
        for row in due
    ]
