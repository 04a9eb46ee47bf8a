"""Which articles tell the same event, found run by run.

An article joins the best existing story or begins one that bears its id; a story that is there
is never taken apart. Articles come in the order of their times, so that the order in which they
were read changes nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from python_models.news.vectors import DIGITS, Vector, loaded

Row = Mapping[str, Any]
SPLIT = "split"  # how an article joined that a person took out of another story
SCHEMA = pa.schema(
    [
        ("story_id", pa.string()),
        ("article_id", pa.string()),
        ("joined_run_id", pa.string()),
        ("joined_by", pa.string()),  # first | near_copy | link | similar | split
        ("began_as", pa.string()),  # the story it joined; another one: stories were merged
        ("key", pa.string()),  # of its link
        ("host", pa.string()),
        ("similarity", pa.float64()),
        ("effective_at", pa.timestamp("us")),
    ]
)


@dataclass
class Story:
    """A story while articles join it."""

    story_id: str
    first_at: datetime
    last_at: datetime
    total: Vector = field(default_factory=dict)  # sum of its articles' unit vectors
    count: int = 0
    length: float = 0.0  # of the total

    def measure(self) -> None:
        """Note how long the total is."""
        self.length = math.sqrt(math.fsum(weight * weight for weight in self.total.values()))

    def likeness(self, vector: Vector) -> float:
        """Return the cosine of a unit vector with the mean of the articles, to six digits."""
        shared = math.fsum(w * self.total[term] for term, w in vector.items() if term in self.total)
        return round(shared / self.length, DIGITS) if self.length else 0.0

    def add(self, vector: Vector, at: datetime) -> None:
        """Take an article in."""
        self.count += 1
        self.first_at, self.last_at = min(self.first_at, at), max(self.last_at, at)
        for term, weight in vector.items():
            self.total[term] = self.total.get(term, 0.0) + weight
        self.measure()

    def take_out(self, vector: Vector) -> None:
        """Let an article go; the times it was told between stay."""
        self.count -= 1
        for term, weight in vector.items():
            left = round(self.total.get(term, 0.0) - weight, 2 * DIGITS)
            if left > 0:
                self.total[term] = left
            else:
                self.total.pop(term, None)
        self.measure()

    def is_near(self, at: datetime, window: timedelta) -> bool:
        """Say whether an article of a time may tell of the same event."""
        return self.first_at - window <= at <= self.last_at + window


class Stories:
    """The stories of a run, with an index of the terms they have."""

    def __init__(self, threshold: float, window: timedelta) -> None:
        self.threshold, self.window = threshold, window
        self.of: dict[str, Story] = {}
        self._with_term: dict[str, set[str]] = defaultdict(set)

    def add(self, story_id: str, vector: Vector, at: datetime) -> None:
        """Take an article into a story, which is begun when it is not there."""
        story = self.of.setdefault(story_id, Story(story_id, at, at))
        story.add(vector, at)
        for term in vector:
            self._with_term[term].add(story_id)

    def take_out(self, story_id: str, vector: Vector) -> None:
        """Let an article of a story go."""
        if story_id in self.of:
            self.of[story_id].take_out(vector)

    def carry(self, rows: Iterable[Row]) -> None:
        """Take over stories of the run before: story_id, vector, first_at, last_at."""
        for row in rows:
            total, count = loaded(row["vector"]), row["article_count"]
            story = Story(row["story_id"], row["first_at"], row["last_at"], total, count)
            story.measure()
            self.of[story.story_id] = story
            for term in story.total:
                self._with_term[term].add(story.story_id)

    def age(self, story_id: str) -> tuple[bool, str, str]:
        """Return what tells which of two stories is the older one."""
        story = self.of.get(story_id)
        return story is None, str(story and story.first_at), story_id

    def merge(self, merged: Mapping[str, str]) -> None:
        """Let stories go on in others."""
        for old, new in sorted(merged.items()):
            story, kept = self.of.pop(old, None), self.of.get(new)
            if story is not None and kept is not None:
                kept.add(story.total, story.first_at)
                kept.count += story.count - 1
                kept.last_at = max(kept.last_at, story.last_at)
                for term in story.total:
                    self._with_term[term].add(new)

    def nearest(self, vector: Vector, at: datetime) -> tuple[str, float] | None:
        """Return the story most like an article, above the threshold; ties go by its id."""
        near = {name for term in self._telling(vector) for name in self._with_term[term]}
        best: tuple[float, str] | None = None
        for name in sorted(near & self.of.keys()):
            story = self.of[name]
            if story.is_near(at, self.window):
                likeness = story.likeness(vector)
                if likeness >= self.threshold and (best is None or likeness > best[0]):
                    best = (likeness, name)
        return (best[1], best[0]) if best else None

    def _telling(self, vector: Vector) -> list[str]:
        """Return terms of which a story has at least one when it is as like as the threshold.

        What the others add to a cosine is at most the length they have by themselves.
        """
        left, dropped = self.threshold**2 * 0.999, set()
        for term, weight in sorted(vector.items(), key=lambda pair: (pair[1], pair[0])):
            left -= weight * weight
            if left < 0:
                break
            dropped.add(term)
        return [term for term in vector if term not in dropped]


def joined(
    articles: Sequence[Row],
    members: Sequence[Row],
    copies: Mapping[str, str],
    run_id: str | None,
    stories: Stories,
) -> pa.Table:
    """Return which article is in which story once the run is over; one row for each article.

    Args:
        articles: those of the run: article_id, effective_at, host, vector, key (of its link, or
            null).
        members: rows of this function for the run before, as persons moved them since.
        copies: {near copy: the article it is a copy of}.
        stories: those of the run before; afterwards as they are at the run's end, merges apart.
    """
    rows = [{name: row[name] for name in SCHEMA.names} for row in members]
    rows += _placed(articles, rows, copies, run_id, stories)
    merged = _merges(rows, articles, stories)
    for row in rows:
        row["story_id"] = merged.get(row["story_id"], row["story_id"])
    return pa.Table.from_pylist(sorted(rows, key=_name), SCHEMA)


def _placed(
    articles: Sequence[Row],
    members: Sequence[Row],
    copies: Mapping[str, str],
    run_id: str | None,
    stories: Stories,
) -> list[dict[str, Any]]:
    """Put the articles that are in no story yet into one, and return their rows."""
    rows = []
    story_of = {row["article_id"]: row["story_id"] for row in members}
    of_key: dict[str, str] = {}
    for row in sorted(members, key=_name):
        if row["key"] and row["joined_by"] != SPLIT:
            of_key.setdefault(row["key"], row["story_id"])
    for article in sorted(articles, key=lambda one: (one["effective_at"], one["article_id"])):
        name, vector = article["article_id"], loaded(article["vector"])
        if name in story_of:
            continue
        story, how, alike = _place(article, vector, story_of, of_key, copies, stories)
        stories.add(story, vector, article["effective_at"])
        story_of[name] = story
        if article["key"]:
            of_key.setdefault(article["key"], story)
        own = {key: article[key] for key in ("article_id", "key", "host", "effective_at")}
        own |= {"story_id": story, "joined_run_id": run_id, "joined_by": how}
        rows.append(own | {"began_as": story, "similarity": alike})
    return rows


def _name(row: Row) -> tuple[str, str]:
    return row["story_id"], row["article_id"]


def _place(
    article: Row,
    vector: Vector,
    story_of: Mapping[str, str],
    of_key: Mapping[str, str],
    copies: Mapping[str, str],
    stories: Stories,
) -> tuple[str, str, float]:
    """Return the story an article is of, how that was found, and how alike the two are."""
    name = article["article_id"]
    story, how = story_of.get(copies.get(name, "")), "near_copy"
    if story is None and article["key"]:
        story, how = of_key.get(article["key"]), "link"
    if story is None:
        found = stories.nearest(vector, article["effective_at"])
        return (found[0], "similar", found[1]) if found else (name, "first", 1.0)
    known = stories.of.get(story)
    return story, how, known.likeness(vector) if known else 1.0


def _merges(rows: Sequence[Row], articles: Sequence[Row], stories: Stories) -> dict[str, str]:
    """Return {story: the older one it goes on in} of stories that turn out to share a link.

    A link brings nothing together again that a person has parted.
    """
    story_of = {row["article_id"]: row["story_id"] for row in rows if row["joined_by"] != SPLIT}
    sharing: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["article_id"] in story_of:
            sharing[row["key"] or ""].add(row["story_id"])
    for article in articles:
        if article["article_id"] in story_of:
            sharing[article["key"] or ""].add(story_of[article["article_id"]])
    merged: dict[str, str] = {}
    for key in sorted(filter(None, sharing)):
        found = sorted({_last(merged, name) for name in sharing[key]}, key=stories.age)
        merged |= dict.fromkeys(found[1:], found[0])
    return {name: _last(merged, name) for name in merged}


def _last(merged: Mapping[str, str], name: str) -> str:
    while name in merged:
        name = merged[name]
    return name
