"""Two runs side by side: settings, node times, row counts, cost."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.severity import status_words
from dashboards.parts.tables import table, worded
from dashboards.parts.text import count, diff_html, duration, escaped, moment, some, usd
from dashboards.shared import runs_queries as queries
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.tiers import WHOLE
from python_models.release.live import NotFound
from python_models.runs.compare import told_otherwise
from python_models.runs.phase_rows import as_table

NUMBER = st.column_config.NumberColumn
COLUMNS = {
    "node": "Node",
    "status_a": "Status A",
    "status_b": "Status B",
    "rows_a": NUMBER("Rows A", format="localized"),
    "rows_b": NUMBER("Rows B", format="localized"),
    "rows_change": NUMBER("Rows, change", format="localized"),
    "seconds_a": NUMBER("Seconds A", format="%.2f"),
    "seconds_b": NUMBER("Seconds B", format="%.2f"),
    "seconds_change": NUMBER("Seconds, change", format="%.2f"),
    "usd_change": NUMBER("USD, change", format="$%.4f"),
}


def show(release: Release) -> None:
    """Ask for two runs and show what differs."""
    ask = asking(release)
    runs = {row["invocation_id"]: row for row in ask(queries.RUNS).to_pylist()}
    if len(runs) < 2:
        empty("There is only one run so far.", "Compare once there are two.")
        return
    names = list(runs)
    left, right = st.columns(2)
    with left:
        a = _one_of("A", "a", names, runs, 1)
    with right:
        b = _one_of("B", "b", names, runs, 0)
    pair = {row["invocation_id"]: row for row in ask(queries.RUN_PAIR, a=a, b=b).to_pylist()}
    table(_facts(pair[a], pair[b]), "compared_runs", {"what": "", "a": "A", "b": "B"})
    part("Nodes", "What changed most comes first.")
    nodes = worded(worded(ask(queries.COMPARED, a=a, b=b), "status_a"), "status_b")
    table(nodes, "compared_nodes", COLUMNS)
    if settings().tier == WHOLE and lake().journal_db.exists():
        _told_otherwise(pair[a]["run_id"], pair[b]["run_id"])


def _told_otherwise(a: str, b: str) -> None:
    """Show what the runs were told otherwise, and what their kept phases came to by it."""
    part("Told otherwise", "Settings, variables, prompts and project files that differ.")
    try:
        found = told_otherwise(a, b)
    except NotFound as problem:
        empty(str(problem))
        return
    if not any(found.values()):
        st.caption("The same settings, prompts and project files.")
    for name in ("settings", "prompts"):
        if found[name]:
            rows = [{key: str(value) for key, value in row.items()} for row in found[name]]
            table(pa.Table.from_pylist(rows), f"compared_{name}")
    if found["files"]:
        _changed_file(found["files"])
    for tables in found["phases"].values():
        for title, rows in tables.items():
            if rows:
                part(escaped(title))
                table(as_table(rows), f"compared_{title}")


def _changed_file(files: dict[str, list[str]]) -> None:
    """Ask for one of the files that differ, and show in which lines."""
    path = st.selectbox(
        f"{some(len(files), 'project file')} that differ{'s' if len(files) == 1 else ''}",
        list(files),
        format_func=lambda name: f"{name}, {some(len(files[name]), 'line')}",
        key="changed_file",
    )
    st.html(diff_html(files[path] or ["Too long to be kept: its hash differs."]))


def _one_of(
    label: str, key: str, names: list[str], runs: dict[str, dict[str, Any]], index: int
) -> str:
    return st.selectbox(
        label,
        names,
        index=index,
        format_func=lambda name: _label(runs[name]) if name in runs else name,
        key=key,
        bind="query-params",
    )


def _label(row: dict[str, Any]) -> str:
    return f"{moment(row['started_at'])}, {status_words(row['status']).lower()}, {row['run_id']}"


def _facts(a: dict[str, Any], b: dict[str, Any]) -> pa.Table:
    shown = {
        "Status": lambda row: status_words(row["status"]),
        "Took": lambda row: duration(row["seconds"]),
        "Commit": lambda row: row["git_commit"] or "–",
        "Settings": lambda row: row["config_hash"] or "–",
        "Project files": lambda row: row["project_hash"] or "–",
        "Calls": lambda row: f"{count(row['calls'])} asked, {count(row['cached'])} from the cache",
        "Cost": lambda row: usd(row["usd"]),
        "Release": lambda row: str(row["release_id"] or "none"),
    }
    return pa.Table.from_pylist(
        [{"what": name, "a": str(say(a)), "b": str(say(b))} for name, say in shown.items()]
    )
