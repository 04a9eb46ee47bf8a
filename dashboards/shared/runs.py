"""Runs page: a run as it happens, what earlier ones did and cost, compare, resume."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.parts import run_live, run_progress, runner
from dashboards.parts.page import Ask, asking, empty, guarded, part
from dashboards.parts.release import Release
from dashboards.parts.severity import status_words
from dashboards.parts.tables import picked, worded
from dashboards.parts.text import escaped, moment, words
from dashboards.shared import runs_compare, runs_nodes, runs_releases, runs_rows
from dashboards.shared import runs_queries as queries
from dashboards.shared.runs_live import live_rows
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.tiers import WHOLE

NUMBER = st.column_config.NumberColumn
RUN_COLUMNS = {
    "started_at": st.column_config.DatetimeColumn("Started (UTC)", format="YYYY-MM-DD HH:mm"),
    "status": "Status",
    "seconds": NUMBER("Seconds", format="%.1f"),
    "nodes_ok": NUMBER("Nodes ok", format="%d"),
    "nodes_failed": NUMBER("Failed", format="%d"),
    "nodes_skipped": NUMBER("Skipped", format="%d"),
    "calls": NUMBER("Calls", format="localized"),
    "cached": NUMBER("From cache", format="localized"),
    "tokens": NUMBER("Tokens", format="localized"),
    "usd": NUMBER("USD", format="$%.4f"),
    "release_id": NUMBER("Release", format="%d"),
    "bytes_added": NUMBER("Added to lake", format="bytes"),
    "command": "Command",
    "git_commit": "Commit",
    "is_dirty": "Uncommitted",
    "message": "Message",
    "run_id": "Run",
    "invocation_id": None,
}
UNFINISHED = {status_words(status) for status in ("failed", "killed")}


def show(release: Release | None) -> None:
    """Show the run going on, then the runs of the past."""
    run_progress.started_run()
    _now()
    _start()
    if release is None:
        with guarded("Runs"):
            _runs(release)
        return
    sections = {
        "Runs": _runs,
        "Rows": runs_rows.show,
        "Compare": runs_compare.show,
        "Releases": runs_releases.show,
    }
    tabs = st.tabs(list(sections), key="view", on_change="rerun", bind="query-params")
    for tab, (name, section) in zip(tabs, sections.items(), strict=True):
        if tab.open:
            with tab, guarded(name):
                section(release)


@st.fragment(run_every=run_progress.REFRESH_SECONDS)
def _now() -> None:
    """Show the build going on; when it ends the page is drawn anew, for the new release."""
    was_building = st.session_state.get("was_building", False)
    st.session_state["was_building"] = run_live.build_in_progress()
    if was_building and not st.session_state["was_building"]:
        st.rerun()


def _start() -> None:
    if st.button(
        "Start a run", icon=":material/play_arrow:", help="Land new files, build, release"
    ):
        run_progress.start(runner.pipeline_command(), "Run of all that is new")


def _runs(release: Release | None) -> None:
    ask: Ask = live_rows
    # a copy of released files alone, or readers who may not see all that the journal tells
    if release is not None and (not lake().journal_db.exists() or settings().tier != WHOLE):
        ask = asking(release)
    runs = ask(queries.RUNS)
    if not len(runs) and release is not None:
        ask = asking(release)
        runs = ask(queries.RUNS)
    if not len(runs):
        empty("No run is recorded yet.", "`make run` makes the first one.")
        return
    run = picked(worded(runs), "runs", RUN_COLUMNS)
    if run is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        part(f"Run of {escaped(moment(run['started_at']))}")
        st.space("stretch")
        _resume(run)
    if run["message"]:
        st.warning(escaped(run["message"]), icon=":material/warning:")
    runs_nodes.show(ask, run)


def _resume(run: dict[str, Any]) -> None:
    if run["status"] not in UNFINISHED:
        return
    if st.button("Resume from where it stopped", icon=":material/resume:"):
        command = runner.resume_command(run["run_id"])
        run_progress.start(command, f"Resume of {words(run['run_id'])}")
