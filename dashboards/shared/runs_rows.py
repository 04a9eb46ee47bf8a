"""The rows of any phase of any run, and going on with the run from there."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.parts import run_progress, runner
from dashboards.parts.page import empty, part
from dashboards.parts.release import opened
from dashboards.parts.tables import table
from dashboards.parts.text import count, escaped, moment
from dashboards.shared import runs_queries as queries
from dashboards.shared.runs_live import live_rows
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.tiers import WHOLE
from ingestion.landing.products import PRODUCTS
from python_models.release.reader import NothingReleased
from python_models.runs import phase_rows
from python_models.runs.artifacts import fetched_folder, folder_of
from python_models.runs.phase_rows import Relation
from python_models.runs.resumable import why_not

MOST_ROWS = 5_000
SAID = {
    "kept": "as the phase left it",
    "release": "as this run released it",
    "files": "from the run's folder",
}


def show(_: Any) -> None:
    """Ask for a run, a phase and a table, and show its rows."""
    if settings().tier != WHOLE:
        empty("Rows of phases are for those who see every tier.", "Released rows: Data, SQL.")
        return
    if not lake().journal_db.exists():
        empty("This is a copy of released files alone.", "Phases lie in the lake that made it.")
        return
    runs = {row["run_id"]: row for row in reversed(live_rows(queries.RUNS).to_pylist())}
    names = list(reversed(runs))
    phases_of = {}
    if names:
        run_id = _choice("Run", "rows_of", names, lambda name: _label(runs[name]))
        phases_of = phase_rows.phases_of(run_id)
    if not phases_of:
        empty("No phase of this run is recorded." if names else "No run is recorded yet.")
        return
    left, right = st.columns(2)
    with left:
        product = _choice("Product", "product", list(phases_of), lambda name: PRODUCTS[name].title)
    with right:
        phases = phases_of[product]
        # what a phase of release makes is of the build alone
        last = [place for place, name in enumerate(phases) if not name.endswith(" release")]
        phase = _choice("Phase", "phase", phases, str, index=last[-1] if last else 0)
    _go_on(run_id, product, phase)
    _rows(run_id, product, phase)


def _choice(label: str, key: str, options: list[str], said: Any, index: int = 0) -> str:
    known = set(options)
    return st.selectbox(
        label,
        options,
        index=index,
        format_func=lambda name: said(name) if name in known else str(name),
        key=key,
        bind="query-params",
    )


def _label(row: dict[str, Any]) -> str:
    return f"{moment(row['started_at'])}, {row['run_id']}"


def _go_on(run_id: str, product: str, phase: str) -> None:
    """Offer to make the run again from a phase, or say why it cannot be."""
    reason = why_not(run_id, product, phase)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Go on from here", icon=":material/resume:", disabled=bool(reason)):
            command = [
                *runner.resume_command(run_id), f"--from={phase}", f"--domain={product}",
            ]  # fmt: skip
            run_progress.start(command, f"{run_id} from {product}, phase {phase}")
        st.caption(
            escaped(reason)
            if reason
            else "Makes this phase and all that follows from it again, on the same raw snapshots.",
            width="content",
        )


def _rows(run_id: str, product: str, phase: str) -> None:
    found = phase_rows.relations(run_id, product, phase, opened)
    readable = [one for one in found if one.origin != "none"]
    if readable:
        names = {one.name: one for one in readable}
        name = _choice("Table", "table", list(names), str)
        _show(run_id, product, phase, names[name])
    lost = [one for one in found if one.origin == "none"]
    if lost:
        _lost(run_id, product, phase, lost)
    if not found:
        empty("This phase has no table.")


def _show(run_id: str, product: str, phase: str, wanted: Relation) -> None:
    try:
        rows = phase_rows.rows_of(run_id, product, phase, wanted, MOST_ROWS, opened)
    except NothingReleased as problem:
        empty(str(problem))
        return
    part(escaped(wanted.name))
    of = more = ""
    if wanted.row_count not in (None, len(rows)):
        of, more = f" of {count(wanted.row_count)}", "; `make export-run` writes all of them"
    st.caption(f"{count(len(rows))}{of} rows, {SAID[wanted.origin]}{more}")
    table(rows, f"{run_id}_{wanted.name}") if len(rows) else empty("It has no row.")


def _lost(run_id: str, product: str, phase: str, lost: list[Relation]) -> None:
    """Say of tables that lie in the build database alone why, and have their rows fetched."""
    with st.expander(f"{count(len(lost))} more, in the build database alone"):
        st.markdown(
            "A page opens no build database: that would hold builds up. A job reads it when no "
            "build goes on; it has what each table's newest run left."
        )
        if any(one.why is None for one in lost):
            _fetch(run_id, product)
            number = phase.partition(" ")[0]
            st.caption("The same on the machine itself:")
            st.code(f"make phase-show RUN={run_id} PHASE={number} DOMAIN={product}", language=None)
        rows = [{"Table": one.name, "Rows": one.row_count, "Why": one.why} for one in lost]
        st.dataframe(rows, hide_index=True, placeholder="–")


def _fetch(run_id: str, product: str) -> None:
    folder = folder_of(run_id)
    limit = settings().sluice_artifact_rows or (MOST_ROWS if folder is None else 1_000_000_000)
    to = folder or fetched_folder(run_id) / product
    if st.button("Fetch its rows", icon=":material/save:"):
        command = [*runner.commands(), "export-run", run_id, str(to), f"--rows={limit}"]
        command += [] if folder else [f"--domain={product}"]
        run_progress.start(command, f"Rows of {run_id}, {product}", "export")
