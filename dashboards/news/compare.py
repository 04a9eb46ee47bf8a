"""Two runs side by side: what they were told, who entered and left, what moved, what it cost."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.news.wording import labels_of
from dashboards.parts.page import empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from dashboards.parts.text import escaped
from ingestion.lakehouse.lake import lake
from ingestion.landing.products import PRODUCTS
from python_models.release import kept_phases
from python_models.runs.phase_compare import compare_phases

_SHOWN = 200


def show(release: Release, reports: dict[str, dict[str, Any]], run: str) -> None:
    """Compare the run chosen with another, as their phases are kept."""
    others = [name for name in reports if name != run] + _variants(release.release_id)
    if not others:
        empty("There is only one report so far.", "Compare once there are two.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        other = st.selectbox(
            "With", others, format_func=labels_of(reports), key="with", bind="query-params",
            width=420,
        )  # fmt: skip
        if other not in reports:
            st.caption("a variant", width="content")
    if not lake().catalog_db.exists():
        empty("The phases of these runs are not kept beside this release.")
        return
    found = _compared(other, run, release.release_id).get("news", {})
    if not found:
        empty("The phases of these runs are not kept any more.")
    for title, rows in found.items():
        part(escaped(title))
        if rows:
            shown = pa.Table.from_pylist([_plain(row) for row in rows[:_SHOWN]])
            table(shown, f"news_{title.split()[0].lower()}")
        else:
            st.caption("Nothing differs.")


@st.cache_data(max_entries=20, ttl=600, show_spinner=False)
def _compared(a: str, b: str, release: Any) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return what differs; worked out once for each release, as all figures of a page are."""
    return compare_phases(a, b)


@st.cache_data(max_entries=20, ttl=60, show_spinner=False)
def _variants(_: Any) -> list[str]:
    """Return the runs that no release has, but whose phases are kept."""
    if not lake().catalog_db.exists():
        return []
    with kept_phases.reading() as connection:
        rows = kept_phases.runs_of(connection, PRODUCTS["news"])
    return list(dict.fromkeys(row["run_id"] for row in rows if row.get("variant_of")))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row without lists and with texts that are not too long to be read."""
    return {
        name: value if isinstance(value, int | float | None) else str(value)[:300]
        for name, value in row.items()
    }
