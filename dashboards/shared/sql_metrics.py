"""Beside the console of the page SQL: declared metrics, put into it as the SELECT of each."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.page import asking
from dashboards.parts.release import Release
from dashboards.parts.text import words
from dashboards.shared import data_queries as queries
from python_models.release.metrics.compiler import GRAINS, metric_sql
from python_models.release.metrics.declarations import declared
from python_models.release.metrics.lookup import TIME, MetricError, dimensions_of, tables_of


def show_metrics(release: Release) -> None:
    """Choose metrics and what they are told by; the SELECT goes into the console, unsent."""
    tables = asking(release)(queries.TABLES).to_pylist()
    released = {(row["schema_name"], row["table_name"]) for row in tables}
    metrics = declared().metrics
    names = [name for name in metrics if tables_of([name]) <= released]
    chosen = st.multiselect(
        "Metrics", names, format_func=lambda name: f"{words(name)} ({metrics[name].schema})",
        key="metrics", placeholder="find a figure",
    )  # fmt: skip
    if not chosen:
        st.caption("A figure has one definition: the same as on the pages and in `make metric`.")
        return
    for name in chosen:
        st.caption(metrics[name].description)
    known = [dimensions_of(name) for name in chosen]
    common = [each for each in known[0] if all(each in one for one in known[1:])]
    by = st.multiselect(
        "Told by", [*GRAINS, *(each for each in common if each != TIME)],
        key="metrics_by", placeholder="nothing: one row",
    )  # fmt: skip
    try:
        query = metric_sql(chosen, by)
    except MetricError as error:
        st.warning(str(error), icon=":material/block:")
        return
    st.button(
        "Put in its query", on_click=_put, args=(query,), icon=":material/input:", key="put_metric"
    )


def _put(query: str) -> None:
    st.session_state["query"] = query
