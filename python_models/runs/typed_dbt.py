"""What a dbt typed by hand leaves out: products that building again would not change.

`make` does not hand those to dbt (`nothing_new`). Typed by hand, dbt has chosen its nodes before
it connects: they are taken out of its queue before the first one runs. A product is left out
whole, and only where whole products were asked for; `FORCE=1 dbt build` leaves out none.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import duckdb
from dbt.flags import get_flags
from dbt.graph.queue import GraphQueue
from dbt.task.build import BuildTask
from dbt.task.runnable import GraphRunnableTask

from ingestion.lakehouse.dbt_environment import DBT_FOLDER
from ingestion.landing.products import PRODUCTS
from python_models.runs import nothing_new
from python_models.runs.invocation import BEGIN_VARIABLE, RESUME_VARIABLE
from python_models.runs.nodes import Node, domain_of
from python_models.runs.spark.told import told

FORCE = "FORCE"  # as for make
# arguments with which dbt makes something else than the whole of what is selected, as it is
_OTHERWISE = (
    "exclude", "selector", "resource_types", "full_refresh", "empty", "sample",
    "event_time_start", "event_time_end", "defer", "favor_state",
)  # fmt: skip
# a run's products are also left out where a build made them: it made, and tested, no less
_AS_GOOD_AS = {"build": ("build",), "run": ("build", "run")}
_OF_ALL = ("llm", "ops")  # schemas of sources that tell of builds, and decide none
_IN_DATABASE = {"table", "view", "incremental", "seed"}

_execute_nodes = GraphRunnableTask.execute_nodes
_left_out: frozenset[str] = frozenset()


def leave_out(
    asked: Mapping[str, Any], session: duckdb.DuckDBPyConnection | None
) -> Mapping[str, Any] | None:
    """Return what a build begins with, less the products that stand; None when all of it does.

    What belongs to no product is left out where the project as it is was built whole.

    Args:
        asked: arguments of `Build.start`, as dbt says them.
        session: dbt's connection to the build database.
    """
    global _left_out
    _left_out = frozenset()
    arguments = asked["arguments"]
    products = _products_of(arguments)
    if products is None or session is None or not _is_typed():
        return asked
    variables, made_by = arguments.get("vars") or {}, _AS_GOOD_AS[arguments["which"]]
    found = nothing_new.standing_products(variables, products, made_by)
    kinds = ("nodes", "sources", "exposures")
    graph = {name: node for kind in kinds for name, node in asked["graph"][kind].items()}
    standing = {
        name: run
        for name, run in nothing_new.still_built(found, session).items()
        if _is_whole(session, graph, name)
    }
    if not (standing if products else any(map(nothing_new.was_of_all, standing.values()))):
        return asked
    left = [one.name for one in nothing_new.chosen_products(products) if one.name not in standing]
    stays = {name for name, node in graph.items() if domain_of(node) in standing}
    if not products:
        stays |= {name for name, node in graph.items() if domain_of(node) not in PRODUCTS}
    stays |= {name for name, node in graph.items() if _is_test_of(node, stays)}
    _left_out = frozenset(stays) & frozenset(asked["selected"])
    selected = [name for name in asked["selected"] if name not in stays]
    nothing_new.say_standing(standing, f"FORCE=1 dbt {arguments['which']}")
    if not left:
        return None
    return {**asked, "selected": selected, "arguments": {**arguments, "select": left}}


def teach() -> None:
    """Have dbt, in this process, run no node that is left out."""
    GraphRunnableTask.execute_nodes = _execute_what_is_left  # type: ignore[method-assign]


def _execute_what_is_left(task: GraphRunnableTask) -> Any:
    if _left_out and task.job_queue is not None:
        chosen = task.job_queue.get_selected_nodes()
        left = {name for name in chosen if name not in _left_out}
        part = task.graph.get_subset_graph(left)  # type: ignore[union-attr]
        task.job_queue = GraphQueue(part.graph, task.manifest, left)  # type: ignore[arg-type]
        nodes = [node for node in task._flattened_nodes or () if node.unique_id in left]
        task._flattened_nodes = nodes
        task.num_nodes = sum(not node.is_ephemeral_model for node in nodes)
        if isinstance(task, BuildTask):  # which counts unit tests beside its nodes
            tests = task.model_to_unit_test_map.items()
            task.selected_unit_tests = {
                name for model, names in tests if model in left for name in names
            }
    return _execute_nodes(task)


def _is_typed() -> bool:
    """Say whether a person asked for this build, not something that knows what has to be built.

    The files of another project are no part of what tells whether a product stands.
    """
    known = (BEGIN_VARIABLE, RESUME_VARIABLE, FORCE)
    project = Path(getattr(get_flags(), "PROJECT_DIR", None) or DBT_FOLDER)
    return (
        project.resolve() == DBT_FOLDER.resolve()
        and told() is None
        and not any(os.environ.get(name) for name in known)
    )


def _products_of(arguments: Mapping[str, Any]) -> Collection[str] | None:
    """Return the products that were asked for, none for all; None where it was something else."""
    if arguments.get("which") not in _AS_GOOD_AS or any(map(arguments.get, _OTHERWISE)):
        return None
    if set(arguments.get("exclude_resource_types") or ()) - {"unit_test"}:
        return None
    selected = tuple(arguments.get("select") or ())
    return selected if set(selected) <= set(PRODUCTS) else None


def _is_whole(session: duckdb.DuckDBPyConnection, graph: Mapping[str, Node], product: str) -> bool:
    """Say whether a product is there, and reads but raw tables whose snapshots are known."""
    nodes = [node for node in graph.values() if domain_of(node) == product]
    made = {
        (node["schema"], node.get("alias") or node["name"])
        for node in nodes
        if (node.get("config") or {}).get("materialized") in _IN_DATABASE
    }
    parents = [graph[name] for node in nodes for name in _parents(node) if name in graph]
    read = {one["schema"] for one in parents if one["resource_type"] == "source"}
    known = {PRODUCTS[product].namespace, *_OF_ALL}
    return bool(made) and made <= nothing_new.tables_of(session) and read <= known


def _is_test_of(node: Node, models: Collection[str]) -> bool:
    """Say whether a node tests nothing but models; those in Python have tests elsewhere."""
    return node["resource_type"] == "test" and set(_parents(node)) <= set(models)


def _parents(node: Node) -> list[str]:
    return list((node.get("depends_on") or {}).get("nodes", []))
