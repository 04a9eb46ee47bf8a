"""Cuts a build into layers that run one after another, each on one engine.

SQL models of products run on Spark. Gates, LLM steps, other Python models, seeds, releases and
tests run on DuckDB, as do the models that say so (`meta: {engine: local}`), those that are never
made anew (`full_refresh: false`) and those that belong to no product. A model that is put into
the queries of others on Spark is a view on DuckDB.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from python_models.runs.nodes import Node, domain_of

LOCAL, SPARK = "local", "spark"
_RUN = ("model", "seed", "snapshot", "test")
_OF_NO_PRODUCT = (None, "llm", "ops")
_NO_ROWS = ("gate_", "release_")  # what waits for them reads none


@dataclass(frozen=True)
class Layer:
    """Nodes that one invocation of dbt builds."""

    engine: str
    nodes: tuple[str, ...]  # unique ids, in the order of the graph


def cut(graph: Mapping[str, Node], selected: Collection[str]) -> list[Layer]:
    """Return the fewest layers that build the selected nodes, each after all it rests on.

    Args:
        graph: nodes by unique id, as dbt parsed them for the target `spark`.
        selected: unique ids of what is to be built.

    Raises:
        graphlib.CycleError: the graph has a circle.
    """
    engines = {
        name: engine_of(graph[name])
        for name in sorted(selected)
        if name in graph and graph[name]["resource_type"] in _RUN
    }
    before = {name: _waits_for(graph, name, engines) for name in engines}
    both = [_numbered(engines, before, first) for first in (LOCAL, SPARK)]
    return min(both, key=len)


def engine_of(node: Node) -> str:
    """Return the engine a node runs on."""
    config = node.get("config") or {}
    is_here = (
        node["resource_type"] != "model"
        or node.get("language") == "python"
        or _is_inlined(node)
        or domain_of(node) in _OF_NO_PRODUCT
        or (config.get("meta") or {}).get("engine") == LOCAL
        or config.get("full_refresh") is False  # its rows cannot be made anew by another engine
    )
    return LOCAL if is_here else SPARK


def read_across(graph: Mapping[str, Node], layer: Layer) -> dict[str, Node]:
    """Return the tables of the other engine that a layer's nodes read, themselves or through what
    is put into their queries."""
    found: dict[str, Node] = {}
    waiting = [parent for name in layer.nodes for parent in _parents(graph[name])]
    seen = set(waiting)
    while waiting:
        name = waiting.pop()
        node = graph.get(name)
        if node is None or node["resource_type"] not in ("model", "seed", "snapshot"):
            continue
        if _is_inlined(node):
            more = set(_parents(node)) - seen
            seen |= more
            waiting += sorted(more)
        elif engine_of(node) != layer.engine and not _has_no_rows(node):
            found[name] = node
    return found


def selector(unique_id: str) -> str:
    """Return what selects this node and no other.

    A bare name also selects the folder of that name, with all that lies in it.
    """
    kind, _, *names = unique_id.split(".")
    if kind in ("model", "seed"):
        return f"{names[-1]},file:{names[-1]},resource_type:{kind}"
    # test.<project>.<name>.<hash>, unit_test.<project>.<model>.<name>
    return names[0] if kind == "test" else names[-1]


def _waits_for(graph: Mapping[str, Node], name: str, engines: Mapping[str, str]) -> set[str]:
    """Return the selected nodes that have to be there before a node is built.

    Looks through what is not selected; on Spark also through what is put into its query, which
    then waits for nobody there.
    """
    found: set[str] = set()
    waiting = _parents(graph[name])
    seen = set(waiting)
    while waiting:
        parent = waiting.pop()
        node = graph.get(parent)
        if node is None:
            continue
        if parent in engines and not (engines[name] == SPARK and _is_inlined(node)):
            found.add(parent)
            continue
        more = set(_parents(node)) - seen
        seen |= more
        waiting += sorted(more)
    return found


def _numbered(
    engines: Mapping[str, str], before: Mapping[str, set[str]], first: str
) -> list[Layer]:
    """Return layers that alternate from an engine on; each node comes as early as it can."""
    numbers: dict[str, int] = {}
    for name in TopologicalSorter(before).static_order():
        number = max((numbers[one] for one in before[name]), default=0)
        is_turn = (number % 2 == 0) == (engines[name] == first)
        numbers[name] = number if is_turn else number + 1
    layers: dict[int, list[str]] = {}
    for name, number in numbers.items():
        layers.setdefault(number, []).append(name)
    return [Layer(engines[names[0]], tuple(names)) for _, names in sorted(layers.items())]


def _parents(node: Node) -> list[str]:
    return sorted(node.get("depends_on", {}).get("nodes", []))


def _is_inlined(node: Node) -> bool:
    return (node.get("config") or {}).get("materialized") == "ephemeral"


def _has_no_rows(node: Node) -> bool:
    return node["name"].startswith(_NO_ROWS)
