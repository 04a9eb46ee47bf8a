"""What the tiers may have lost: dropped articles that were assessed all the same."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.news import queries
from dashboards.parts.page import asking
from dashboards.parts.release import Release
from dashboards.parts.tables import in_words, table
from dashboards.parts.text import count, some

NUMBER = st.column_config.NumberColumn
COLUMNS: dict[str, Any] = {
    "title": st.column_config.TextColumn("Article", width="large"),
    "host": "Host",
    "dropped_phase": NUMBER("Dropped in", format="%d"),
    "dropped_because": "Because",
    "weighted_score": NUMBER("Score it would have had", format="%.2f"),
    "is_lost": "Would have been in",
    "status": "Answer",
}


def show(release: Release, run: str) -> None:
    """Show the audited articles of a run, those that would have been in the report first."""
    st.subheader("What the tiers may have lost", anchor=False)
    rows = asking(release)(queries.AUDITS, run=run)
    if not len(rows):
        st.caption("No dropped article of this run was assessed (`audit_share` of its report).")
        return
    st.markdown(sentence(rows.to_pylist()))
    table(in_words(rows.select(list(COLUMNS)), "dropped_because", "status"), "news_audits", COLUMNS)


def sentence(rows: list[dict[str, Any]]) -> str:
    """Say what the audited articles of a run tell of its tiers; where all were, it is exact."""
    first = rows[0]
    drawn = (
        f"{count(first['sample_count'])} of {some(first['dropped_count'], 'dropped article')} were"
        " drawn at random and assessed as phase 5 does it, outside the report."
    )
    if first["lost_estimate"] is None:
        return f"{drawn} None has an answer yet: what was lost is not known."
    if first["sample_count"] == first["dropped_count"]:
        return (
            f"{drawn} **{first['lost_estimate']:.1f}** of the report's items were lost on the way:"
            " none is left that was not assessed."
        )
    return (
        f"{drawn} About **{first['lost_estimate']:.1f}** of the report's items were lost on the way"
        f" (95 %: {first['lost_low']:.1f} to {first['lost_high']:.1f})."
    )
