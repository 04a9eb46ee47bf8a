"""What is one thing: strong ids first, then names by documents, then scores; people outrank all.

A *unit* is what is never taken apart: a strong id, or a name of a type: all its places, or those
of one document where two things bear the name. Units become groups by merges (`clusters`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from python_models.knowledge.resolution.anchors import (
    ANYWHERE,
    Account,
    Anchor,
    Decision,
    Same,
    Settings,
    anchor_text,
)
from python_models.knowledge.resolution.clusters import Clusters, Merge
from python_models.knowledge.resolution.names import name_key
from python_models.knowledge.resolution.scoring import overlap, scored_pairs


@dataclass
class Resolution:
    """Groups of anchors, and what made them."""

    units: dict[str, str]  # of each anchor's text: its unit
    groups: dict[str, list[str]]  # of each group: its units
    group_of: dict[str, str]  # of each unit
    merges: list[Merge]
    decided: set[str] = field(default_factory=set)  # decisions that match something


def resolve(
    anchors: Sequence[Anchor],
    accounts: Iterable[Account],
    same: Iterable[Same],
    decisions: Sequence[Decision],
    settings: Settings,
) -> Resolution:
    """Return which anchors are one thing."""
    return _Resolver(anchors, list(accounts), decisions, settings).resolved(list(same))


class _Resolver:
    def __init__(
        self,
        anchors: Sequence[Anchor],
        accounts: Sequence[Account],
        decisions: Sequence[Decision],
        settings: Settings,
    ) -> None:
        self.anchors, self.accounts, self.settings = anchors, accounts, settings
        self.decisions = decisions
        # things that share a document, by what they are called there
        self.together: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self.strong_in: dict[str, set[str]] = defaultdict(set)
        self.places: dict[tuple[str, str], list[Anchor]] = defaultdict(list)
        for one in anchors:
            if one.strong:
                self.strong_in[one.object_id].add(one.strong)
            else:
                self.places[one.type, one.key].append(one)
                self.together[one.object_id].add((one.type, one.key))
        self.bearers = self._bearers()
        self.decided_places = {
            text for one in decisions if one.kind == "keep_apart" for text in (one.one, one.other)
        }
        firsts = Counter(key.split()[0] for kind, key in self.places if kind == "person")
        self.units = {one.text: self._unit(one, firsts) for one in anchors}
        self.all_units = set(self.units.values())
        self.full_names = self._full_names()
        self.names_of: dict[str, set[str]] = defaultdict(set)  # of a unit
        self.clusters = Clusters(self._apart())
        for one in anchors:
            unit = self.units[one.text]
            self.clusters.add(unit, one.strong.split(":", 1)[0] if one.strong else None)
            if one.key:
                self.names_of[unit].add(one.key)
        for account in accounts:
            for strong in account.strong:
                self.clusters.add(f"strong:{strong}", strong.split(":", 1)[0])

    def resolved(self, same: Sequence[Same]) -> Resolution:
        """Merge by each rule, the surest first."""
        decided = self._decide()
        self._by_account()
        self._by_bearer()
        self._by_untyped_name()
        self._by_word(same)
        if self.settings.uses_first_names:
            self._by_first_name()
        if self.settings.uses_scores:
            self._by_score()
        groups = {min(group): sorted(group) for group in self.clusters.groups()}
        group_of = {unit: name for name, units in groups.items() for unit in units}
        return Resolution(self.units, groups, group_of, self.clusters.merges, decided)

    def _bearers(self) -> dict[tuple[str, str], set[str]]:
        """Return the strong ids that go by each name: one of each account."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        first: dict[str, str] = {}
        for account in self.accounts:
            if account.strong:
                ids = [first.get(strong, strong) for strong in account.strong]
                stands = min(ids)
                first |= dict.fromkeys((*account.strong, *ids), stands)
        for account in self.accounts:
            for name in account.names:
                if account.strong and (key := name_key(account.type, name)):
                    found[account.type, key].add(first[account.strong[0]])
        return found

    def _unit(self, anchor: Anchor, firsts: Mapping[str, int]) -> str:
        """Return an anchor's unit: of its place, where two bear the name or a person decided."""
        if anchor.strong:
            return f"strong:{anchor.strong}"
        is_shared = len(self.bearers.get((anchor.type, anchor.key), ())) > 1
        # "mira" where there are a Mira A. and a Mira B.
        is_first = anchor.type == "person" and " " not in anchor.key and firsts[anchor.key] > 2
        if is_shared or is_first or anchor.text in self.decided_places:
            return anchor.text
        return anchor_text(anchor.type, anchor.key, ANYWHERE, None)

    def _full_names(self) -> dict[str, set[str]]:
        """Return the units of people's full names, by the first of them."""
        found: dict[str, set[str]] = defaultdict(set)
        for (kind, key), places in self.places.items():
            if kind == "person" and " " in key:
                found[key.split()[0]] |= {self.units[one.text] for one in places}
        for (kind, key), bearers in self.bearers.items():
            if kind == "person" and " " in key:
                found[key.split()[0]] |= {f"strong:{one}" for one in bearers}
        return found

    def _unit_of(self, text: str) -> str | None:
        """Return the unit a decision's anchor names: of a place, or of a name wherever it is."""
        if text in self.units:
            return self.units[text]
        return text if text in self.all_units else None

    def _apart(self) -> list[tuple[str, str]]:
        """Return pairs of units that people keep apart."""
        found = []
        for one in self.decisions:
            if one.kind == "keep_apart":
                pair = (self._unit_of(one.one), self._unit_of(one.other))
                if pair[0] and pair[1] and pair[0] != pair[1]:
                    found.append((pair[0], pair[1]))
        return found

    def _decide(self) -> set[str]:
        decided = set()
        for one in self.decisions:
            unit, other = self._unit_of(one.one), self._unit_of(one.other)
            if unit is None or other is None:
                continue
            decided.add(one.decision_id)
            if one.kind == "merge":
                self.clusters.merge(unit, other, f"decision {one.decision_id}", is_decided=True)
        return decided

    def _by_account(self) -> None:
        for account in self.accounts:
            for other in account.strong[1:]:
                self.clusters.merge(f"strong:{account.strong[0]}", f"strong:{other}", "account")

    def _by_bearer(self) -> None:
        """Give a name to the one account that goes by it; of several, to whom its place knows."""
        for (kind, key), bearers in sorted(self.bearers.items()):
            for unit in sorted({self.units[one.text] for one in self.places.get((kind, key), ())}):
                if len(bearers) == 1:
                    self.clusters.merge(f"strong:{min(bearers)}", unit, "name of an account")
                elif found := self._by_place(unit, (kind, key), bearers):
                    self.clusters.merge(f"strong:{found[0]}", unit, "place", found[1])
        # the places of a name that two bear and nobody could be told for, stay one by one

    def _by_place(
        self, unit: str, name: tuple[str, str], bearers: Collection[str]
    ) -> tuple[str, float] | None:
        """Return which of those who share a name a document means, and how sure that is."""
        object_id = unit.rsplit(":", 1)[1]
        here = [bearer for bearer in sorted(bearers) if self._strong_here(bearer, object_id)]
        if len(here) == 1:
            return here[0], 1.0
        around = self.together[object_id] - {name}
        scores = sorted(
            ((overlap(around, self._around(bearer) - {name}), bearer) for bearer in bearers),
            reverse=True,
        )
        (best, bearer), (second, _) = scores[0], scores[1]
        return (bearer, best) if best - second >= self.settings.margin else None

    def _strong_here(self, strong: str, object_id: str) -> bool:
        ids = self.clusters.members(f"strong:{strong}")
        return any(f"strong:{one}" in ids for one in self.strong_in.get(object_id, ()))

    def _around(self, strong: str) -> set[tuple[str, str]]:
        """Return what documents name that have a strong id of the one who bears it."""
        if not hasattr(self, "_documents_of"):
            self._documents_of: dict[str, set[str]] = defaultdict(set)
            for object_id, ids in self.strong_in.items():
                for one in ids:
                    self._documents_of[f"strong:{one}"].add(object_id)
        found: set[tuple[str, str]] = set()
        for unit in self.clusters.members(f"strong:{strong}"):
            for object_id in self._documents_of.get(unit, ()):
                found |= self.together.get(object_id, set())
        return found

    def _by_untyped_name(self) -> None:
        """Take a name nobody gave a type for the one typed thing that bears it."""
        kinds: dict[str, set[str]] = defaultdict(set)
        for kind, key in self.places:
            if kind:
                kinds[key].add(kind)
        for kind, key in sorted(self.places):
            if not kind and len(kinds.get(key, ())) == 1:
                typed = (min(kinds[key]), key)
                self._merge_names(("", key), typed, "name without a type", 0.95)

    def _merge_names(
        self, one: tuple[str, str], other: tuple[str, str], rule: str, score: float
    ) -> None:
        units = {self.units[place.text] for place in self.places.get(one, ())}
        others = {self.units[place.text] for place in self.places.get(other, ())}
        if len(units) == 1 and len(others) == 1:
            self.clusters.merge(min(others), min(units), rule, score)

    def _by_word(self, same: Sequence[Same]) -> None:
        for one in sorted(set(same)):
            kind = one.type or one.other_type
            if kind == (one.other_type or kind):
                self._merge_names(
                    (one.type, one.key), (one.other_type, one.other_key), "a document says so", 1.0
                )

    def _by_first_name(self) -> None:
        """Take a first name for the one person who has it: in the document, else at all."""
        full: dict[str, set[str]] = defaultdict(set)
        for key, units in self.full_names.items():
            full[key] = {self.clusters.find(unit) for unit in units}
        for (kind, key), places in sorted(self.places.items()):
            if kind != "person" or key not in full:
                continue
            for one in places:
                groups = {self.clusters.find(group) for group in full[key]}
                if len(groups) > 1:
                    groups &= {
                        self.clusters.find(self.units[anchor_text(*name, one.object_id, None)])
                        for name in self.together[one.object_id]
                    }
                if len(groups) == 1:
                    self.clusters.merge(min(groups), self.units[one.text], "first name", 0.9)

    def _by_score(self) -> None:
        """Merge groups whose names are nearly the same; neighbours in documents add to it."""
        pairs = scored_pairs(self.places, self.together, self.settings)
        for score, one, other in sorted(pairs, key=lambda pair: (-pair[0], *pair[1:])):
            units = [self.units[self.places[name][0].text] for name in (one, other)]
            self.clusters.merge(units[0], units[1], "score", score)


def given_ids(
    resolution: Resolution, anchors: Sequence[Anchor], given: Mapping[str, str]
) -> dict[str, list[str]]:
    """Return, of each group, the ids its anchors were given earlier, most often given first."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for one in anchors:
        entity_id = given.get(one.text)
        if entity_id:
            votes[resolution.group_of[resolution.units[one.text]]][entity_id] += 1
    return {
        group: [name for name, _ in sorted(found.items(), key=lambda item: (-item[1], item[0]))]
        for group, found in votes.items()
    }
