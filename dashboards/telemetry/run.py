"""Starts a run for a slice of days and controls, and follows it."""

from __future__ import annotations

import streamlit as st

from dashboards.parts import run_progress, runner
from dashboards.parts.page import asking
from dashboards.parts.release import Release
from dashboards.telemetry import queries as queries
from dashboards.telemetry.filters import Filters


def show(release: Release, filters: Filters) -> None:
    """Show the form and the run started last."""
    st.write(
        "Lands new files, then recomputes the chosen days and controls and releases the result. "
        "Pages go on showing the present release until then."
    )
    known = asking(release)(queries.CONTROLS)["control_id"].to_pylist()
    with st.form("start_run", border=True):
        left, middle, right = st.columns([1, 1, 2])
        from_date = left.date_input("From", value=None, format="YYYY-MM-DD", key="run_from")
        to_date = middle.date_input("To", value=None, format="YYYY-MM-DD", key="run_to")
        controls = right.multiselect(
            "Controls", known, placeholder="All controls", key="run_controls"
        )
        st.caption("Nothing chosen: everything that is new.")
        wanted = st.form_submit_button(
            "Start the run", type="primary", icon=":material/play_arrow:"
        )
    if wanted:
        if from_date and to_date and from_date > to_date:
            st.error("From lies after To.", icon=":material/error:")
        else:
            days = {"from": str(from_date or ""), "to": str(to_date or "")}
            command = runner.pipeline_command({**days, "controls": ",".join(controls)})
            run_progress.start(command, title(str(from_date or ""), str(to_date or ""), controls))
    run_progress.started_run()


def title(from_date: str, to_date: str, controls: list[str]) -> str:
    """Return what a run is called on a page."""
    days = f"{from_date or 'the beginning'} to {to_date or 'now'}" if from_date or to_date else ""
    parts = [days, ", ".join(controls)]
    return "Run of " + (", ".join(part for part in parts if part) or "all that is new")
