"""What a run began with, and whether it can be gone on with from one of its phases."""

from __future__ import annotations

from typing import Any

from ingestion.lakehouse import journal
from ingestion.landing.products import PRODUCTS
from python_models.release import kept_phases, live
from python_models.runs.phase_restore import NotKept, kept_before
from python_models.runs.phase_resume import named
from python_models.runs.phases import latest_nodes


def why_not(run_id: str, product: str, phase: str) -> str | None:
    """Return why a run cannot go on from a phase of a product, in a sentence; None when it can.

    Of a product that is kept by phase any run can whose phases before are kept. Of any other the
    tables of a run are there until the next run makes them again.
    """
    if not journal.rows("select 1 from run_args where run_id = ? limit 1", (run_id,)):
        return "The settings of this run are no longer recorded: retention let go of them."
    one = PRODUCTS[product]
    if one.phases and (number := named(one, phase)):
        with kept_phases.reading() as connection:
            rows = kept_phases.runs_of(connection, one)
        own = kept_phases.run_of_product(rows, run_id)
        if own is None:
            return "No phase of this run is kept."
        try:
            kept_before(rows, one, own, number)
        except NotKept as problem:
            return str(problem)
        return None
    newer = _made_again(run_id, product)
    return f"Run {newer} has made its tables again since: go on with that one." if newer else None


def _made_again(run_id: str, product: str) -> str | None:
    """Return the run that made tables of a product again after a run, if there is one."""
    own = {node["unique_id"] for node in latest_nodes(run_id) if node["domain"] == product}
    found = journal.rows(
        "select node_runs.run_id, node_runs.unique_id from node_runs"
        " inner join runs using (invocation_id)"
        " where node_runs.domain = ? and node_runs.run_id <> ?"
        " and node_runs.resource_type not in ('test', 'unit_test')"
        " and node_runs.status not in ('skipped', 'running')"
        " and runs.rowid > (select max(rowid) from runs where run_id = ?)"
        " order by runs.rowid desc",
        (product, run_id, run_id),
    )
    return next((row["run_id"] for row in found if row["unique_id"] in own), None)


def arguments_of(run_id: str) -> dict[str, Any]:
    """Return the settings a run began with, as the journal keeps them.

    Raises:
        live.NotFound: none are kept.
    """
    found = journal.rows(
        "select * from run_args where run_id = ? order by rowid limit 1", (run_id,)
    )
    if not found:
        raise live.NotFound(
            f"Run {run_id} has no recorded settings: it built nothing, or retention let go of them."
        )
    return found[0]
