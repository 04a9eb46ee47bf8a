"""Commands that go on: `resume` and `phase-run`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection, Mapping
from typing import Any

from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.dbt_environment import target_folder
from ingestion.lakehouse.output import say, wide
from ingestion.lakehouse.scrubbing import HIDDEN
from python_models.release import live
from python_models.release.run_states import settle
from python_models.runs import asked, invocation, summary
from python_models.runs.build import fold_llm_journal
from python_models.runs.dbt_command import dbt
from python_models.runs.invocation import GOOD, RESUME_VARIABLE
from python_models.runs.phase_resume import GoingOn, going_on, of_phase
from python_models.runs.phases import latest_nodes, phase_nodes
from python_models.runs.resumable import arguments_of
from python_models.runs.run import main as run_again
from python_models.runs.spark.layers import selector

# of this machine and this moment, not of the run that is resumed
_NOT_REPEATED = {
    "sluice_lake",
    "sluice_artifacts",
    "sluice_artifact_rows",
    "sluice_lock_wait_seconds",
    "sluice_spark_uri",
    "sluice_spark_jars",
    "sluice_alert_url",
    "sluice_alert_mail_to",
    "llm_budget_usd",  # who raises it and goes on means the one there is now
    "llm_budget_tokens",
    "llm_budget_calls",
}


def resume(options: argparse.Namespace) -> int:
    """Go on with a run where it stopped, on the same raw snapshots and with the same settings.

    What succeeded is not built again, unless `--from` names a node or phase to begin with.
    """
    if not (options.run or options.from_step) and (question := asked.unanswered()) is not None:
        say("The last run was stopped before it built anything: it lands what is left and builds.")
        return run_again(question)
    run = live.run_named(options.run) if options.run else _last_unfinished()
    if run is None:
        has_run = journal.rows("select 1 from runs limit 1")
        none = "The last run succeeded" if has_run else "Nothing has run yet"
        say(f"{none}: there is nothing to resume.")
        return 0
    settle()
    if lock.holder():  # nothing goes on beside another build
        lock.acquire()  # waits, or says who holds it and raises
        lock.release()
    run = live.run_named(run["invocation_id"])
    if run["status"] == "success" and not options.from_step:
        say(f"Run {run['run_id']} succeeded: there is nothing to resume.")
        return 0
    run_id, step, domain = run["run_id"], options.from_step, options.domain
    left = _left(run_id)
    kept = going_on(run_id, _selected(run_id), left, step, domain)
    if kept is not None:
        return _go_on_with_phases(run_id, kept, step, left)
    is_in_layers = settings_of(run_id).get("SLUICE_ENGINE") == "spark"
    went_badly = any(node["status"] in invocation.BAD for node in latest_nodes(run_id))
    if went_badly and not step and not is_in_layers and _has_results_of(run):
        return _go_on(run_id, ["retry"])
    names = {selector(name) for name in left} | _from(run_id, step, domain)
    if not names:
        return _end(run)
    return _build(run_id, names)


def phase_run(options: argparse.Namespace) -> int:
    """Run the nodes of one phase of a run again."""
    run_id = live.run_named(options.run)["run_id"]
    kept = going_on(run_id, _selected(run_id), (), options.phase, options.domain)
    nodes = phase_nodes(run_id, options.phase, kept.product.name if kept else options.domain)
    return _build(run_id, {selector(node["unique_id"]) for node in nodes}, kept)


def _go_on_with_phases(run_id: str, kept: GoingOn, step: str | None, left: set[str]) -> int:
    """Go on from a phase: all its nodes, what follows from them, and what else is left.

    All nodes of the first phase are made again: a step among them may have succeeded with rows
    that have no answer yet.
    """
    again = of_phase(latest_nodes(run_id), kept)
    names = {selector(node["unique_id"]) for node in again} | {selector(name) for name in left}
    if step:
        names |= {f"{node['node']}+" for node in again}
    if kept.is_newest:
        return _build(run_id, names, kept)
    if kept.number > len(kept.product.phases):
        say(f"Every phase of run {kept.run_id} is there, and an older run releases nothing.")
        return 0
    say(
        f"Run {kept.run_id} is not the newest of {kept.product.name}: its phases from"
        f" {kept.number} on are made again and kept; nothing is released."
    )
    return _build(run_id, names, kept)


def _end(run: dict[str, Any]) -> int:
    """End a run that was stopped when its nodes were done: what is left is to tell readers."""
    with lock.build_lock():
        fold_llm_journal()
        status = invocation.record_end(run["invocation_id"])
        invocation.show_end(run["invocation_id"], status)
    code = int(status != "success")
    summary.print_run(wide(), code, run["run_id"])
    return code


def _last_unfinished() -> dict[str, Any] | None:
    newest = journal.rows(
        "select * from runs where status <> 'not started' order by rowid desc limit 1"
    )
    return newest[0] if newest and newest[0]["status"] != "success" else None


def _has_results_of(run: dict[str, Any]) -> bool:
    path = target_folder() / "run_results.json"
    if not path.exists():
        return False
    return json.loads(path.read_text())["metadata"]["invocation_id"] == run["invocation_id"]


def _selected(run_id: str) -> set[str]:
    """Return unique ids of all that was to be part of a run."""
    return set(json.loads(arguments_of(run_id)["selected"]))


def _left(run_id: str) -> set[str]:
    """Return what was to be part of a run and has not succeeded in it.

    What its last invocation was to make again counts from that one's start.
    """
    done = {node["unique_id"] for node in latest_nodes(run_id) if node["status"] in GOOD}
    last = journal.rows(
        "select invocation_id, selected from run_args where run_id = ? order by rowid desc limit 1",
        (run_id,),
    )[0]
    made = journal.rows(
        "select unique_id, status from node_runs where invocation_id = ?", (last["invocation_id"],)
    )
    made_again = {row["unique_id"] for row in made if row["status"] in GOOD}
    return (_selected(run_id) - done) | (set(json.loads(last["selected"])) - made_again)


def _from(run_id: str, step: str | None, domain: str | None) -> set[str]:
    """Return selectors of a node or of a phase's nodes, with all that follows from them."""
    if not step:
        return set()
    try:
        return {f"{node['node']}+" for node in phase_nodes(run_id, step, domain)}
    except live.NotFound:
        return {f"{step}+"}


def _build(run_id: str, selectors: Collection[str], kept: GoingOn | None = None) -> int:
    arguments = arguments_of(run_id)
    variables = json.loads(arguments["variables"])
    chosen = kept.narrowed(selectors) if kept else sorted(selectors)
    if kept is not None:
        variables |= kept.variables
    command = ["build", "--indirect-selection", "empty", "--select", *chosen]
    if variables:
        command += ["--vars", json.dumps(variables)]
    return _go_on(run_id, command, kept.environment if kept else {})


def settings_of(run_id: str) -> dict[str, str]:
    """Return the settings a run began with, as whoever repeats it has to set them.

    Raises:
        NotFound: they are not recorded any more.
    """
    recorded = json.loads(arguments_of(run_id)["environment"])
    return {
        name.upper(): str(value)
        for name, value in recorded.items()
        if value not in (None, "(set)")
        and name not in _NOT_REPEATED
        and not name.startswith(("sluice_alert_", "sluice_serve_"))
        and HIDDEN not in str(value)
    }


def _go_on(run_id: str, command: list[str], more: Mapping[str, str] | None = None) -> int:
    """Run dbt for a run and say how it ended; when it was refused, dbt said why."""
    before = _last_number(run_id)
    told = settings_of(run_id) | {RESUME_VARIABLE: run_id} | dict(more or {})
    if told.get("SLUICE_ENGINE") == "spark":
        from python_models.runs.spark.build import build_in_layers

        code = build_in_layers(command, told, run_id)
    else:
        code = dbt(command, told)
    if _last_number(run_id) != before:
        summary.print_run(wide(), code, run_id)
    return code


def _last_number(run_id: str) -> int:
    return journal.rows(
        "select coalesce(max(rowid), 0) as number from runs"
        " where run_id = ? and status <> 'not started'",
        (run_id,),
    )[0]["number"]
