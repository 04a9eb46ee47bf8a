"""What an ontology makes of what was said: types and relations, or the reason why nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ingestion.knowledge.conditions import (
    OF_A_PREDICATE,
    OF_A_TYPE,
    Condition,
    Values,
    parse_condition,
)
from ingestion.knowledge.ontologies import COLUMNS, LITERALS, Version

ANYTHING = "*"
ALWAYS = parse_condition("", OF_A_TYPE)


class Mapped(NamedTuple):
    """A type or relation; or none, and why."""

    name: str | None
    reason: str | None = None


class Relation(NamedTuple):
    """What a relation leads from and to, and how it holds."""

    name: str
    from_type: str
    to_type: str
    is_functional: bool
    is_symmetric: bool
    validity: str

    @property
    def is_attribute(self) -> bool:
        """Say whether it leads to a value."""
        return self.to_type in LITERALS


@dataclass(frozen=True)
class Rule:
    """One row of the mapping or of the changes."""

    target: str | None
    condition: Condition
    is_always: bool
    reason: str = ""


@dataclass
class Ontology:
    """A version, ready to map with."""

    ontology_id: str
    relations: dict[str, Relation]
    inverses: dict[str, str]  # name of an inverse: its relation
    parents: dict[str, str]
    said: dict[tuple[str, str], list[Rule]]  # (kind, what is said): rules, first that holds counts
    changes: dict[tuple[str, str], list[Rule]]  # (what, from)
    names: dict[str, str]  # types, by their folded names
    patterns: dict[str, list[str]]  # of a type: where it may be found
    _plain: dict[tuple[str, str], Mapped | None] = field(default_factory=dict)

    @classmethod
    def of(cls, version: Version) -> Ontology:
        """Return a version made ready; it has no fault."""
        relations = {
            row["relation"]: Relation(
                row["relation"], row["from_type"], row["to_type"],
                row["functional"] == "true", row["symmetric"] == "true", row["validity"],
            )
            for row in version.relations
        }  # fmt: skip
        said: dict[tuple[str, str], list[Rule]] = {}
        for row in version.mapping:
            rule = _rule(row, row["becomes"], row["kind"] == "type")
            said.setdefault((row["kind"], folded(row["said"])), []).append(rule)
        changes: dict[tuple[str, str], list[Rule]] = {}
        for row in version.changes:
            rule = _rule(row, row["to"] or None, row["what"] == "type")
            changes.setdefault((row["what"], row["from"]), []).append(rule)
        return cls(
            version.ontology_id,
            relations,
            {row["inverse"]: row["relation"] for row in version.relations if row["inverse"]},
            {row["type"]: row["parent"] for row in version.types},
            said,
            changes,
            {folded(row["type"]): row["type"] for row in version.types},
            {row["type"]: row["patterns"].split() for row in version.types},
        )

    def type_of(self, said: str, values: Values) -> Mapped:
        """Return the type of what is called `said`."""
        return self._mapped("type", "type", said, values)

    def relation_of(self, said: str, values: Values) -> Mapped:
        """Return the relation, or inverse of one, that a predicate says."""
        return self._mapped("predicate", "relation", said, values)

    def plain_relation(self, said: str) -> str:
        """Return the relation a predicate has without looking at conditions, itself for none."""
        for rule in self.said.get(("predicate", folded(said)), ()):
            if rule.target:
                return self.inverses.get(rule.target, rule.target)
        return said

    def is_a(self, kind: str, wanted: str) -> bool:
        """Say whether a type is another, or lies below it."""
        at: str = kind
        while at:
            if at == wanted:
                return True
            at = self.parents.get(at, "")
        return False

    def says_type(self, name: str) -> set[str]:
        """Return what may be said, so that a type comes of it; conditions apart."""
        sources = {name} | {
            source
            for (what, source), rules in self.changes.items()
            if what == "type" and any(rule.target == name for rule in rules)
        }
        said = {
            said
            for (kind, said), rules in self.said.items()
            if kind == "type" and any(rule.target in sources for rule in rules)
        }
        return said | {folded(one) for one in sources if ("type", folded(one)) not in self.said}

    def _mapped(self, kind: str, what: str, said: str, values: Values) -> Mapped:
        key = (kind, folded(said))
        if key not in self._plain:
            self._plain[key] = self._always(kind, what, key[1])
        plain = self._plain[key]
        return plain or self._chain(kind, what, key[1], values)

    def _rules(self, kind: str, said: str) -> list[Rule]:
        own = self.said.get((kind, said), [])
        if kind == "type" and not own and said in self.names:  # it is called by its name
            own = [Rule(self.names[said], ALWAYS, True)]
        return own + self.said.get((kind, ANYTHING), [])

    def _always(self, kind: str, what: str, said: str) -> Mapped | None:
        """Return what is mapped whatever else holds; None where a condition decides."""
        rules = self._rules(kind, said)
        if rules and not rules[0].is_always:
            return None
        name = rules[0].target if rules else None
        seen = {name}
        while name and (name_rules := self.changes.get((what, name))):
            if not all(rule.is_always for rule in name_rules):
                return None
            name = name_rules[0].target
            if name in seen:
                break
            seen.add(name)
        return self._chain(kind, what, said, lambda term: ())

    def _chain(self, kind: str, what: str, said: str, values: Values) -> Mapped:
        rule = next((one for one in self._rules(kind, said) if one.condition(values)), None)
        if rule is None or rule.target is None:
            return Mapped(None, f"{what} not mapped: {said or 'nothing said'}")
        name, seen = rule.target, {rule.target}
        while True:
            changes = self.changes.get((what, name), ())
            change = next((one for one in changes if one.condition(values)), None)
            if change is None:
                break
            if change.target is None:
                return Mapped(None, f"{what} retired: {name}: {change.reason}")
            name = change.target
            if name in seen:
                break
            seen.add(name)
        there = self.parents if what == "type" else self.relations.keys() | self.inverses.keys()
        return Mapped(name) if name in there else Mapped(None, f"{what} not there: {name}")


def _rule(row: Mapping[str, str], target: str | None, is_of_a_type: bool) -> Rule:
    condition = parse_condition(row["condition"], OF_A_TYPE if is_of_a_type else OF_A_PREDICATE)
    return Rule(target, condition, not row["condition"].strip(), row.get("reason", ""))


def folded(words: str) -> str:
    """Return words without case, doubled spaces and the marks between words of names."""
    return " ".join(words.replace("_", " ").casefold().split())


def versions_of(
    types: Iterable[Mapping[str, Any]],
    relations: Iterable[Mapping[str, Any]],
    mapping: Iterable[Mapping[str, Any]],
    changes: Iterable[Mapping[str, Any]],
) -> dict[str, Version]:
    """Return the versions whose rows have landed, by name."""
    parts: dict[str, dict[str, list[Mapping[str, str]]]] = {}
    named = {"types": types, "relations": relations, "mapping": mapping, "changes": changes}
    for name, rows in named.items():
        for row in sorted(rows, key=lambda one: one["position"]):
            texts = {key: "" if value is None else str(value) for key, value in row.items()}
            parts.setdefault(row["ontology_id"], {}).setdefault(name, []).append(texts)
    return {
        ontology_id: Version(ontology_id, *(tuple(found.get(name, ())) for name in COLUMNS))
        for ontology_id, found in sorted(parts.items())
    }


def versions_by_part(lines: Iterable[Mapping[str, Any]]) -> dict[str, Version]:
    """Return the versions that have landed, by name.

    Args:
        lines: part (a file of the version) and content (a JSON object: the line).
    """
    parts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        parts[line["part"]].append(json.loads(line["content"]))
    return versions_of(*(parts[name] for name in ("types", "relations", "mapping", "changes")))
