"""Headline figures of a page: beside each other where there is room, below where there is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st


def show_figures(
    shown: Mapping[str, tuple[str, str]], trends: Mapping[str, Sequence[float]] | None = None
) -> None:
    """Show headline figures as cards that wrap with the width of the page.

    Args:
        shown: {name: (value, what it means beside it)}.
        trends: {name: values over time} of those figures that have a small trend.
    """
    drawn = trends or {}
    with st.container(horizontal=True):
        for name, (value, note) in shown.items():
            st.metric(
                name,
                value,
                delta=note or None,
                delta_color="off",
                delta_arrow="off",
                border=True,
                chart_data=list(drawn[name]) if len(drawn.get(name, ())) > 1 else None,
                chart_type="bar",
            )
