"""The daily report, as released."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.page import asking, empty
from dashboards.parts.release import Release
from dashboards.parts.text import report_html
from dashboards.telemetry import issue_queries as queries
from dashboards.telemetry.filters import Filters
from dashboards.telemetry.wording import in_plain_words


def show(release: Release, filters: Filters) -> None:
    """Show one day's report and offer it as Markdown and HTML."""
    ask = asking(release)
    days = {str(row["report_date"]): row for row in ask(queries.REPORT_DATES).to_pylist()}
    if not days:
        empty("This release holds no report.")
        return
    preferred = [day for day in days if day <= str(filters.to_date)] or list(days)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        day = st.selectbox(
            "Day",
            list(days),
            index=list(days).index(preferred[0]),
            key="report",
            bind="query-params",
            width=180,
        )
        report = ask(queries.REPORT, date=day).to_pylist()[0]
        for name, column, mime in (
            ("Markdown", "markdown", "text/markdown"),
            ("HTML", "html", "text/html"),
        ):
            st.download_button(
                name,
                report[column] or "",
                file_name=f"telemetry-{day}.{'md' if column == 'markdown' else 'html'}",
                mime=mime,
                icon=":material/download:",
                key=f"report_{column}",
                on_click="ignore",
            )
    if days[day]["pending_count"]:
        st.warning(
            f"{days[day]['pending_count']} assessments of this day are still pending.",
            icon=":material/hourglass_empty:",
        )
    with st.container(border=True):
        names = ask(queries.NAMES)["name"].to_pylist()
        st.html(report_html(in_plain_words(report["markdown"], names)))
