"""Rejected cycles on the quality page: those that do not count, and why."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.page import asking
from dashboards.parts.release import Release
from dashboards.parts.tables import in_words, table
from dashboards.parts.text import words

NUMBER = st.column_config.NumberColumn
CYCLE_COLUMNS = {
    "started_at": st.column_config.DatetimeColumn("Started (UTC)", format="YYYY-MM-DD HH:mm"),
    "control_id": "Control",
    "cycle_id": "Cycle",
    "reason": "Reason",
    "value": NUMBER("Value", format="%.4g"),
    "limit_value": NUMBER("Limit", format="%.4g"),
    "cycle_count": NUMBER("Cycles", format="localized"),
    "control_count": NUMBER("Controls", format="localized"),
}

BY_REASON = """
select reason, count(*) as cycle_count, count(distinct control_id) as control_count
from telemetry.rejected_cycles
group by reason
order by cycle_count desc
"""

CYCLES = """
select started_at, control_id, cycle_id, reason, value, limit_value
from telemetry.rejected_cycles
where len($reasons::varchar[]) = 0 or list_contains($reasons::varchar[], reason)
order by started_at desc
limit 5000
"""


def show(release: Release) -> None:
    """Show reasons with their counts, then the cycles."""
    ask = asking(release)
    reasons = ask(BY_REASON)
    if not len(reasons):
        st.success("Every cycle counts.", icon=":material/check_circle:")
        return
    st.caption("Such a cycle is left out of baselines; the issue rules still read it.")
    table(in_words(reasons, "reason"), "cycles_by_reason", CYCLE_COLUMNS)
    wanted = st.multiselect(
        "Reason", reasons["reason"].to_pylist(), format_func=words, placeholder="All", key="why",
        bind="query-params",
    )  # fmt: skip
    cycles = in_words(ask(CYCLES, reasons=wanted), "reason")
    table(cycles, "rejected_cycles", CYCLE_COLUMNS, height="content" if len(cycles) < 12 else 420)
