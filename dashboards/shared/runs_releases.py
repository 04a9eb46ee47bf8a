"""The releases there are, what each changed, and which one readers see."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.parts import run_progress, runner
from dashboards.parts.page import Ask, asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import in_words, picked, table
from dashboards.parts.text import escaped, moment, words
from dashboards.shared import runs_queries as queries
from dashboards.shared.runs_live import live_rows
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.tiers import WHOLE
from ingestion.landing.products import PRODUCTS

NUMBER = st.column_config.NumberColumn
COLUMNS = {
    "release_id": NUMBER("Release", format="%d"),
    "created_at": st.column_config.DatetimeColumn("Made (UTC)", format="YYYY-MM-DD HH:mm"),
    "what": "What",
    "is_current": "Readers see it",
    "tables": NUMBER("Tables", format="%d"),
    "rows": NUMBER("Rows", format="localized"),
    "bytes": NUMBER("Bytes", format="bytes"),
    "run_id": "Run",
}
CHANGE_COLUMNS = {
    "product": "Product",
    "table_name": "Table",
    "change": "Change",
    "rows": NUMBER("Rows", format="localized"),
    "rows_before": NUMBER("Rows before", format="localized"),
    "row_change": NUMBER("Rows, change", format="localized"),
}
ALL = "All products"


def show(release: Release) -> None:
    """Show the releases; of the one that is chosen what it changed, and let readers see it."""
    ask: Ask = asking(release)
    if lake().journal_db.exists() and settings().tier == WHOLE:
        ask = live_rows
    found = ask(queries.RELEASES)
    if not len(found):
        empty("Nothing is released yet.")
        return
    chosen = picked(found, "releases", COLUMNS)
    if chosen is None:
        return
    part(f"Release {chosen['release_id']} of {escaped(moment(chosen['created_at']))}")
    if ask is live_rows:
        _move(chosen)
    changes = ask(queries.RELEASE_CHANGES, release_id=chosen["release_id"])
    if len(changes):
        table(in_words(changes, "product"), "release_changes", CHANGE_COLUMNS)
    else:
        st.caption("No table differs from those of the release before, or that one is gone.")


def _move(chosen: dict[str, Any]) -> None:
    """Offer to let readers see a release, all of it or one product's part."""
    number = chosen["release_id"]
    with st.popover("Let readers see it", icon=":material/history:"):
        st.markdown(
            "Readers see it at once; nothing is built or lost, and any other release can be chosen "
            "again. One product's part alone makes a new release."
        )
        product = st.selectbox(
            "Of", [ALL, *PRODUCTS], format_func=lambda name: words(name) if name != ALL else ALL
        )
        is_seen = bool(chosen["is_current"]) and product == ALL
        if st.button(f"Move readers to release {number}", type="primary", disabled=is_seen):
            command = [*runner.commands(), "release-rollback", str(number)]
            command += [] if product == ALL else [f"--domain={product}"]
            run_progress.start(command, f"Readers to release {number}", "rollback")
        if is_seen:
            st.caption("It is the one they see.")
