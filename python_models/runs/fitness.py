"""Whether a domain may be published: everything ran, every promise held, nothing it waits for."""

from __future__ import annotations

from collections.abc import Mapping

from ingestion.lakehouse import journal
from python_models.runs.invocation import GOOD
from python_models.runs.nodes import Node, domain_of

# `meta` of a release model: `pending_rows: hold_back`; left out, a domain releases without them
META, HOLD_BACK = "pending_rows", "hold_back"
_PENDING = """
    with latest as (
        select llm_step_runs.node, max(runs.rowid) as run_number
        from llm_step_runs
        inner join runs using (invocation_id)
        where runs.run_id = :run_id
        group by llm_step_runs.node
    )
    select llm_step_runs.node, max(llm_step_runs.rows_pending) as row_count
    from llm_step_runs
    inner join runs using (invocation_id)
    inner join latest on llm_step_runs.node = latest.node and runs.rowid = latest.run_number
    where llm_step_runs.rows_pending > 0
    group by llm_step_runs.node
    order by llm_step_runs.node
"""


class GateNotPassed(RuntimeError):
    """A gate of the domain has a failed promise in this run; nothing is published."""


def reason_left_out(
    graph: Mapping[str, Node], run_id: str, domain: str, marts: list[Node]
) -> str | None:
    """Return why this run may not publish: a mart, a gate, or what marts are made of
    was not part of it."""
    needed = {node["name"] for node in marts}
    needed |= {
        node["name"]
        for node in graph.values()
        if node["resource_type"] == "model" and node["name"].startswith(f"gate_{domain}__")
    }
    needed |= _made_of(graph, domain, marts)
    latest = journal.rows(
        "select node, status, max(rowid) from node_runs"
        " where run_id = ? and resource_type = 'model' group by node",
        (run_id,),
    )
    done = {row["node"] for row in latest if row["status"] in GOOD}
    missing = sorted(needed - done)
    if not missing:
        return None
    shown = ", ".join(missing[:5]) + (", ..." if len(missing) > 5 else "")
    return (
        f"not published: {len(missing)} of {len(needed)} marts, gates and tables they are made of"
        f" are not part of this run ({shown})"
    )


def _made_of(graph: Mapping[str, Node], domain: str, marts: list[Node]) -> set[str]:
    """Return the domain's models that marts are made of: rows of another run make a mixture."""
    found: set[str] = set()
    waiting = [node["unique_id"] for node in marts]
    while waiting:
        for name in graph[waiting.pop()].get("depends_on", {}).get("nodes", []):
            node = graph.get(name)
            if node is None or name in found or node["resource_type"] != "model":
                continue
            if domain_of(node) == domain:
                found.add(name)
                waiting.append(name)
    ephemeral = {name for name in found if graph[name]["config"]["materialized"] == "ephemeral"}
    return {graph[name]["name"] for name in found - ephemeral}


def refuse_failed_gates(run_id: str, domain: str) -> None:
    """Raise when a critical promise of the domain failed in this run.

    Raises:
        GateNotPassed: names the first and how many there are.
    """
    failed = journal.rows(
        "select gate, table_name, expectation from gate_results where severity = 'critical'"
        " and not success and gate glob ? and invocation_id = (select invocation_id from node_runs"
        " where node_runs.node = gate_results.gate and run_id = ?"
        " order by rowid desc limit 1)",
        (f"gate_{domain}__*", run_id),
    )
    if failed:
        first = failed[0]
        raise GateNotPassed(
            f"{len(failed)} promises failed in this run, the first is {first['expectation']} on "
            f"{first['table_name']} in {first['gate']}. Nothing was published; see "
            "ops.gate_results in the release for the rest."
        )


def reason_to_wait(graph: Mapping[str, Node], run_id: str, domain: str) -> str | None:
    """Return why the domain is not published now; None when nothing it waits for is pending.

    Every part of a cascade writes a row with the same start and the same pending rows.
    """
    release = next(
        (node for node in graph.values() if node["name"] == f"release_{domain}__published"), None
    )
    meta = ((release or {}).get("config") or {}).get("meta") or {}
    if meta.get(META) != HOLD_BACK:
        return None
    own = {node["name"] for node in graph.values() if domain_of(node) == domain}
    found = {name: count for name, count in latest_pending(run_id).items() if name in own}
    if not found:
        return None
    said = ", ".join(f"{count:,} of {name}" for name, count in found.items())
    return (
        f"not published: {said} are pending, and {domain} is released only when every row has "
        "its answer. The next run asks for the rest (`make estimate` says what it costs)"
    )


def latest_pending(run_id: str, product: str | None = None) -> dict[str, int]:
    """Return {step: rows without an answer}, as each step of a run was left last.

    Args:
        run_id: the run.
        product: leave out the steps that the run built for others.
    """
    if not journal.rows("select 1 from sqlite_master where name = 'llm_step_runs'"):
        return {}
    found = {row["node"]: row["row_count"] for row in journal.rows(_PENDING, {"run_id": run_id})}
    if product is None or not found:
        return found
    others = journal.rows(
        "select distinct node from node_runs where run_id = ? and domain <> ?", (run_id, product)
    )
    return {name: found[name] for name in found.keys() - {row["node"] for row in others}}
