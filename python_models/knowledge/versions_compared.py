"""Command `make ontology-diff`: what a graph gains, loses and retypes by another version."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from typing import Any

import duckdb

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import emit_document, say
from ingestion.lakehouse.settings import told
from python_models.release.reader import NothingReleased, open_release

_GRAPHS = """
select one.graph_id, other.graph_id
from knowledge.grid_cells as one
inner join knowledge.grid_cells as other on one.resolution_id = other.resolution_id
where one.ontology_id = $a and other.ontology_id = $b
order by one.released desc, one.grid_id, one.cell_id limit 1
"""
_NODES = """
select entity_id, max_by(name, valid_from), max_by(type, valid_from) from knowledge.nodes
where graph_id = $graph and known_to is null group by entity_id
"""
_EDGES = """
select subject_id, relation, coalesce(object_id, value), valid_from from knowledge.edges
where graph_id = $graph and known_to is null
"""


class NotCompared(LookupError):
    """No cell of the release has both versions over the same facts."""


def compared(release: duckdb.DuckDBPyConnection, a: str, b: str) -> dict[str, Any]:
    """Return nodes and edges added, removed and retyped from version `a` to version `b`.

    Raises:
        NotCompared: no two cells differ in just that.
    """
    graphs = release.execute(_GRAPHS, {"a": a, "b": b}).fetchone()
    if graphs is None:
        raise NotCompared(
            f"No two cells of the release differ in {a} and {b} alone: give a grid both, "
            "then `make knowledge`. knowledge.grid_cells lists the cells."
        )
    nodes = [
        {row[0]: row[1:] for row in release.execute(_NODES, {"graph": graph}).fetchall()}
        for graph in graphs
    ]
    edges = [set(release.execute(_EDGES, {"graph": graph}).fetchall()) for graph in graphs]
    both = sorted(nodes[0].keys() & nodes[1].keys())
    renamed = _renamed(edges[0] - edges[1], edges[1] - edges[0])
    return {
        "a": a,
        "b": b,
        "nodes_added": _named(nodes[1], nodes[1].keys() - nodes[0].keys()),
        "nodes_removed": _named(nodes[0], nodes[0].keys() - nodes[1].keys()),
        "nodes_retyped": [
            {"entity_id": one, "name": nodes[1][one][0], "from": nodes[0][one][1],
             "to": nodes[1][one][1]}
            for one in both
            if nodes[0][one][1] != nodes[1][one][1]
        ],
        "edges_added": _counted(edges[1] - edges[0] - {new for _, new in renamed}),
        "edges_removed": _counted(edges[0] - edges[1] - {old for old, _ in renamed}),
        "edges_retyped": Counter(f"{old[1]} -> {new[1]}" for old, new in renamed),
    }  # fmt: skip


def _named(nodes: dict[str, tuple[str, str]], ids: Any) -> list[dict[str, str]]:
    return [{"entity_id": one, "name": nodes[one][0], "type": nodes[one][1]} for one in sorted(ids)]


def _counted(edges: set[tuple[Any, ...]]) -> dict[str, int]:
    return dict(sorted(Counter(edge[1] for edge in edges).items()))


def _renamed(gone: set[tuple[Any, ...]], new: set[tuple[Any, ...]]) -> list[tuple[Any, Any]]:
    """Return edges that are the same but for their relation's name."""
    by_rest: dict[tuple[Any, ...], list[Any]] = {}
    for edge in sorted(new, key=repr):
        by_rest.setdefault((edge[0], edge[2], edge[3]), []).append(edge)
    found = []
    for edge in sorted(gone, key=repr):
        there = by_rest.get((edge[0], edge[2], edge[3]))
        if there:
            found.append((edge, there.pop(0)))
    return found


def main(arguments: list[str] | None = None) -> int:
    """Compare two versions; returns the exit code."""
    options = _options(arguments)
    try:
        with open_release() as release:
            found = compared(release, options.a, options.b)
    except (NotCompared, NothingReleased) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if options.json:
        emit_document(found)
        return 0
    for name in ("nodes_added", "nodes_removed", "nodes_retyped"):
        say(f"{name.replace('_', ' ')}: {len(found[name])}")
        for node in found[name]:
            kinds = node.get("type") or f"{node['from']} -> {node['to']}"
            say(f"  {node['name']} ({kinds})")
    for name in ("edges_added", "edges_removed", "edges_retyped"):
        say(f"{name.replace('_', ' ')}: {sum(found[name].values())}")
        for relation, count in sorted(found[name].items()):
            say(f"  {relation}: {count}")
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = Arguments(
        prog="python -m python_models.knowledge.versions_compared", description=__doc__
    )
    parser.add_argument("--a", required=True, help="version (A=)")
    parser.add_argument("--b", required=True, help="the other version (B=)")
    parser.add_argument("--json", action="store_true", help="as a JSON document")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(told(main))
