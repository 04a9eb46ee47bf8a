"""Commands that compare: `run-compare` and `release-diff`."""

from __future__ import annotations

import argparse
import difflib
import json
from typing import Any

import duckdb

from ingestion.lakehouse import journal
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.output import emit_document, print_table, say
from python_models.release import live
from python_models.release.table_diff import TableDiff, diff_releases
from python_models.runs.phase_compare import compare_phases
from python_models.runs.resumable import arguments_of

_LINES_SHOWN = 30


def release_diff(options: argparse.Namespace) -> int:
    """Show rows added, removed and changed between two releases, table by table."""
    given = _two(options, "select release_id as id from releases order by release_id desc limit 2")
    a, b = (live.release_named(text)["release_id"] for text in given)
    tables = _diff(a, b)
    if options.json:
        emit_document({"a": a, "b": b, "tables": [_full(table) for table in tables]})
        return 0
    _print_tables(tables, f"Release {a} -> {b}")
    return 0


def run_compare(options: argparse.Namespace) -> int:
    """Show what differs between two runs: settings, files, times, rows, cost, released tables."""
    given = _two(
        options, "select run_id as id from runs group by run_id order by max(rowid) desc limit 2"
    )
    a, b = (live.run_named(text)["run_id"] for text in given)
    found = compare(a, b)
    if options.json:
        emit_document(found | {"tables": [_full(table) for table in found["tables"]]})
        return 0
    say(f"Run {a} -> {b}")
    print_table(found["totals"], "Totals")
    if found["settings"]:
        print_table(found["settings"], "Settings and variables")
    if found["prompts"]:
        print_table(found["prompts"], "Prompts that were asked")
    for path, lines in found["files"].items():
        say(f"\n{path}")
        say("\n".join(lines[:_LINES_SHOWN]) or "  (too long to be kept: only its hash differs)")
    if not found["files"]:
        say("The same project files.")
    if found["nodes"]:
        print_table(found["nodes"], "Nodes whose rows, status, calls or time differ")
    for tables in found["phases"].values():
        for title, rows in tables.items():
            if rows:
                print_table(rows, title)
    if found["releases"][0] is None or found["releases"][1] is None:
        say("Released tables are not compared: one of the runs published nothing.")
    else:
        _print_tables(found["tables"], "Released tables")
    return 0


def _two(options: argparse.Namespace, newest: str) -> tuple[str, str]:
    """Return the two that are compared: those named, else one and the last, else the last two.

    Raises:
        NotFound: there are not yet two.
    """
    known = [str(row["id"]) for row in journal.rows(newest)]
    if options.a:
        return options.a, options.b or known[0]
    if len(known) < 2:
        raise live.NotFound("There are no two yet to compare: `make run` makes one more.")
    return known[1], known[0]


def compare(a: str, b: str) -> dict[str, Any]:
    """Return what differs between two runs, as one document."""
    with live.live_ops() as ops:
        totals = [_totals(ops, run_id) for run_id in (a, b)]
        nodes = _nodes(ops, a, b)
    releases = [_release_of(run_id) for run_id in (a, b)]
    return {
        "a": a,
        "b": b,
        "totals": totals,
        "nodes": nodes,
        "releases": releases,
        "tables": _diff(*releases),
    } | told_otherwise(a, b)


def told_otherwise(a: str, b: str) -> dict[str, Any]:
    """Return what two runs were told otherwise: settings, files, prompts, and by it kept phases.

    Raises:
        NotFound: the settings of one are no longer recorded.
    """
    arguments = [arguments_of(run_id) for run_id in (a, b)]
    return {
        "settings": _settings(*arguments),
        "files": _files(*arguments),
        "prompts": _prompts(a, b),
        "phases": compare_phases(a, b),
    }


def _totals(ops: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, Any]:
    return live.rows(
        ops,
        "select run_id, first(status order by rowid) as status, count(*) as invocations,"
        " round(sum(seconds), 1) as seconds, sum(calls) as calls, sum(cached) as cached,"
        " sum(tokens) as tokens, sum(usd) as usd, max(release_id) as release_id,"
        " first(config_hash order by rowid) as config_hash,"
        " first(project_hash order by rowid) as project_hash,"
        " first(git_commit order by rowid)[:10] as git_commit"
        " from ops.runs where run_id = ? group by run_id",
        [run_id],
    )[0]


def _nodes(ops: duckdb.DuckDBPyConnection, a: str, b: str) -> list[dict[str, Any]]:
    side = (
        "(select node, max(phase) as phase, last(status order by rowid) as status,"
        " last(rows_out order by rowid) as rows_out, sum(calls) as calls, sum(usd) as usd,"
        " round(sum(seconds), 2) as seconds, min(rowid) as began from ops.node_runs"
        " where run_id = ? group by node)"
    )
    return live.rows(
        ops,
        "select coalesce(a.phase, b.phase) as phase, node, a.status as status_a,"
        " b.status as status_b, a.rows_out as rows_a, b.rows_out as rows_b, a.calls as calls_a,"
        " b.calls as calls_b, a.usd as usd_a, b.usd as usd_b, a.seconds as seconds_a,"
        f" b.seconds as seconds_b from {side} as a full join {side} as b using (node)"
        " where a.status is distinct from b.status or a.rows_out is distinct from b.rows_out"
        " or a.calls is distinct from b.calls"
        # a second is more than what one start differs from the next by chance
        " or abs(a.seconds - b.seconds) > greatest(1, 0.5 * least(a.seconds, b.seconds))"
        " order by try_cast(split_part(coalesce(a.phase, b.phase), ' ', 1) as integer) nulls last,"
        " coalesce(b.began, a.began), node",
        [a, b],
    )


def _prompts(a: str, b: str) -> list[dict[str, Any]]:
    """Return the steps whose prompt template differs between the answers the runs asked for."""
    if not journal.rows("select 1 from sqlite_master where name = 'llm_calls'"):
        return []
    versions = journal.rows(
        "select runs.run_id, llm_calls.step, group_concat(distinct llm_calls.prompt_version || ' '"
        " || substr(llm_calls.prompt_hash, 1, 10)) as prompt from llm_calls"
        " inner join runs on runs.invocation_id = llm_calls.invocation_id"
        " where runs.run_id in (?, ?) group by runs.run_id, llm_calls.step",
        (a, b),
    )
    known: dict[str, dict[str, str]] = {}
    for row in versions:
        known.setdefault(row["step"], {})[row["run_id"]] = row["prompt"]
    return [
        {"step": step, "a": sides.get(a), "b": sides.get(b)}
        for step, sides in sorted(known.items())
        if a in sides and b in sides and sides[a] != sides[b]
    ]


def _settings(a: dict[str, Any], b: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for kind in ("environment", "variables", "arguments"):
        before, after = json.loads(a[kind]), json.loads(b[kind])
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                found.append({"setting": name, "a": before.get(name), "b": after.get(name)})
    return found


def _files(a: dict[str, Any], b: dict[str, Any]) -> dict[str, list[str]]:
    """Return {path: lines that differ} of the project files that are not the same."""
    before, after = json.loads(a["files"]), json.loads(b["files"])
    found = {}
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) != after.get(path):
            old, new = _text(before.get(path)), _text(after.get(path))
            lines = difflib.unified_diff(old, new, lineterm="", n=0)
            found[path] = [line for line in lines if not line.startswith(("---", "+++"))]
    return found


def _text(file_hash: str | None) -> list[str]:
    found = journal.rows("select content from file_texts where file_hash = ?", (file_hash,))
    return found[0]["content"].splitlines() if found else []


def _release_of(run_id: str) -> int | None:
    found = journal.rows(
        "select max(release_id) as release_id from runs where run_id = ?", (run_id,)
    )
    return found[0]["release_id"]


def _diff(a: int | None, b: int | None) -> list[TableDiff]:
    if a is None or b is None:
        return []
    with connect_duckdb() as connection:
        return diff_releases(connection, a, b)


def _print_tables(tables: list[TableDiff], title: str) -> None:
    differing = [table for table in tables if not table.is_equal]
    if not differing:
        say(f"{title}: no row differs in {len(tables)} tables.")
        return
    print_table([table.row() for table in differing], title)
    say(f"{len(tables) - len(differing)} tables do not differ.")
    for table in differing:
        if table.samples:
            print_table(table.samples, f"Some rows of {table.table}")


def _full(table: TableDiff) -> dict[str, Any]:
    return table.row() | {"samples": table.samples}
