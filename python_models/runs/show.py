"""Commands that show: `runs`, `run-show`, `phase-show`, `releases`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from ingestion.lakehouse.output import emit, emit_document, print_table, say
from python_models.release import live

_RUN_COLUMNS = (
    "run_id, status, started_at, seconds, nodes_ok, nodes_failed, nodes_skipped, calls, cached,"
    " tokens, usd, release_id, bytes_added, command, message"
)
# what of it fits a terminal; the rest is told by --json, run-show and the page
_PHASE = ("domain", "phase", "nodes", "not_ok", "seconds", "rows_out", "calls", "usd")
_PHASE_NUMBER = "try_cast(split_part(phase, ' ', 1) as integer)"
_NODE = ("node", "status", "seconds", "rows_out")
_USE = "peak_memory_bytes, cpu_seconds, bytes_read, bytes_written, bytes_spilled"
_INVOCATION = (
    "status", "started_at", "seconds", "nodes_ok", "nodes_failed", "usd", "release_id", "message",
)  # fmt: skip
_LONGEST = 8
_GATE = ("gate", "table_name", "severity", "unexpected_count", "observed", "expectation")
_KEPT = (
    "attempt",
    "timestamp",
    "duration_seconds",
    "input_count",
    "output_count",
    "llm_calls",
    "cost_usd",
    "status",
)
_RELEASE = ("release_id", "is_current", "created_at", "kind", "domain", "rows")


def runs(options: argparse.Namespace) -> int:
    """List the newest runs."""
    with live.live_ops() as ops:
        found = live.rows(
            ops, f"select {_RUN_COLUMNS} from ops.runs order by rowid limit ?", [options.limit]
        )
    shown = found if options.json else [_short(row) for row in found]
    emit(shown, options.json, "Runs", "No run yet: `make run`.")
    return 0


def run_show(options: argparse.Namespace) -> int:
    """Show one run: its invocations, its phases, its nodes."""
    run_id = live.run_named(options.id)["run_id"]
    with live.live_ops() as ops:
        document = describe(ops, run_id)
    if options.json:
        emit_document(document)
        return 0
    print_table([_only(one, _INVOCATION) for one in document["invocations"]], f"Run {run_id}")
    if document["phases"]:
        print_table([_only(phase, _PHASE) for phase in document["phases"]], "\nPhases")
    if options.nodes:
        for domain, nodes in _by_domain(document["nodes"]).items():
            rows = [_only(node, _NODE) for node in nodes]
            print_table(rows, f"\n{domain}: nodes (tests that passed are left out)")
    else:
        _print_longest(document["nodes"])
    if said := [_only(node, ("node", "message")) for node in document["nodes"] if _is_bad(node)]:
        print_table(said, "\nWhat went wrong")
    if broken := [_only(gate, _GATE) for gate in document["gates"] if not gate["success"]]:
        print_table(broken, "\nPromises that were not kept")
    return 0


def _print_longest(nodes: Sequence[Mapping[str, Any]]) -> None:
    longest = sorted(nodes, key=lambda node: -(node["seconds"] or 0))[:_LONGEST]
    if longest:
        print_table([_only(node, _NODE) for node in longest], "\nWhat took longest")
    if len(nodes) > len(longest):
        say(f"{len(nodes) - len(longest)} more nodes; ARGS=--nodes lists all in their order.")


def _short(run: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "run_id": run["run_id"],
        "status": run["status"],
        "started": f"{run['started_at']:%Y-%m-%d %H:%M}",
        "seconds": None if run["seconds"] is None else round(run["seconds"]),
        "calls": run["calls"],
        "usd": run["usd"],
        "release": run["release_id"],
    }


def _only(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _by_domain(nodes: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for node in nodes:
        found.setdefault(node["domain"] or "shared", []).append(node)
    return found


def _is_bad(node: Mapping[str, Any]) -> bool:
    return bool(node["message"]) and node["status"] not in ("success", "no-op", "skipped")


_OF_A_RUN = {
    "invocations": "select invocation_id, command, status, started_at,"
    " round(seconds, 1) as seconds, nodes_ok, nodes_failed, nodes_skipped, usd, release_id,"
    " bytes_added, git_commit, is_dirty, message"
    " from ops.runs where run_id = ? order by rowid desc",
    "phases": "select domain, phase, count(*) as nodes,"
    " count(*) filter (status not in ('success', 'pass', 'warn', 'no-op')) as not_ok,"
    " round(sum(seconds), 2) as seconds, sum(rows_out) as rows_out,"
    " sum(calls) as calls, sum(cached) as cached, sum(usd) as usd"
    " from ops.node_runs where run_id = ? and phase is not null"
    f" group by domain, phase order by domain, {_PHASE_NUMBER}",
    "nodes": "select phase, node, status, round(seconds, 2) as seconds, rows_in, rows_out, calls,"
    f" cached, usd, {_USE}, domain,"
    " case when status in ('success', 'pass') then null else message end as message"
    " from ops.node_runs where run_id = ?"
    " and not (resource_type in ('test', 'unit_test') and status = 'pass') order by rowid",
    "gates": "select gate, table_name, expectation, severity, success, broken_check,"
    " unexpected_count, observed from ops.gate_results where invocation_id in"
    " (select invocation_id from ops.runs where run_id = ?) order by gate, table_name",
}


def describe(ops: Any, run_id: str) -> dict[str, Any]:
    """Return everything the journal says about a run."""
    found = {name: live.rows(ops, query, [run_id]) for name, query in _OF_A_RUN.items()}
    return {"run_id": run_id} | found


def releases(options: argparse.Namespace) -> int:
    """List the releases that can be opened."""
    with live.live_ops() as ops:
        found = live.rows(
            ops,
            "select release_id, is_current, created_at, kind, note as domain, tables, rows, bytes,"
            " run_id from ops.releases order by release_id desc limit ?",
            [options.limit],
        )
    short = found if options.json else [_only(row, _RELEASE) for row in found]
    emit(short, options.json, "Releases", "Nothing released yet: `make run`.")
    return 0


def phase_show(options: argparse.Namespace) -> int:
    """Show the nodes of one phase of a run and some rows of what they made."""
    from python_models.runs.phase_documents import kept_documents
    from python_models.runs.phases import sample_rows

    run_id = live.run_named(options.run)["run_id"]
    kept = kept_documents(run_id, options.domain, options.rows, options.phase)
    nodes = _nodes_of(run_id, options.phase, options.domain, is_kept=bool(kept))
    samples = sample_rows(
        run_id, [node for node in nodes if node["domain"] not in kept], options.rows
    )
    phases = [document for documents in kept.values() for document in documents]
    if options.json:
        data = samples | {name: rows for one in phases for name, rows in one["data"].items()}
        known = [one["metadata"] for one in phases]
        emit_document({"run_id": run_id, "phases": known, "nodes": nodes, "data": data})
        return 0
    shown = ("phase", "node", "status", "seconds", "rows_in", "rows_out")
    print_table([{name: node[name] for name in shown} for node in nodes], f"Run {run_id}")
    for document in phases:
        print_table([_only(document["metadata"], _KEPT)], "\nAs it is kept")
        samples |= document["data"]
    for name, sample in samples.items():
        if isinstance(sample, str):
            say(f"{name}: {sample}")
        elif sample:
            print_table(sample, name)
    return 0


def _nodes_of(
    run_id: str, phase: str, domain: str | None, *, is_kept: bool
) -> list[dict[str, Any]]:
    """Return the nodes of a phase; of one that is kept the journal need not know them any more."""
    from python_models.runs.phases import phase_nodes

    try:
        return phase_nodes(run_id, phase, domain)
    except live.NotFound:
        if not is_kept:
            raise
        return []
