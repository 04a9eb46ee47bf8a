"""The nodes of one run: which took longest, when each ran, and of one its past and its log."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.jobs import jobs
from dashboards.parts import run_charts
from dashboards.parts.page import Ask, empty, part
from dashboards.parts.tables import in_words, picked, table, worded
from dashboards.parts.text import escaped, some
from dashboards.shared import runs_queries as queries
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.tiers import WHOLE
from python_models.runs.node_log import node_log

NUMBER = st.column_config.NumberColumn
COLUMNS = {
    "product": "Product",
    "node": st.column_config.TextColumn("Node", width="medium"),
    "phase": "Phase",
    "nodes": NUMBER("Nodes", format="%d"),
    "status": "Status",
    "seconds": NUMBER("Seconds", format="%.2f"),
    "rows_in": NUMBER("Rows in", format="localized"),
    "rows_out": NUMBER("Rows out", format="localized"),
    "calls": NUMBER("Calls", format="localized"),
    "cached": NUMBER("From cache", format="localized"),
    "tokens": NUMBER("Tokens", format="localized"),
    "usd": NUMBER("USD", format="$%.4f"),
    "message": "Message",
    "peak_memory_bytes": NUMBER("Peak memory", format="bytes"),
    "cpu_seconds": NUMBER("CPU s", format="%.2f"),
    "bytes_read": NUMBER("Read", format="bytes"),
    "bytes_written": NUMBER("Written", format="bytes"),
    "bytes_spilled": NUMBER("Spilled", format="bytes"),
    "resource_type": "Kind",
    "domain": None,
    "started_at": None,
}


def show(ask: Ask, run: dict[str, Any]) -> None:
    """Show phases, slowest nodes, when each ran, and all nodes of a run."""
    key = {"invocation_id": run["invocation_id"]}
    phases = ask(queries.PHASES, **key)
    if len(phases):
        table(in_words(worded(phases), "product"), "phases", COLUMNS)
    slowest = ask(queries.SLOWEST, **key)
    if len(slowest):
        part("Slowest nodes", "The tick is the median of what the same node took in other runs.")
        st.altair_chart(run_charts.slowest_nodes(slowest), key="slowest")
        with st.expander("When each node ran"):
            st.altair_chart(
                run_charts.timeline(in_words(ask(queries.TIMELINE, **key), "product")),
                key="timeline",
            )
    part("Nodes", "Choose one for its past and its log.")
    all_nodes = st.toggle("Passed tests too", key="tests", bind="query-params")
    nodes = ask(queries.NODES, **key, all_nodes=all_nodes)
    if not len(nodes):
        empty("No node ran.")
        return
    node = picked(worded(nodes), "nodes", COLUMNS)
    if node:
        _one(ask, run, node)


def _one(ask: Ask, run: dict[str, Any], node: dict[str, Any]) -> None:
    part(escaped(node["node"]))
    past = ask(queries.NODE_HISTORY, node=node["node"], invocation_id=run["invocation_id"])
    if len(past) > 1:
        st.altair_chart(run_charts.node_history(past), key="history")
    else:
        st.caption("It ran once so far: its time has no past to be held against.")
    if node["message"]:
        st.caption(escaped(node["message"]))
    _log(run, node["node"], node["domain"])


def _log(run: dict[str, Any], node: str, product: str | None) -> None:
    """Show what was logged of a node; a log names rows, so that only who sees all is shown it."""
    if settings().tier != WHOLE or not lake().journal_db.exists():
        return
    said = node_log(run["invocation_id"], node, _logs_of_jobs(run["run_id"]), product)
    if not said:
        st.caption("Its log is no longer kept: dbt turns its log over at 10 MB.")
        return
    with st.expander(f"Log, {some(said.count(chr(10)) + 1, 'line')}"):
        st.code(said, language=None, wrap_lines=True)
        if "Began running node" not in said:
            st.caption("A run begun with `VERBOSE=1` logs each statement too.")
        st.download_button(
            "Log", said, f"{node}.log", "text/plain", icon=":material/download:", on_click="ignore"
        )


def _logs_of_jobs(run_id: str) -> list[Any]:
    """Return the logs of the jobs that a run was started by."""
    return [job.log for job in jobs.listed(limit=jobs.KEPT) if job.run_id == run_id]
