"""Which cohorts there are, and how far each stage of them is."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from dashboards.experiments import charts as charts
from dashboards.experiments import queries as queries
from dashboards.experiments.filters import Chosen
from dashboards.parts.page import asking, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from dashboards.parts.text import count, usd

NUMBER = st.column_config.NumberColumn
COLUMNS = {
    "study": "Study",
    "level": "Descriptions",
    "k_max": NUMBER("Concepts", format="%d"),
    "combo_count": NUMBER("Combinations", format="%d"),
    "draft_count": NUMBER("Drafts", format="%d"),
    "essay_count": NUMBER("Essays", format="%d"),
    "evaluation_count": NUMBER("Evaluations", format="%d"),
    "is_current": "Newest",
    "is_reevaluation": "Judges again",
    "created_at": st.column_config.DatetimeColumn("Planned (UTC)", format="YYYY-MM-DD HH:mm"),
    "cohort_id": st.column_config.TextColumn("Id", width="small"),
}


def show(release: Release, chosen: Chosen) -> None:
    """Show cohort by stage, and the cohorts themselves."""
    ask = asking(release)
    rows = ask(queries.MATRIX).to_pylist()
    for row in rows:
        row["cohort"] = chosen.name_of(row["cohort_id"])
        row["done_share"] = row["done_count"] / row["planned_count"]
        row["told"] = f"{count(row['done_count'])} of {count(row['planned_count'])}"
        if row["shared_count"]:
            row["told"] += f" · {count(row['shared_count'])} shared"
        if row["failed_count"]:
            row["told"] += f" · {count(row['failed_count'])} failed"
        if row["cost_usd"]:
            row["told"] += f"\n{usd(row['cost_usd'])}"
    if rows:
        st.altair_chart(charts.cohort_matrix(pa.Table.from_pylist(rows)), key="cohort_matrix")
        st.caption(
            "A generation is known by what is asked of whom: cohorts that ask the same share it, "
            "and it is paid for once."
        )
    part("Cohorts")
    table(ask(queries.COHORTS), "cohorts", COLUMNS)
