"""Where a column's values come from, model by model, as sqlglot reads the compiled SQL."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import lineage

from dashboards.parts.lineage import manifest

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
    try:
        way = lineage(column, node["compiled_code"], dialect="duckdb", schema=_columns(node, nodes))
    except (SqlglotError, ValueError, RecursionError):
        return [], "not resolved"
    above = [
        (f"{leaf.expression.db}.{leaf.expression.name}", leaf.name.rpartition(".")[2])
        for leaf in way.walk()
        if not leaf.downstream and isinstance(leaf.expression, exp.Table) and leaf.expression.db
    ]
    known = [place for place in above if place[1] != "*"]
    return known, "" if known else "read from what landed, or made here"


def _columns(
    node: dict[str, Any], nodes: dict[str, dict[str, Any]]
) -> dict[str, dict[str, dict[str, dict[str, str]]]] | None:
    """Return the columns that described models above a model have, which `select *` stands for."""
    wanted = set(node["depends_on"]["nodes"])
    described: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
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
