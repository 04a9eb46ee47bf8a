"""Commands that go on: `resume` and `phase-run`."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.dbt_environment import target_folder
from ingestion.lakehouse.output import say, wide
from ingestion.lakehouse.scrubbing import HIDDEN
from python_models.release import live
from python_models.release.run_states import settle
from python_models.runs import summary
from python_models.runs.dbt_command import dbt
from python_models.runs.invocation import GOOD, RESUME_VARIABLE
from python_models.runs.phases import latest_nodes, phase_nodes

# of this machine and this moment, not of the run that is resumed
_NOT_REPEATED = {
    "sluice_lake",
    "sluice_lock_wait_seconds",
    "sluice_alert_url",
    "sluice_alert_mail_to",
}


def resume(options: argparse.Namespace) -> int:
    """Go on with a run where it stopped, on the same raw snapshots and with the same settings.

    What succeeded is not built again, unless `--from` names a node or phase to begin with.
    """
    run = live.run_named(options.run) if options.run else _last_unfinished()
    if run is None:
        say("The last run succeeded: there is nothing to resume.")
        return 0
    settle()
    if lock.holder():  # nothing goes on beside another build
        lock.acquire()  # waits, or says who holds it and raises
        lock.release()
    run = live.run_named(run["invocation_id"])
    if run["status"] == "success" and not options.from_step:
        say(f"Run {run['run_id']} succeeded: there is nothing to resume.")
        return 0
    if run["status"] == "failed" and not options.from_step and _has_results_of(run):
        return _go_on(run["run_id"], ["retry"])
    names = _what_is_left(run["run_id"], options.from_step)
    if not names:
        say(f"Every node of run {run['run_id']} succeeded: there is nothing to resume.")
        return 0
    return _build(run["run_id"], names)


def phase_run(options: argparse.Namespace) -> int:
    """Run the nodes of one phase of a run again."""
    run_id = live.run_named(options.run)["run_id"]
    nodes = phase_nodes(run_id, options.phase)
    return _build(run_id, [_selector(node["unique_id"]) for node in nodes])


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


def _what_is_left(run_id: str, from_step: str | None) -> list[str]:
    """Return selectors of the nodes that were selected and have not succeeded in this run."""
    arguments = _arguments(run_id)
    done = {node["unique_id"] for node in latest_nodes(run_id) if node["status"] in GOOD}
    left = [name for name in json.loads(arguments["selected"]) if name not in done]
    again = []
    if from_step:
        try:
            steps = [node["node"] for node in phase_nodes(run_id, from_step)]
        except live.NotFound:
            steps = [from_step]
        again = [f"{step}+" for step in steps]
    return sorted({_selector(name) for name in left} | set(again))


def _selector(unique_id: str) -> str:
    """Return what selects this node and no other.

    A bare name also selects the folder of that name, with all that lies in it.
    """
    kind, _, *names = unique_id.split(".")
    if kind in ("model", "seed"):
        return f"{names[-1]},file:{names[-1]},resource_type:{kind}"
    # test.<project>.<name>.<hash>, unit_test.<project>.<model>.<name>
    return names[0] if kind == "test" else names[-1]


def _build(run_id: str, selectors: list[str]) -> int:
    arguments = _arguments(run_id)
    variables = json.loads(arguments["variables"])
    command = ["build", "--indirect-selection", "empty", "--select", *selectors]
    if variables:
        command += ["--vars", json.dumps(variables)]
    return _go_on(run_id, command)


def _arguments(run_id: str) -> dict[str, Any]:
    return journal.rows(
        "select * from run_args where run_id = ? order by rowid limit 1", (run_id,)
    )[0]


def _environment(run_id: str) -> dict[str, str]:
    """Return the settings the run began with, and its name."""
    recorded = json.loads(_arguments(run_id)["environment"])
    repeated = {
        name.upper(): str(value)
        for name, value in recorded.items()
        if value not in (None, "(set)")
        and name not in _NOT_REPEATED
        and not name.startswith(("sluice_alert_", "sluice_serve_"))
        and HIDDEN not in str(value)
    }
    return repeated | {RESUME_VARIABLE: run_id}


def _go_on(run_id: str, command: list[str]) -> int:
    """Run dbt for a run and say how it ended; when it was refused, dbt said why."""
    before = _last_number(run_id)
    code = dbt(command, _environment(run_id))
    if _last_number(run_id) != before:
        summary.print_run(wide(), code, run_id)
    return code


def _last_number(run_id: str) -> int:
    return journal.rows(
        "select coalesce(max(rowid), 0) as number from runs"
        " where run_id = ? and status <> 'not started'",
        (run_id,),
    )[0]["number"]
