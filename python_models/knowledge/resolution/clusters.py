"""Groups that grow by merges, each with its reason, and refuse those that must not be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple


class Merge(NamedTuple):
    """Two units that were taken for one thing, and why."""

    unit: str
    other: str
    rule: str
    score: float


class Clusters:
    """Units in groups. Two different strong ids of one kind share a group by decision only."""

    def __init__(self, apart: Iterable[tuple[str, str]] = ()) -> None:
        self.merges: list[Merge] = []
        self._parent: dict[str, str] = {}
        self._members: dict[str, set[str]] = {}
        self._kinds: dict[str, set[str]] = {}  # of a group: kinds of its strong ids
        self._apart: dict[str, set[str]] = defaultdict(set)
        for one, other in apart:
            self._apart[one].add(other)
            self._apart[other].add(one)

    def add(self, unit: str, kind: str | None = None) -> None:
        """Add a unit on its own; `kind` is that of the strong id it is, if it is one."""
        if unit not in self._parent:
            self._parent[unit] = unit
            self._members[unit] = {unit}
            self._kinds[unit] = {kind} if kind else set()

    def find(self, unit: str) -> str:
        """Return the group of a unit, by the name of one of its units."""
        at = unit
        while self._parent[at] != at:
            at = self._parent[at]
        while self._parent[unit] != at:
            self._parent[unit], unit = at, self._parent[unit]
        return at

    def members(self, unit: str) -> set[str]:
        """Return the units of a unit's group."""
        return self._members[self.find(unit)]

    def kinds(self, unit: str) -> set[str]:
        """Return the kinds of the strong ids of a unit's group."""
        return self._kinds[self.find(unit)]

    def is_possible(self, unit: str, other: str, is_decided: bool = False) -> bool:
        """Say whether two groups may become one."""
        one, two = self.find(unit), self.find(other)
        if one == two:
            return True
        fewer, more = sorted((self._members[one], self._members[two]), key=len)
        if any(self._apart.get(member, set()) & more for member in fewer):
            return False
        if is_decided:
            return True
        return not self._kinds[one] & self._kinds[two]

    def merge(
        self, unit: str, other: str, rule: str, score: float = 1.0, is_decided: bool = False
    ) -> bool:
        """Make two groups one, if they may be; says whether they are one now."""
        one, two = self.find(unit), self.find(other)
        if one == two:
            return True
        if not self.is_possible(unit, other, is_decided):
            return False
        if len(self._members[one]) < len(self._members[two]):
            one, two = two, one
        self._parent[two] = one
        self._members[one] |= self._members.pop(two)
        self._kinds[one] |= self._kinds.pop(two)
        self.merges.append(Merge(unit, other, rule, round(score, 4)))
        return True

    def groups(self) -> list[set[str]]:
        """Return every group."""
        return list(self._members.values())
