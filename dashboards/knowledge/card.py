"""Card of knowledge on the overview: how much there is, of how many sources."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.links import link_to
from dashboards.parts.page import Ask, card_sides
from dashboards.parts.text import some

FIGURES = """
select
    (select count(*) from knowledge.documents where is_current) as document_count,
    (select count(*) from knowledge.sources) as source_count
"""


def show(ask: Ask) -> None:
    """Show how much there is."""
    row = ask(FIGURES).to_pylist()[0]
    left, _ = card_sides()
    with left:
        st.markdown(f"**{some(row['document_count'], 'document')}**")
        st.caption(f"of {some(row['source_count'], 'source')}")
        link_to("knowledge", "Documents and state")
