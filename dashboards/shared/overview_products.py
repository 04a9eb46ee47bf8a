"""The data products on the overview: one card for each, with what matters most in it."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import streamlit as st

from dashboards.parts import charts
from dashboards.parts.links import link_to
from dashboards.parts.page import asking, guarded, part
from dashboards.parts.release import Release
from dashboards.parts.text import count, percent, some
from dashboards.shared import overview_queries as queries
from ingestion.landing.products import DOMAINS

Ask = Callable[..., pa.Table]


def products(release: Release) -> None:
    """Show the card of every product; one that was never released says so and harms no other."""
    part("Products")
    ask = asking(release)
    for name in DOMAINS:
        with guarded(name.capitalize()), st.container(border=True):
            _CARDS[name](ask)


def _telemetry(ask: Ask) -> None:
    row = ask(queries.TELEMETRY).to_pylist()[0]
    left, right = _sides()
    with left:
        st.markdown("#### :material/monitoring: Telemetry")
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
        with st.container(horizontal=True):
            link_to("telemetry", "Issues", view="Issues")
            link_to("telemetry", "Report", view="Report")
    days = ask(queries.TELEMETRY_BY_DAY)
    if len(days):
        right.altair_chart(charts.issue_bars(days), key="issue_bars")


def _conversations(ask: Ask) -> None:
    row = ask(queries.CONVERSATIONS).to_pylist()[0]
    left, right = _sides()
    with left:
        st.markdown("#### :material/forum: Conversations")
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
    scores = ask(queries.CONVERSATION_SCORES)
    if len(scores):
        right.altair_chart(charts.score_histogram(scores), key="conversation_scores")


def _experiments(ask: Ask) -> None:
    row = ask(queries.EXPERIMENTS).to_pylist()[0]
    left, right = _sides()
    with left:
        st.markdown("#### :material/science: Experiments")
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
    means = ask(queries.EXPERIMENT_SCORES)
    if len(means):
        right.altair_chart(charts.score_histogram(means), key="experiment_scores")


def _sides() -> list[st.delta_generator.DeltaGenerator]:
    return st.columns([2, 3], gap="medium", vertical_alignment="center")


_CARDS: dict[str, Callable[[Ask], None]] = {
    "telemetry": _telemetry,
    "conversations": _conversations,
    "experiments": _experiments,
}
