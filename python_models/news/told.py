"""What a story has come to at a run's end: its lead, its hosts, whether it says anything new."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from python_models.news.tables import listed

Row = Mapping[str, Any]
_TIME = pa.timestamp("us")
SCHEMA = pa.schema(
    [
        ("story_id", pa.string()),
        ("lead_article_id", pa.string()),
        ("merged_into", pa.string()),
        ("update_of", pa.string()),
        ("new_in_it", pa.string()),
        ("names", pa.string()),
        ("numbers", pa.string()),
        ("reported_run_id", pa.string()),
        ("reported_names", pa.string()),
        ("reported_numbers", pa.string()),
        ("reported_host_count", pa.int64()),
        ("article_count", pa.int64()),
        ("host_count", pa.int64()),
        ("is_reported", pa.bool_()),
        ("is_update", pa.bool_()),
        ("first_at", _TIME),
        ("last_at", _TIME),
    ]
)


@dataclass(frozen=True)
class Limits:
    """Numbers of the seed that stories go by."""

    lead_characters: int  # a shorter article gives way as the lead
    update_hosts: int  # so many further hosts make an update


def stories_of(
    members: Sequence[Row],
    carried: Iterable[Row],
    candidates: Iterable[Row],
    said: Iterable[Row],
    limits: Limits,
) -> pa.Table:
    """Return the stories of a run, one row for each, merged ones too.

    Args:
        members: rows of `int_news__story_articles`.
        carried: the stories as the run before left them, `reported_*` brought up to its report.
        candidates: articles that may lead a story: article_id, characters, weight, effective_at.
        said: names and numbers of articles as JSON lists.
    """
    before = {row["story_id"]: row for row in carried}
    may_lead = {row["article_id"]: row for row in candidates}
    words_of = {row["article_id"]: row for row in said}
    of_story: dict[str, list[Row]] = defaultdict(list)
    for row in members:
        of_story[row["story_id"]].append(row)
    rows = [
        _row(story_id, own, before, may_lead, words_of, limits)
        for story_id, own in of_story.items()
    ]
    rows += [
        _merged(row["began_as"], row["story_id"], before)
        for row in {row["began_as"]: row for row in members}.values()
        if row["began_as"] not in of_story
    ]
    return pa.Table.from_pylist(sorted(rows, key=lambda row: row["story_id"]), SCHEMA)


def lead_of(articles: Iterable[Row], lead_characters: int) -> str | None:
    """Return the article that stands for a story; None when none may."""
    chosen = min(
        articles,
        key=lambda one: (
            one["characters"] < lead_characters,
            -one["weight"],
            one["effective_at"],
            one["article_id"],
        ),
        default=None,
    )
    return chosen["article_id"] if chosen else None


def _row(
    story_id: str,
    own: Sequence[Row],
    before: Mapping[str, Row],
    may_lead: Mapping[str, Row],
    words_of: Mapping[str, Row],
    limits: Limits,
) -> dict[str, Any]:
    known = before.get(story_id, {})
    names, numbers = (_gathered(what, own, before, words_of) for what in ("names", "numbers"))
    hosts = len({row["host"] for row in own if row["host"]})
    row = {
        "story_id": story_id,
        "lead_article_id": lead_of(
            (may_lead[one["article_id"]] for one in own if one["article_id"] in may_lead),
            limits.lead_characters,
        ),
        "names": _dumped(names),
        "numbers": _dumped(numbers),
        "article_count": len(own),
        "host_count": hosts,
        "first_at": min(one["effective_at"] for one in own),
        "last_at": max(one["effective_at"] for one in own),
    }
    reported = _reported(own, before)
    new = _new_in_it(reported, names, numbers, hosts, limits) if reported else []
    return row | {
        "is_reported": bool(reported),
        "is_update": bool(new),
        "new_in_it": _dumped(new),
        "update_of": reported.get("reported_run_id") if new else None,
        **{name: reported.get(name) for name in SCHEMA.names if name.startswith("reported_")},
        "merged_into": known.get("merged_into"),
    }


def _reported(own: Sequence[Row], before: Mapping[str, Row]) -> Row:
    """Return the story, of those that went into this one, that was in a report last."""
    names = {row["story_id"] for row in own} | {row["began_as"] for row in own}
    found = [before[name] for name in sorted(names & set(before))]
    return next((row for row in found if row["reported_run_id"]), {})


def _new_in_it(
    reported: Row, names: set[str], numbers: set[str], hosts: int, limits: Limits
) -> list[str]:
    """Return what a story says that it did not say when it was reported, in words."""
    found = sorted(names - set(listed(reported["reported_names"])))
    found += sorted(
        number
        for number in numbers - set(listed(reported["reported_numbers"]))
        if sum(sign.isdigit() for sign in number) > 1 or not number.isdigit()
    )
    further = hosts - (reported["reported_host_count"] or 0)
    return found + ([f"{further} more hosts"] if further >= limits.update_hosts else [])


def _gathered(
    what: str, own: Sequence[Row], before: Mapping[str, Row], words_of: Mapping[str, Row]
) -> set[str]:
    stories = {row["story_id"] for row in own} | {row["began_as"] for row in own}
    texts = [before[name][what] for name in stories if name in before]
    texts += [words_of[row["article_id"]][what] for row in own if row["article_id"] in words_of]
    return {one for text in texts for one in listed(text)}


def _merged(story_id: str, into: str, before: Mapping[str, Row]) -> dict[str, Any]:
    known = before.get(story_id, {})
    kept = {name: known.get(name) for name in SCHEMA.names}
    zero = {"article_count": 0, "host_count": 0, "is_reported": False, "is_update": False}
    return kept | zero | {"story_id": story_id, "lead_article_id": None, "merged_into": into}


def _dumped(words: Iterable[str]) -> str:
    return json.dumps(sorted(words), ensure_ascii=False)
