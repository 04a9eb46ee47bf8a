"""Whether a run may be gone on with: what it reads of the phases before has to be its own.

The build database has one table for each model, as the run that made it last left it. Who goes
on with an older run would build on the tables of newer ones and publish the mixture under the
older name, so that is refused before anything is built. The journal says who made what, in the
order in which it was written: the order of clocks is none.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ingestion.lakehouse import journal
from python_models.runs.invocation import GOOD
from python_models.runs.nodes import Node, domain_of, has_rows

# nodes that ended so have, or may have, changed their table
_MADE = (*GOOD, "killed", "running", "partial success")
_ADDS = ("incremental", "snapshot")
_SHOWN = 5
# macros that read what a table further down stored
_STORED = {"stored_relation", "pending_loads"}
_LAST_MADE = """
    select node_runs.unique_id, node_runs.run_id, node_runs.invocation_id, runs.started_at,
        runs.command, runs.rowid as run_number, max(node_runs.rowid) as node_number
    from node_runs
    inner join runs using (invocation_id)
    where node_runs.status in ({statuses}) or (node_runs.status = 'error' and {adds})
    group by node_runs.unique_id
"""


class Mixture(RuntimeError):
    """Going on would mix the rows of several runs; the message names them."""


def refuse_mixture(
    graph: Mapping[str, Node],
    selected: Collection[str],
    run_id: str,
    restored: Collection[str] = (),
) -> None:
    """Raise unless all that the selected nodes read is what this run made or began with.

    Args:
        graph: the nodes of the project by unique id.
        selected: unique ids of what is about to be built; `dbt retry` says none, and builds
            what has not succeeded.
        run_id: the run it is built for; a new one has nothing to be mixed with.
        restored: unique ids of tables that are brought back as this run had them.

    Raises:
        Mixture: names the runs that made tables again since, or the nodes that never succeeded.
    """
    first = journal.rows("select min(rowid) as number from runs where run_id = ?", (run_id,))
    if first[0]["number"] is None:
        return
    chosen = set(selected or _left(run_id)) & graph.keys()
    inputs = read_by(graph, chosen) - set(restored)
    again = _made_again(graph, inputs | _own(graph, chosen), run_id, first[0]["number"])
    if again:
        raise Mixture(_message(graph, run_id, again))
    if missing := _never_made(inputs, run_id):
        names = _listed([graph[name]["name"] for name in missing])
        raise Mixture(
            f"Run {run_id} cannot go on from here: {names} did not succeed in this run, and what"
            " is there is of an earlier one. Nothing was built or changed. `make resume"
            f" RUN={run_id}` makes what is left, in its order."
        )


def read_by(graph: Mapping[str, Node], chosen: Collection[str]) -> set[str]:
    """Return the tables and views that nodes read and do not make themselves.

    A view is looked through: its rows are those of the tables below it. A gate holds no rows.
    """
    found: set[str] = set()
    waiting = [parent for name in chosen for parent in _parents(graph[name])]
    while waiting:
        name = waiting.pop()
        node = graph.get(name)
        if name in found or name in chosen or node is None or _is_no_table(node):
            continue
        found.add(name)
        if not has_rows(node):
            waiting.extend(_parents(node))
    return {name for name in found if _materialized(graph[name]) != "ephemeral"}


def _own(graph: Mapping[str, Node], chosen: Collection[str]) -> set[str]:
    """Return the tables nodes add to, and those their domain's macros may look into.

    dbt knows nothing of the latter: `stored_relation` reads a table that lies further down.
    """
    adding = {name for name in chosen if _materialized(graph[name]) in _ADDS}
    domains = {domain_of(graph[name]) for name in chosen if _looks_into_stored(graph[name])}
    stored = {
        name
        for name, node in graph.items()
        if _materialized(node) in _ADDS and domain_of(node) in domains
    }
    return adding | stored


def _looks_into_stored(node: Node) -> bool:
    macros = [name.split(".")[-1] for name in node.get("depends_on", {}).get("macros", [])]
    return any(name in _STORED or name.startswith(f"{domain_of(node)}_") for name in macros)


def _made_again(
    graph: Mapping[str, Node], names: Collection[str], run_id: str, first: int
) -> list[dict[str, Any]]:
    """Return who made tables after this run had begun, where that was another run."""
    adding = [name for name in names if _materialized(graph[name]) in _ADDS]
    query = _LAST_MADE.format(
        statuses=", ".join(repr(status) for status in _MADE),
        adds="node_runs.unique_id in (select value from json_each(:adding))",
    )
    return [
        made
        for made in journal.rows(query, {"adding": json.dumps(adding)})
        if made["unique_id"] in names
        and made["run_id"] != run_id
        and made["run_number"] > first
        and not _is_same_seed(graph[made["unique_id"]], run_id, made["invocation_id"])
    ]


def _is_same_seed(node: Node, run_id: str, invocation_id: str) -> bool:
    """Say whether a seed was loaded again from the very file this run began with."""
    if node["resource_type"] != "seed":
        return False
    texts = journal.rows(
        "select files from run_args where invocation_id = ? or rowid ="
        " (select min(rowid) from run_args where run_id = ?)",
        (invocation_id, run_id),
    )
    end = f"/{node.get('original_file_path')}"
    hashes = [
        {text for path, text in json.loads(row["files"]).items() if f"/{path}".endswith(end)}
        for row in texts
    ]
    return len(hashes) == 2 and len(hashes[0]) == 1 and hashes[0] == hashes[1]


def _never_made(names: Collection[str], run_id: str) -> list[str]:
    """Return those of the nodes that were to be part of a run and did not succeed in it."""
    return sorted(_left(run_id) & set(names))


def _left(run_id: str) -> set[str]:
    """Return what was to be part of a run and has not succeeded in it."""
    asked = journal.rows(
        "select selected from run_args where run_id = ? order by rowid limit 1", (run_id,)
    )
    last = journal.rows(
        "select unique_id, status, max(rowid) from node_runs where run_id = ? group by unique_id",
        (run_id,),
    )
    done = {row["unique_id"] for row in last if row["status"] in GOOD}
    return set(json.loads(asked[0]["selected"]) if asked else ()) - done


def _message(graph: Mapping[str, Node], run_id: str, again: list[dict[str, Any]]) -> str:
    runs = sorted({(made["run_number"], made["run_id"]) for made in again})
    lines = list(_lines(graph, again))
    newest = runs[-1][1]
    return "\n".join(
        [
            f"Run {run_id} cannot go on: tables it reads were made again since by other runs.",
            *lines,
            f"What came of it would be a mixture, under the name of run {run_id}. Nothing was"
            " built or changed, readers keep the release they had.",
            f"Go on with the newest run instead (`make resume RUN={newest}`, `make phase-run"
            f" RUN={newest} PHASE=..`), or build everything as a new run (`make build`).",
        ]
    )


def _lines(graph: Mapping[str, Node], again: list[dict[str, Any]]) -> Iterator[str]:
    by_run: dict[tuple[int, str, str, str], list[str]] = {}
    for made in again:
        key = (made["run_number"], made["run_id"], made["started_at"], made["command"])
        by_run.setdefault(key, []).append(graph[made["unique_id"]]["name"])
    for (_, run_id, started_at, command), names in sorted(by_run.items()):
        yield f"  run {run_id} ({started_at[:19]} UTC, `{command}`): {_listed(names)}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(sorted(names)[:_SHOWN]) + more


def _parents(node: Node) -> list[str]:
    return list(node.get("depends_on", {}).get("nodes", []))


def _is_no_table(node: Node) -> bool:
    return node["resource_type"] == "source" or node["name"].startswith("gate_")


def _materialized(node: Node) -> str:
    return (node.get("config") or {}).get("materialized") or ""
