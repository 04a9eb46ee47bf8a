"""Card of telemetry on the overview: the last day's issues, and what waits for a person."""

from __future__ import annotations

import streamlit as st

from dashboards.parts import charts
from dashboards.parts.links import link_to
from dashboards.parts.page import Ask, card_sides
from dashboards.parts.text import count, some

SUMMARY = """
with last_day as (
    select max(cycle_date) as day
    from telemetry.cycles
),

unjudged_controls as (
    (
        select control_id from telemetry.cycles where cycle_date = (select day from last_day)
        union
        select control_id
        from telemetry.point_anomalies
        where reading_date = (select day from last_day)
    )
    except
    select control_id
    from telemetry.cycle_variance
    where
        cycle_date = (select day from last_day) and variance_class <> 'insufficient_history'
)

select
    last_day.day,
    (select count(distinct control_id) from telemetry.cycles) as control_count,
    (select count(*) from telemetry.cycles) as cycle_count,
    (select count(*) from unjudged_controls) as unjudged_count,
    (select count(*) from telemetry.issues where issue_date = last_day.day) as issue_count,
    (
        select count(*)
        from telemetry.issues
        where issue_date = last_day.day and severity = 'critical'
    ) as critical_count,
    (
        select count(*)
        from telemetry.assessments
        where review_status in ('needs_review', 'pending')
    ) as waiting_count
from last_day
"""

BY_DAY = """
select issue_date as day, severity, count(*) as issue_count
from telemetry.issues
group by issue_date, severity
order by issue_date
"""


def show(ask: Ask) -> None:
    """Show what matters most."""
    row = ask(SUMMARY).to_pylist()[0]
    left, right = card_sides()
    with left:
        if row["day"] is None:
            st.caption("No cycles released yet.")
            return
        st.markdown(
            f"**{some(row['issue_count'], 'issue')}** on {row['day']:%d %b %Y}, "
            f"{count(row['critical_count'])} critical"
        )
        st.caption(
            f"{some(row['control_count'], 'control')}, {some(row['cycle_count'], 'cycle')}, "
            f"{some(row['waiting_count'], 'assessment')} to review"
        )
        if row["unjudged_count"]:
            st.caption(f"{some(row['unjudged_count'], 'control')} of that day not judged yet")
        with st.container(horizontal=True):
            link_to("telemetry", "Issues", view="Issues")
            link_to("telemetry", "Report", view="Report")
    days = ask(BY_DAY)
    if len(days):
        right.altair_chart(charts.issue_bars(days), key="issue_bars")
