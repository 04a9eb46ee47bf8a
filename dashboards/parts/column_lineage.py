"""Where a column's values come from, model by model, as sqlglot reads the compiled SQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage

from dashboards.parts.lineage import manifest

Described = dict[str, dict[str, dict[str, dict[str, str]]]]  # database, schema, table, column
MOST_STEPS = 30  # columns looked at for one answer: each takes about 0.1 s


class Origin(NamedTuple):
    """One column on the way: so many models away, and why the way ends there (or "")."""

    steps: int
    table: str
    column: str
    ends: str


def origins(schema: str, table: str, column: str) -> list[Origin]:
    """Return the columns a released table's column is computed from, nearest first.

    The way ends at a source, at a Python model, and where sqlglot cannot tell; it says which.
    """
    nodes = _by_relation()
    found: list[Origin] = []
    seen = {(f"{schema}.{table}", column)}
    waiting = [(0, f"{schema}.{table}", column)]
    while waiting and len(found) < MOST_STEPS:
        steps, name, wanted = waiting.pop(0)
        above, ends = _next(nodes, name, wanted)
        if steps:
            found.append(Origin(steps, name, wanted, ends))
        for place in above:
            if place not in seen:
                seen.add(place)
                waiting.append((steps + 1, *place))
    return found


def _next(
    nodes: dict[str, dict[str, Any]], name: str, column: str
) -> tuple[list[tuple[str, str]], str]:
    """Return the columns one model further up, and why there are none."""
    node = nodes.get(name)
    if node is None:
        return [], "source"
    if node["resource_type"] != "model":
        return [], node["resource_type"]
    if node.get("language") == "python":
        return [], "Python model"
    if not node.get("compiled_code"):
        return [], "not compiled yet"
    way = _way(column, node["compiled_code"], _columns(node, nodes))
    if way is None:
        return [], "not resolved"
    # what has its name first
    known = sorted(set(_read(way)), key=lambda place: (place[1] != column, place))
    return known, "" if known else "read from what landed, or made here"


def _way(column: str, code: str, described: Described | None) -> Node | None:
    # a model that describes some of its columns alone hides the others: then without
    for schema in (described, None) if described else (None,):
        with suppress(SqlglotError, ValueError, RecursionError):
            return lineage(column, code, dialect="duckdb", schema=schema)
    return None


def _read(way: Node) -> Iterator[tuple[str, str]]:
    """Yield the tables and columns that a way ends at; through a `select *` names stay."""
    for above in way.walk():
        for leaf in above.downstream:
            if leaf.downstream or not isinstance(leaf.expression, exp.Table):
                continue
            column = leaf.name.rpartition(".")[2]
            if column == "*" and isinstance(above.expression, exp.Star):
                column = above.name.rpartition(".")[2]
            if leaf.expression.db and column != "*":
                yield f"{leaf.expression.db}.{leaf.expression.name}", column


def _columns(node: dict[str, Any], nodes: dict[str, dict[str, Any]]) -> Described | None:
    """Return the columns that described models above a model have, which `select *` stands for."""
    wanted = set(node["depends_on"]["nodes"])
    described: Described = {}
    for name, above in nodes.items():
        if above["unique_id"] in wanted and above.get("columns"):
            schema, _, table = name.partition(".")
            tables = described.setdefault(above["database"], {}).setdefault(schema, {})
            tables[table] = dict.fromkeys(above["columns"], "text")
    return described or None


def _by_relation() -> dict[str, dict[str, Any]]:
    return {
        f"{node['schema']}.{node.get('alias') or node['name']}": node
        for node in manifest()["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }
