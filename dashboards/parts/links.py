"""Links from one page to a place on another."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.parts.text import escaped


def link_to(url: str, label: str, icon: str = ":material/arrow_forward:", **place: Any) -> None:
    """Link to another page of ours, with the filters it opens with."""
    from dashboards.navigation import page  # the menu imports the views that draw links

    wanted = {name: str(value) for name, value in place.items() if value is not None}
    st.page_link(page(url), label=escaped(label), icon=icon, query_params=wanted or None)
