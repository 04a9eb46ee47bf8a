"""Card of conversations on the overview: how many are kept, and how good they are."""

from __future__ import annotations

import streamlit as st

from dashboards.parts import charts
from dashboards.parts.links import link_to
from dashboards.parts.page import Ask, card_sides
from dashboards.parts.text import count, percent, some

SUMMARY = """
select
    count(*) as conversation_count,
    count(distinct conversations.dataset_id) as dataset_count,
    count(*) filter (where conversations.status = 'kept') as kept_count,
    count(*) filter (
        where conversations.status = 'kept' and quality.grade = 'premium'
    ) as premium_count,
    count(distinct quality.conversation_id) filter (
        where quality.is_flagged_for_care
    ) as care_count
from conversations.conversations
left join conversations.quality
    on conversations.conversation_id = quality.conversation_id
"""

SCORES = """
select least(floor(score * 20), 19) / 20 as score, count(*) as row_count
from conversations.quality
where score is not null
group by 1
order by 1
"""


def show(ask: Ask) -> None:
    """Show what matters most."""
    row = ask(SUMMARY).to_pylist()[0]
    left, right = card_sides()
    with left:
        if not row["conversation_count"]:
            st.caption("No conversations released yet.")
            return
        kept = row["kept_count"] / row["conversation_count"]
        st.markdown(f"**{some(row['kept_count'], 'conversation')} kept**, {percent(kept)} of all")
        st.caption(
            f"{count(row['premium_count'])} of them premium, out of "
            f"{some(row['dataset_count'], 'dataset')}, "
            f"{count(row['care_count'])} flagged for care"
        )
        link_to("conversations", "Quality and sets")
    scores = ask(SCORES)
    if len(scores):
        right.altair_chart(charts.score_histogram(scores), key="conversation_scores")
