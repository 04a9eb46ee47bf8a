"""Over all cohorts: versions of templates, and models cohort after cohort."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.experiments import charts as charts
from dashboards.experiments import judge_queries as queries
from dashboards.experiments.filters import Chosen
from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table

NUMBER = st.column_config.NumberColumn
WHEN = st.column_config.DatetimeColumn
VERSION_COLUMNS = {
    "kind": "Kind",
    "template_id": "Template",
    "version": NUMBER("Version", format="%d"),
    "mean_share": st.column_config.ProgressColumn(
        "Mean", format="percent", min_value=0, max_value=1
    ),
    "difference": NUMBER("To the version before", format="percent"),
    "place_count": NUMBER("Compared at", format="%d", help="Same combination, models, templates"),
    "n": NUMBER("Scores", format="%d"),
    "first_seen_at": WHEN("First seen (UTC)", format="YYYY-MM-DD HH:mm"),
    "template_hash": st.column_config.TextColumn("Text hash", width="small"),
}
MODEL_COLUMNS = {
    "role": "Role",
    "model_id": "Model",
    "cohort": "Cohort",
    "study": None,
    "cohort_id": None,
    "mean_share": st.column_config.ProgressColumn(
        "Mean", format="percent", min_value=0, max_value=1
    ),
    "difference": NUMBER("To the cohort before", format="percent"),
    "share_deviation": NUMBER("Deviation", format="percent"),
    "score_count": NUMBER("Scores", format="%d"),
    "evaluation_count": NUMBER("Evaluations", format="%d"),
    "created_at": WHEN("Planned (UTC)", format="YYYY-MM-DD HH:mm"),
}
ROLES = {"writer": "As writers", "judge": "As judges"}


def show(release: Release, chosen: Chosen) -> None:
    """Show both tables of all cohorts, and models as lines."""
    ask = asking(release)
    part(
        "Versions of templates",
        "The difference is between scores at the same places, so that nothing else differs.",
    )
    versions = ask(queries.VERSIONS)
    if len(versions):
        table(versions, "versions", VERSION_COLUMNS, column_order=list(VERSION_COLUMNS))
    else:
        empty("No template has landed.")
    rows = ask(queries.MODELS_OVER_TIME).to_pylist()
    if not rows:
        empty("No model has scores yet.")
        return
    for row in rows:
        row["cohort"] = chosen.name_of(row["cohort_id"])
    for column, (role, title) in zip(st.columns(2, gap="large"), ROLES.items(), strict=True):
        with column:
            part(title)
            _lines([row for row in rows if row["role"] == role], role)
    table(pa.Table.from_pylist(rows), "models", MODEL_COLUMNS)


def _lines(rows: list[dict[str, Any]], role: str) -> None:
    shown = sorted(
        (row for row in rows if row["mean_share"] is not None), key=lambda row: row["created_at"]
    )
    if shown:
        st.altair_chart(
            charts.models_over_cohorts(pa.Table.from_pylist(shown)), key=f"models_{role}"
        )
    else:
        empty("No scores in this role.")
