"""How the sources of a run fared: who answered, with how much that was new."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.news import queries
from dashboards.parts.page import asking, empty
from dashboards.parts.release import Release
from dashboards.parts.tables import in_words, table
from dashboards.parts.text import some

NUMBER, MOMENT = st.column_config.NumberColumn, st.column_config.DatetimeColumn
COLUMNS: dict[str, Any] = {
    "source": "Source",
    "status": "Status",
    "http_status": NUMBER("HTTP", format="%d"),
    "error": st.column_config.TextColumn("What it said", width="medium"),
    "item_count": NUMBER("Items"),
    "new_count": NUMBER("New"),
    "changed_count": NUMBER("Changed"),
    "rejected_count": NUMBER("Refused"),
    "byte_count": NUMBER("Bytes", format="localized"),
    "seconds": NUMBER("Seconds", format="%.2f"),
    "last_good_at": MOMENT("Last good", format="YYYY-MM-DD HH:mm"),
    "next_try_at": MOMENT("Next try", format="YYYY-MM-DD HH:mm"),
}
GOOD = ("ok", "unchanged", "partial")


def show(release: Release, reports: dict[str, dict[str, Any]], run: str) -> None:
    """Show the sources, those in trouble first."""
    rows = asking(release)(queries.HEALTH, run=run)
    if not len(rows):
        empty("This run asked no source.")
        return
    bad = [row for row in rows.to_pylist() if row["status"] not in GOOD]
    if bad:
        st.warning(
            f"{some(len(bad), 'source')} of {len(rows)} gave nothing to read.",
            icon=":material/sensors_off:",
        )
    table(in_words(rows, "status"), "news_sources", COLUMNS)
