"""What a person is told when a run is over."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.output import filled, print_table
from python_models.release import release_file
from python_models.release.run_states import NOT_STARTED

_MOST_WARNINGS = 10
_NEXT = """[bold]Look at it[/bold]
  make dashboard   pages on http://127.0.0.1:8501
  make sql         SQL on the release, read-only
  make run-show    what run {run} did, node by node"""


def print_run(console: Console, exit_code: int, run_id: str) -> None:
    """Say how a run ended, what readers see now, and what to do next."""
    found = journal.rows(
        "select * from runs where run_id = ? order by rowid desc limit 1", (run_id,)
    )
    if not found or found[0]["status"] == NOT_STARTED:
        console.print("\n[bold red]The run did not start[/bold red]: what was said above is why.")
        return
    run = found[0]
    console.print()
    if exit_code or run["status"] != "success":
        # one that could not write its end down (the disk is full) is over all the same
        ended = "was stopped" if run["status"] == "running" else run["status"]
        console.print(f"[bold red]Run {run['run_id']} {ended}[/bold red]")
        if run["message"]:
            console.print(escape(filled(f"  {run['message']}")))
        console.print("  Readers keep the release they had. `make resume` goes on from there.")
    else:
        console.print(f"[bold green]Run {run['run_id']} succeeded[/bold green]")
        _print_reason_not_published(console, run)
    print_warnings(console, run["run_id"])
    print_release(console, run["run_id"])


def print_release(console: Console, run_id: str | None = None, *, with_next: bool = True) -> None:
    """Say what readers see: how much of each product, and what of it is new."""
    release_id = release_file.current_release_id()
    if release_id is None:
        console.print("Nothing has been released yet.")
        return
    before = _snapshots_before(release_id)
    products: dict[str, dict[str, int]] = {}
    for row in journal.rows(
        "select * from release_tables where release_id = ? order by domain, table_name",
        (release_id,),
    ):
        one = products.setdefault(row["domain"], dict.fromkeys(("tables", "changed", "rows"), 0))
        one["tables"] += 1
        one["changed"] += before.get((row["domain"], row["table_name"])) != row["snapshot_id"]
        one["rows"] += row["rows"]
    rows = [{"product": name} | counts for name, counts in products.items()]
    print_table(rows, f"Release {release_id}")
    console.print(f"Opened by any DuckDB: {lake().latest}")
    if not with_next:
        return
    console.print()
    newest = journal.rows("select run_id from runs order by rowid desc limit 1")
    console.print(_NEXT.format(run=run_id or (newest[0]["run_id"] if newest else "..")))


def print_warnings(console: Console, run_id: str) -> None:
    """Say again, at the end, which promises were broken without stopping the run."""
    found = journal.rows(
        "select gate, table_name, expectation from gate_results where not success"
        " and severity = 'warn' and invocation_id = (select invocation_id from node_runs"
        " where node_runs.node = gate_results.gate and run_id = ? order by rowid desc limit 1)"
        " order by rowid",
        (run_id,),
    )
    for row in found[:_MOST_WARNINGS]:
        gate = row["gate"].removeprefix("gate_").replace("__", ", ").replace("_", " ")
        said = filled(f"Warning {gate}: {row['table_name']}: {row['expectation']}")
        console.print(f"[yellow]Warning[/yellow]{escape(said.removeprefix('Warning'))}")
    if len(found) > _MOST_WARNINGS:
        console.print(f"  and {len(found) - _MOST_WARNINGS} more: make run-show, or page Quality")


def _snapshots_before(release_id: int) -> dict[tuple[str, str], int]:
    """Return the snapshots of the release before the run that made this one: each domain a run
    publishes is a release of its own."""
    rows = journal.rows(
        "select domain, table_name, snapshot_id from release_tables where release_id = ("
        " select max(earlier.release_id) from releases as earlier"
        " inner join releases as shown on earlier.release_id < shown.release_id"
        " and earlier.invocation_id is not shown.invocation_id"
        " where shown.release_id = ?)",
        (release_id,),
    )
    return {(row["domain"], row["table_name"]): row["snapshot_id"] for row in rows}


def _print_reason_not_published(console: Console, run: dict) -> None:
    held_back = journal.rows(
        "select domain, message from node_runs where rowid in (select max(rowid) from node_runs"
        " where run_id = ? group by node) and message like 'not published:%' order by domain",
        (run["run_id"],),
    )
    for row in held_back:
        console.print(f"  {row['domain']}: {escape(row['message'])}.")
    # one that was gone on with may have published before it was stopped
    published = journal.rows(
        "select 1 from runs where run_id = ? and release_id is not null", (run["run_id"],)
    )
    if not published and not held_back:
        console.print(
            "  It published nothing: only a run with every mart and gate of a domain does."
        )
