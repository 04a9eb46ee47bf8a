"""Edges with two times: when they hold in the world, and when that was known.

What is known changes only when a document's version comes or goes. Between two such moments the
known statements give one course of the world (`course_of`); a row of an edge is a stretch of it
that stays the same over neighbouring moments (`edges_of`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

Known = tuple[tuple[datetime, datetime | None], ...]  # [from, to), to None while it is known


class Said(NamedTuple):
    """One statement about a subject and a relation."""

    fact_id: str
    object: str  # entity or value
    valid_from: datetime
    valid_to: datetime | None
    known: Known
    is_negated: bool = False


@dataclass
class Stretch:
    """What holds of one object from one moment of the world to another."""

    object: str
    valid_from: datetime
    valid_to: datetime | None
    facts: list[str] = field(default_factory=list)


class Edge(NamedTuple):
    """A stretch, and from when to when it was known to be so."""

    object: str
    valid_from: datetime
    valid_to: datetime | None
    known_from: datetime
    known_to: datetime | None
    facts: frozenset[str]  # that supported it at some time


class Support(NamedTuple):
    """From when to when a fact supported an edge that began at a moment of the world."""

    object: str
    valid_from: datetime
    fact_id: str
    known_from: datetime
    known_to: datetime | None


class Clash(NamedTuple):
    """Two facts of a functional relation that say different things of one time."""

    fact_id: str
    other_fact_id: str
    overlap_from: datetime
    overlap_to: datetime | None


def course_of(known: Iterable[Said], is_functional: bool) -> tuple[list[Stretch], list[Clash]]:
    """Return the course of the world by the statements that are known at one moment.

    A newer statement of another object ends what a functional relation had; a negated one ends
    its own object. What is said again after that begins a new stretch.
    """
    stretches: list[Stretch] = []
    running: list[tuple[Stretch, Said]] = []
    clashes: list[Clash] = []
    for said in sorted(known, key=_in_order):
        at = said.valid_from
        running = [one for one in running if one[0].valid_to is None or one[0].valid_to > at]
        if said.is_negated:
            for stretch, _ in running:
                if stretch.object == said.object and stretch.valid_from < at:
                    stretch.valid_to = at
            continue
        same = [one for one, _ in running if one.object == said.object]
        if is_functional:
            for stretch, by in running:
                if stretch.object == said.object:
                    continue
                if stretch.valid_from == at or by.valid_to is not None:
                    end = _sooner(stretch.valid_to, said.valid_to)
                    clashes.append(Clash(by.fact_id, said.fact_id, at, end))
                if stretch.valid_from < at:
                    stretch.valid_to = at
        if same:
            same[0].facts.append(said.fact_id)
            if said.valid_to and same[0].valid_to:
                same[0].valid_to = max(same[0].valid_to, said.valid_to)
            elif said.valid_to:
                same[0].valid_to = said.valid_to
            continue
        stretch = Stretch(said.object, at, said.valid_to, [said.fact_id])
        stretches.append(stretch)
        running.append((stretch, said))
    return stretches, clashes


def _in_order(said: Said) -> tuple[datetime, bool, str, str]:
    return said.valid_from, not said.is_negated, said.object, said.fact_id


def _sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else one or other


def moments_of(known: Iterable[Known]) -> list[datetime]:
    """Return the moments at which what is known changes, in order."""
    found = {at for intervals in known for interval in intervals for at in interval if at}
    return sorted(found)


def is_known(known: Known, at: datetime) -> bool:
    """Say whether something is known at a moment."""
    return any(start <= at and (end is None or at < end) for start, end in known)


class _Course:
    """Rows that go on while the same is seen at each following moment."""

    def __init__(self) -> None:
        self.edges: list[Edge] = []
        self.supports: list[Support] = []
        self._open: dict[tuple, Edge] = {}
        self._held: dict[tuple, Support] = {}

    def see(self, at: datetime, stretches: Sequence[Stretch]) -> None:
        seen: dict[tuple, Edge] = {}
        held: dict[tuple, Support] = {}
        for one in stretches:
            key = (one.object, one.valid_from, one.valid_to)
            before = self._open.pop(key, None)
            facts = frozenset(one.facts)
            seen[key] = (
                before._replace(facts=before.facts | facts)
                if before
                else Edge(*key, at, None, facts)
            )
            for fact in one.facts:
                about = (one.object, one.valid_from, fact)
                known = self._held.pop(about, None)
                held[about] = known or Support(*about, at, None)
        self.edges += [edge._replace(known_to=at) for edge in self._open.values()]
        self.supports += [one._replace(known_to=at) for one in self._held.values()]
        self._open, self._held = seen, held

    def end(self) -> None:
        self.edges += self._open.values()
        self.supports += self._held.values()


def edges_of(
    said: Sequence[Said], is_functional: bool
) -> tuple[list[Edge], list[Support], list[tuple[datetime, datetime | None, Clash]]]:
    """Return the edges of one subject and relation, what supports them, and what clashes.

    Args:
        said: statements of one subject and relation; of a relation that may have many values at a
            time, those of one object.
        is_functional: whether there is one value at a time.

    Returns:
        Edges, their supports, and each clash with the time it was known.
    """
    course = _Course()
    clashes: dict[Clash, tuple[datetime, datetime | None]] = {}
    ended: list[tuple[datetime, datetime | None, Clash]] = []
    for at in moments_of(one.known for one in said):
        stretches, found = course_of(
            (one for one in said if is_known(one.known, at)), is_functional
        )
        course.see(at, stretches)
        now = {clash: clashes.get(clash, (at, None)) for clash in found}
        ended += [(start, at, clash) for clash, (start, _) in clashes.items() if clash not in now]
        clashes = now
    course.end()
    return (
        course.edges,
        course.supports,
        ended + [(start, None, clash) for clash, (start, _) in clashes.items()],
    )


def joined(intervals: Iterable[tuple[datetime, datetime | None]]) -> Known:
    """Return intervals without overlaps, neighbours made one."""
    found: list[tuple[datetime, datetime | None]] = []
    for start, end in sorted(intervals, key=lambda one: (one[0], one[1] is None, one[1] or one[0])):
        if found and (found[-1][1] is None or start <= found[-1][1]):
            last = found[-1][1]
            found[-1] = (found[-1][0], None if last is None or end is None else max(last, end))
        else:
            found.append((start, end))
    return tuple(found)


def standing(
    versions: Sequence[tuple[str, datetime, datetime | None]], pending: set[str]
) -> dict[str, Known]:
    """Return when each version of one object is what is known of it.

    A version that still waits for answers counts as not there: the one before stands on until it
    has them.

    Args:
        versions: (version, known_from, known_to) of one object.
        pending: versions with a chunk that has no answer yet.
    """
    found: dict[str, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    last: tuple[str, datetime, datetime | None] | None = None
    for version, start, end in sorted(versions, key=lambda one: one[1]):
        if version in pending:
            if last is not None and last[2] == start:
                last = (last[0], start, end)
                found[last[0]].append((start, end))
            continue
        found[version].append((start, end))
        last = (version, start, end)
    return {version: joined(intervals) for version, intervals in found.items()}
