"""What the journal says about one dbt node: its domain, its phase and how many rows it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

Node = Mapping[str, Any]

# phases of a domain that does not number its own with `meta: {phase: "2 scraping"}`
_PHASES = {
    "after_landing": "1 landing",
    "staging": "2 staging",
    "after_staging": "2 staging",
    "intermediate": "3 intermediate",
    "llm": "4 llm",
    "after_llm": "4 llm",
    "marts": "5 marts",
    "before_release": "5 marts",
    "release": "6 release",
}
_WITH_ROWS = {"table", "incremental", "seed", "snapshot"}


def domain_of(node: Node) -> str | None:
    """Return the domain a node belongs to: the first folder it lies in below the project."""
    fqn = node.get("fqn") or []
    return fqn[1] if len(fqn) > 2 else None


def phase_of(node: Node) -> str | None:
    """Return ordinal and name of the phase a model belongs to."""
    if given := (node.get("config") or {}).get("meta", {}).get("phase"):
        return str(given)
    if node.get("resource_type") != "model":
        return None
    name, folders = node["name"], node.get("fqn") or []
    prefix, _, rest = name.partition("_")
    if prefix == "gate":
        return _PHASES.get(name.rpartition("__")[2])
    if prefix in ("llm", "release"):
        return _PHASES[prefix]
    return next((_PHASES[folder] for folder in folders if folder in _PHASES), None)


def relation_of(node: Node) -> str:
    """Return the quoted name of a node's table."""
    name = node.get("alias") or node.get("identifier") or node["name"]
    return f'"{node["schema"]}"."{name}"'


def has_rows(node: Node) -> bool:
    """Say whether a node is a table whose rows can be counted without computing them."""
    return (node.get("config") or {}).get("materialized") in _WITH_ROWS


def count_rows(connection: duckdb.DuckDBPyConnection, relation: str) -> int | None:
    """Return how many rows a table has; None when it does not exist or cannot be read now."""
    try:
        with connection.cursor() as cursor:
            found = cursor.execute(f"select count(*) from {relation}").fetchone()
    except (duckdb.Error, RuntimeError):
        return None
    return found[0] if found else None


def inputs_of(graph: Mapping[str, Node], unique_id: str) -> set[str]:
    """Return the tables and sources a node reads, looking through views."""
    found: set[str] = set()
    waiting = list(graph[unique_id].get("depends_on", {}).get("nodes", []))
    while waiting:
        parent = waiting.pop()
        node = graph.get(parent)
        if parent in found or node is None:
            continue
        if node["resource_type"] == "source" or has_rows(node):
            found.add(parent)
        else:
            waiting.extend(node.get("depends_on", {}).get("nodes", []))
    return {parent for parent in found if not graph[parent]["name"].startswith("gate_")}
