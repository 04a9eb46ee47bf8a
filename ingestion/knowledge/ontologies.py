"""Ontologies: four CSV files that say what a graph may hold, read and checked.

`types.csv`, `relations.csv`, `mapping.csv` and `changes.csv` of a folder are one version, named by
the folder. A version is never edited in place: what has landed under a name stays.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.knowledge.conditions import (
    OF_A_PREDICATE,
    OF_A_TYPE,
    ConditionError,
    parse_condition,
)

BUNDLED = Path(__file__).parent / "ontology"
COLUMNS = {
    "types": ("type", "parent", "description", "strong_ids", "patterns"),
    "relations": (
        "relation", "from_type", "to_type", "inverse", "functional", "symmetric", "validity",
    ),
    "mapping": ("kind", "said", "condition", "becomes"),
    "changes": ("kind", "what", "from", "to", "condition", "reason"),
}  # fmt: skip
LITERALS = frozenset({"text", "date", "number"})  # relations to these are a node's attributes
VALIDITIES = ("state", "event")
CHANGES = ("rename", "merge", "split", "retire")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
Row = Mapping[str, str]


class OntologyError(ValueError):
    """A version cannot be read; the message names the file and the line."""


@dataclass(frozen=True)
class Version:
    """The rows of one version, as the files have them."""

    ontology_id: str
    types: tuple[Row, ...] = ()
    relations: tuple[Row, ...] = ()
    mapping: tuple[Row, ...] = ()
    changes: tuple[Row, ...] = ()

    @property
    def type_names(self) -> set[str]:
        """Return the names of its types."""
        return {row["type"] for row in self.types}

    @property
    def relation_names(self) -> set[str]:
        """Return the names of its relations and of their inverses."""
        names = {row["relation"] for row in self.relations}
        return names | {row["inverse"] for row in self.relations if row["inverse"]}


def versions_in(folder: Path) -> list[Path]:
    """Return the folders of versions that lie in a folder, by name."""
    return sorted(path.parent for path in folder.glob("*/types.csv"))


def read_version(folder: Path) -> Version:
    """Read the four files of a version.

    Raises:
        OntologyError: a file is missing, or has other columns.
    """
    return Version(folder.name, *(tuple(_rows(folder / f"{name}.csv", name)) for name in COLUMNS))


def _rows(path: Path, name: str) -> Iterable[Row]:
    if not path.is_file():
        raise OntologyError(f"{path}: no such file; a version has {', '.join(COLUMNS)}.csv")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = [column for column in COLUMNS[name] if column not in (reader.fieldnames or ())]
        if missing:
            raise OntologyError(f"{path}: it has no column {', '.join(missing)}")
        for row in reader:
            if any(row[column] is None for column in COLUMNS[name]):
                raise OntologyError(f"{path}, line {reader.line_num}: it has too few columns")
            yield {column: row[column].strip() for column in COLUMNS[name]}


def landed_rows(version: Version) -> dict[str, list[dict[str, Any]]]:
    """Return a version's rows as the raw tables `ontology_<name>` hold them, with their places."""
    return {
        name: [
            {"ontology_id": version.ontology_id, "position": place, **row}
            for place, row in enumerate(getattr(version, name))
        ]
        for name in COLUMNS
    }


def faults_of(version: Version) -> list[str]:
    """Return what is wrong with a version, a sentence each; none if it can be used."""
    return [
        *_type_faults(version),
        *_relation_faults(version),
        *_mapping_faults(version),
        *_change_faults(version),
    ]


def _type_faults(version: Version) -> Iterable[str]:
    parents = {row["type"]: row["parent"] for row in version.types}
    yield from _names_once("types", [row["type"] for row in version.types])
    for row in version.types:
        if row["parent"] and row["parent"] not in parents:
            yield f"types: {row['type']} has the parent {row['parent']}, which is no type"
        if row["type"] in LITERALS:
            yield f"types: {row['type']} is the name of a kind of value"
        for pattern in row["patterns"].split():
            if fault := _pattern_fault(pattern):
                yield f"types: the pattern of {row['type']} {fault}"
    for name in parents:
        above, at = [name], parents[name]
        while at in parents and at not in above:
            above, at = [*above, at], parents[at]
        if at == name:
            yield f"types: {name} is its own parent, by {', '.join(above[1:]) or 'itself'}"


def _pattern_fault(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except re.error as error:
        return f"is no regular expression: {error}"
    return None


def _names_once(file: str, names: list[str]) -> Iterable[str]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{file}: {name} stands there twice"
    for name in names:
        if not NAME.fullmatch(name):
            yield f"{file}: {name!r} is no name; letters, digits and _ only"


def _relation_faults(version: Version) -> Iterable[str]:
    names = [row["relation"] for row in version.relations]
    yield from _names_once(
        "relations",
        names + [row["inverse"] for row in version.relations if row["inverse"]],
    )
    for row in version.relations:
        name = row["relation"]
        for column, allowed in (("from_type", set()), ("to_type", LITERALS)):
            if row[column] not in version.type_names | allowed:
                yield f"relations: {name} has {column} {row[column] or 'nothing'}, which is no type"
        for column in ("functional", "symmetric"):
            if row[column] not in ("true", "false"):
                yield f"relations: {name} has {column} {row[column]!r}; it is true or false"
        if row["validity"] not in VALIDITIES:
            yield f"relations: {name} has validity {row['validity']!r}; it is state or event"
        if row["symmetric"] == "true" and (row["inverse"] or row["from_type"] != row["to_type"]):
            yield f"relations: {name} is symmetric: one type on both sides, and no inverse"
        if row["to_type"] in LITERALS and row["inverse"]:
            yield f"relations: {name} leads to a value, so it has no inverse"


def _mapping_faults(version: Version) -> Iterable[str]:
    known = {"type": version.type_names, "predicate": version.relation_names}
    for kind, what in (("type", "type"), ("predicate", "relation")):
        known[kind] = known[kind] | {row["from"] for row in version.changes if row["what"] == what}
    for place, row in enumerate(version.mapping):
        where = f"mapping, row {place + 1} ({row['said']})"
        if row["kind"] not in known:
            yield f"{where}: kind is type or predicate, not {row['kind']!r}"
            continue
        if not row["said"]:
            yield f"{where}: nothing is said; * stands for anything"
        if row["becomes"] not in known[row["kind"]]:
            yield f"{where}: it becomes {row['becomes'] or 'nothing'}, which the version lacks"
        yield from _condition_faults(where, row, row["kind"] == "type")


def _condition_faults(where: str, row: Row, is_of_a_type: bool) -> Iterable[str]:
    try:
        parse_condition(row["condition"], OF_A_TYPE if is_of_a_type else OF_A_PREDICATE)
    except ConditionError as error:
        yield f"{where}: {error}"


def _change_faults(version: Version) -> Iterable[str]:
    for place, row in enumerate(version.changes):
        where = f"changes, row {place + 1} ({row['from']})"
        if row["kind"] not in CHANGES or row["what"] not in ("type", "relation"):
            yield f"{where}: a {', '.join(CHANGES)} of a type or a relation"
            continue
        is_type = row["what"] == "type"
        there = version.type_names if is_type else version.relation_names
        later = {other["from"] for other in version.changes[place + 1 :]}
        if row["kind"] == "retire":
            if row["to"]:
                yield f"{where}: what is retired becomes nothing, not {row['to']}"
        elif row["to"] not in there | later:
            yield f"{where}: it becomes {row['to'] or 'nothing'}, which the version lacks"
        if row["kind"] == "split" and not row["condition"]:
            yield f"{where}: a split needs a condition"
        if row["kind"] != "split" and row["from"] in there and not row["condition"]:
            yield f"{where}: {row['from']} is still there, so it is not gone by a {row['kind']}"
        if not row["reason"]:
            yield f"{where}: it has no reason"
        yield from _condition_faults(where, row, is_type)
