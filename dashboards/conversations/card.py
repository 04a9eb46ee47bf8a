"""Card of conversations on the overview: how many are kept, and how good they are."""

from __future__ import annotations

import streamlit as st

from dashboards.conversations import queries
from dashboards.parts import charts
from dashboards.parts.links import link_to
from dashboards.parts.page import Ask, card_sides
from dashboards.parts.text import count, percent, some

SCORES = """
select least(floor(score * 20), 19) / 20 as score, count(*) as row_count
from conversations.quality
where score is not null
group by 1
order by 1
"""


def show(ask: Ask) -> None:
    """Show what matters most."""
    row = ask(queries.FIGURES).to_pylist()[0]
    left, right = card_sides()
    with left:
        if not row["record_count"]:
            st.caption("No conversations released yet.")
            return
        st.markdown(
            f"**{some(row['kept_count'], 'conversation')} kept**, "
            f"{percent(row['kept_share'])} of all"
        )
        st.caption(
            f"{count(row['premium_count'])} of them premium, out of "
            f"{some(row['dataset_count'], 'dataset')}, "
            f"{count(row['care_count'])} flagged for care"
        )
        link_to("conversations", "Quality and sets")
    scores = ask(SCORES)
    if len(scores):
        right.altair_chart(charts.score_histogram(scores), key="conversation_scores")
