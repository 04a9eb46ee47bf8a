"""State: sources, their syncs, what was deleted."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.page import asking, empty
from dashboards.parts.release import Release

SOURCES = """
select source, kind, tier, last_exported_at, document_count, sync_count, is_complete, last_error
from knowledge.sources
order by source
"""

SYNCS = """
select exported_at, source, mode, seen, new, changed, unchanged, gone, rejected, error, sync_id
from knowledge.syncs
order by exported_at desc, sync_id
"""


def show(release: Release) -> None:
    """Show what sources gave and when."""
    ask = asking(release)
    sources = ask(SOURCES)
    if not sources.num_rows:
        empty("This release holds no source.", "Declare one: `make land DOMAIN=knowledge`.")
        return
    st.subheader("Sources")
    st.dataframe(sources, hide_index=True)
    st.subheader("Syncs")
    st.dataframe(ask(SYNCS), hide_index=True)
