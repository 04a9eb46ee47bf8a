"""Card of experiments on the overview: cohorts, texts and how they were scored."""

from __future__ import annotations

import streamlit as st

from dashboards.parts import charts
from dashboards.parts.links import link_to
from dashboards.parts.page import Ask, card_sides
from dashboards.parts.text import count, some

SUMMARY = """
select
    (select count(*) from experiments.cohorts) as cohort_count,
    (select count(*) from experiments.generations) as generation_count,
    count(*) filter (where status = 'ok') as score_count,
    count(*) filter (where status <> 'ok') as error_count
from experiments.scores
"""

SCORES = """
with shares as (
    select (score - scale_min) / nullif(scale_max - scale_min, 0) as share
    from experiments.scores
    where status = 'ok'
)

select least(floor(share * 20), 19) / 20 as score, count(*) as row_count
from shares
where share is not null
group by 1
order by 1
"""


def show(ask: Ask) -> None:
    """Show what matters most."""
    row = ask(SUMMARY).to_pylist()[0]
    left, right = card_sides()
    with left:
        if not row["cohort_count"]:
            st.caption("No cohort released yet.")
            return
        st.markdown(
            f"**{some(row['cohort_count'], 'cohort')}**, {some(row['generation_count'], 'text')}"
        )
        st.caption(
            f"{some(row['score_count'], 'score')}, {count(row['error_count'])} without a number"
        )
        link_to("experiments", "Scores and judges")
    means = ask(SCORES)
    if len(means):
        right.altair_chart(charts.score_histogram(means), key="experiment_scores")
