"""Data page: every released table with its meaning, its columns and a look at its rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import streamlit as st

from dashboards.parts.links import DOCS, link_to
from dashboards.parts.page import asking, empty, guarded, part
from dashboards.parts.release import Release, whole_table
from dashboards.parts.tables import in_words, people_first, picked, table, to_parquet
from dashboards.parts.text import escaped, paragraphs
from dashboards.shared import data_queries as queries
from dashboards.shared import data_table
from ingestion.lakehouse.lake import lake

PREVIEW_ROWS = 200
MOST_EXPORTED_ROWS = 2_000_000
TABLE_COLUMNS = {
    "table": "Table",
    "rows": st.column_config.NumberColumn("Rows", format="localized"),
    "bytes": st.column_config.NumberColumn("Size", format="bytes"),
    "changed": "In this release",
    "comment": st.column_config.TextColumn("What it holds", width="large"),
    "schema_name": None,
    "table_name": None,
}
COLUMN_COLUMNS = {
    "column_name": "Column",
    "data_type": "Type",
    "comment": st.column_config.TextColumn("What it says", width="large"),
}
LOAD_COLUMNS = {
    "pipeline": "Product",
    "source": "Source",
    "state": "State",
    "landed_at": st.column_config.DatetimeColumn("Landed (UTC)", format="YYYY-MM-DD HH:mm"),
    "rows": st.column_config.NumberColumn("Rows", format="localized"),
    "rejects": st.column_config.NumberColumn("Refused", format="localized"),
    "duplicates": st.column_config.NumberColumn("Known already", format="localized"),
    "files": st.column_config.NumberColumn("Files", format="localized"),
    "table_name": "Raw table",
    "bytes": st.column_config.NumberColumn("Size", format="bytes"),
    "seconds": st.column_config.NumberColumn("Seconds", format="%.1f"),
    "first_record_at": st.column_config.DatetimeColumn("From (UTC)", format="YYYY-MM-DD HH:mm"),
    "last_record_at": st.column_config.DatetimeColumn("To (UTC)", format="YYYY-MM-DD HH:mm"),
    "load_id": st.column_config.TextColumn("Load", width="small"),
}


def show(release: Release) -> None:
    """Show the catalog and one table of it, or what has landed."""
    tabs = st.tabs(["Tables", "Loads"], key="view", on_change="rerun", bind="query-params")
    for tab, name, section in zip(tabs, ("Tables", "Loads"), (_catalog, _loads), strict=True):
        if tab.open:
            with tab, guarded(name):
                section(release)


def _catalog(release: Release) -> None:
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    wanted = left.text_input(
        "Find", max_chars=100, placeholder="name or meaning", key="find", bind="query-params"
    )
    with right, st.container(horizontal=True, horizontal_alignment="right"):
        _docs_link()
    rows = [row for row in _tables(release) if _matches(row, wanted or "")]
    if not rows:
        empty("No table matches.")
        return
    chosen = picked(pa.Table.from_pylist(rows), "tables", TABLE_COLUMNS)
    if chosen:
        _one_table(release, chosen)


def _tables(release: Release) -> list[dict[str, Any]]:
    ask = asking(release)
    released = {
        (row["schema_name"], row["table_name"]): row for row in ask(queries.RELEASED).to_pylist()
    }
    found = []
    for row in ask(queries.TABLES).to_pylist():
        known = released.get((row["schema_name"], row["table_name"]), {})
        changed = {True: "unchanged", False: "new", None: ""}[known.get("is_unchanged")]
        found.append(
            {
                "table": f"{row['schema_name']}.{row['table_name']}",
                "rows": known.get("rows"),
                "bytes": known.get("bytes"),
                "changed": changed,
                "comment": (row["comment"] or "").replace("`", ""),
                "schema_name": row["schema_name"],
                "table_name": row["table_name"],
            }
        )
    return sorted(found, key=lambda row: (row["schema_name"] in ("ops", "llm"), row["table"]))


def _matches(row: dict[str, Any], wanted: str) -> bool:
    return wanted.strip().lower() in f"{row['table']} {row['comment']}".lower()


def _one_table(release: Release, chosen: dict[str, Any]) -> None:
    ask = asking(release)
    with st.container(horizontal=True, vertical_alignment="center"):
        part(escaped(chosen["table"]))
        _lineage_link(chosen)
    st.html(paragraphs(chosen["comment"] or "No description."))
    with guarded("How fresh it is"):
        data_table.show_state(release, chosen)
    key = {name: chosen[name] for name in ("schema_name", "table_name")}
    columns = ask(queries.COLUMNS, **key)
    sections: dict[str, Callable[[], None]] = {
        "Columns": lambda: table(columns, f"{chosen['table']}.columns", COLUMN_COLUMNS),
        "Lineage": lambda: data_table.show_lineage(chosen, columns["column_name"].to_pylist()),
        "Tests": lambda: data_table.show_tests(release, chosen),
        "Owners": lambda: data_table.show_owners(chosen),
    }
    tabs = st.tabs(list(sections), key="about", on_change="rerun", bind="query-params")
    for tab, (name, section) in zip(tabs, sections.items(), strict=True):
        if tab.open:
            with tab, guarded(name):
                section()
    with st.container(horizontal=True, vertical_alignment="center"):
        part(f"First {PREVIEW_ROWS} rows")
        _whole(release, chosen)
    rows = ask(queries.PREVIEW, name=chosen["table"], row_limit=PREVIEW_ROWS)
    table(rows, chosen["table"], column_order=people_first(rows))
    link_to("sql", "Ask it in SQL", query=f"select *\nfrom {chosen['table']}\nlimit 100")


def _whole(release: Release, chosen: dict[str, Any]) -> None:
    """Offer all rows of a table, read only when they are asked for."""
    if (chosen["rows"] or 0) > MOST_EXPORTED_ROWS:
        st.caption("All rows: `make sql`, or read its Iceberg table", width="content")
        return
    read = whole_table(release, queries.WHOLE, chosen["table"])
    st.download_button(
        "All rows as Parquet",
        data=lambda: to_parquet(read()),
        file_name=f"{chosen['table']}.parquet",
        key="whole_table",
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
    )


def _docs_link() -> None:
    if _has_docs():
        st.link_button("Docs site", DOCS, icon=":material/menu_book:", type="tertiary")
    else:
        st.caption("The whole graph as a site: `make docs`", width="content")


def _lineage_link(chosen: dict[str, Any]) -> None:
    if _has_docs() and chosen["schema_name"] not in ("ops", "llm"):
        address = f"{DOCS}#!/model/model.sluice.{quote(chosen['table_name'])}?g_v=1"
        st.link_button("Lineage", address, icon=":material/account_tree:", type="tertiary")


def _has_docs() -> bool:
    return (lake().docs / "index.html").exists()


def _loads(release: Release) -> None:
    loads = asking(release)(queries.LOADS)
    if len(loads):
        table(
            in_words(loads, "pipeline", "state"), "loads", LOAD_COLUMNS,
            column_order=list(LOAD_COLUMNS),
        )  # fmt: skip
    else:
        empty("Nothing has landed yet.")
