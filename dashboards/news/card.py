"""Card of news on the overview: the newest report, and what it was chosen from."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.links import link_to
from dashboards.parts.page import Ask, card_sides
from dashboards.parts.text import count, escaped, moment, some, usd

NEWEST = """
select run_id, as_of
from news.reports
order by as_of desc, run_id desc
limit 1
"""

FIGURES = """
select
    (select count(*) from news.tier1 where run_id = $run) as article_count,
    (select count(*) from news.source_health where run_id = $run) as source_count,
    (
        select count(*) from news.source_health
        where run_id = $run and status not in ('ok', 'unchanged', 'partial')
    ) as failed_count,
    (select sum(cost_usd) from news.article_costs where run_id = $run) as cost_usd
"""

TITLES = """
select rank, title
from news.report_items
where run_id = $run
order by rank
limit 3
"""


def show(ask: Ask) -> None:
    """Show what matters most."""
    newest = ask(NEWEST).to_pylist()
    left, right = card_sides()
    with left:
        if not newest:
            st.caption("No report yet: `make news` makes one.")
            return
        run = newest[0]["run_id"]
        row = ask(FIGURES, run=run).to_pylist()[0]
        st.markdown(f"**Report of {moment(newest[0]['as_of'])}**")
        st.caption(
            f"out of {some(row['article_count'], 'article')} of"
            f" {some(row['source_count'], 'source')} ({count(row['failed_count'])} did not answer)"
            f", {usd(row['cost_usd'])}"
        )
        link_to("news", "Report and sources")
    for item in ask(TITLES, run=run).to_pylist():
        right.markdown(f"{item['rank']}. {escaped(item['title'])}")
