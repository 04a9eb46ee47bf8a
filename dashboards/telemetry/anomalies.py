"""Anomaly score of sensors, reading by reading: what sources without cycles are judged by."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from dashboards.parts import charts
from dashboards.parts.page import asking, empty
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from dashboards.parts.text import count
from dashboards.telemetry import issue_queries as queries
from dashboards.telemetry.filters import Filters
from dashboards.telemetry.readings import bucket_microseconds

COLUMNS = {
    "source": "Source",
    "control_id": "Series",
    "reading_count": st.column_config.NumberColumn("Readings", format="localized"),
    "anomaly_count": st.column_config.NumberColumn("Beyond the threshold", format="localized"),
    "label_count": st.column_config.NumberColumn("Labelled", format="localized"),
    "first_at": st.column_config.DatetimeColumn("First (UTC)", format="YYYY-MM-DD HH:mm"),
    "last_at": st.column_config.DatetimeColumn("Last (UTC)", format="YYYY-MM-DD HH:mm"),
}


def show(release: Release, filters: Filters) -> None:
    """Show one series' score against its threshold, then all series."""
    ask = asking(release)
    series = ask(queries.POINT_SERIES)
    if not len(series):
        empty("No source of this release is judged reading by reading.")
        return
    rows = series.to_pylist()
    names = [f"{row['source']} · {row['control_id']}" for row in rows]
    most = max(range(len(rows)), key=lambda place: rows[place]["anomaly_count"] or 0)
    with st.columns([1, 1])[0]:
        chosen = st.selectbox("Series", names, index=most, key="series", bind="query-params")
    row = rows[names.index(chosen)]
    scores = ask(
        queries.POINT_SCORES,
        source=row["source"],
        control_id=row["control_id"],
        bucket_us=bucket_microseconds(row["first_at"], row["last_at"]),
    )
    if _has_scores(scores):
        st.altair_chart(charts.score_chart(scores), key="score_chart")
        st.caption(
            f"{count(row['anomaly_count'])} of {count(row['reading_count'])} readings are beyond "
            "the threshold (red). Yellow: labelled as anomalous. Dashed: the threshold."
        )
        if scores["threshold"].null_count:
            st.caption(
                "Where the dashed line is missing nothing is judged yet: too little lies behind to "
                "tell how much of this is usual."
            )
    else:
        empty("This series has no score: its lead-in is too short to tell what is normal.")
    table(series, "series", COLUMNS)


def _has_scores(scores: pa.Table) -> bool:
    return bool(pc.any(pc.is_valid(scores["score"])).as_py())
