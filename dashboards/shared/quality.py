"""Quality page: promises of the gates, rows that were rejected, and what products add to it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.parts.page import Ask, asking, empty, guarded, part
from dashboards.parts.release import Release
from dashboards.parts.severity import status_words
from dashboards.parts.tables import in_words, picked, table, worded
from dashboards.parts.text import escaped, facts, moment, words
from dashboards.shared import quality_queries as queries
from dashboards.shared.overview_state import gate_name
from ingestion.lakehouse.lake import lake
from ingestion.landing.products import PRODUCTS
from ingestion.landing.registration import loaded

NUMBER = st.column_config.NumberColumn
DATA_DOCS = "/docs/gates/index.html"
GATE_COLUMNS = {
    "gate": "Gate",
    "table_name": "Table",
    "expectation": "Promise",
    "verdict": "Verdict",
    "severity": "Severity",
    "observed": "Observed",
    "expected": "Expected",
    "unexpected_count": NUMBER("Rows", format="localized"),
    "sample_keys": "Keys of some",
    "checked_at": st.column_config.DatetimeColumn("Checked (UTC)", format="YYYY-MM-DD HH:mm"),
}
REJECT_COLUMNS = {
    "product": "Product",
    "source": "Source",
    "reason": "Reason",
    "error": st.column_config.TextColumn("What is wrong", width="medium"),
    "raw_text": st.column_config.TextColumn("Text as it came", width="medium"),
    "source_file": st.column_config.TextColumn("File", width="medium"),
    "line_number": NUMBER("Line", format="%d"),
    "column_name": "Column",
    "rejected_at": st.column_config.DatetimeColumn("Rejected (UTC)", format="YYYY-MM-DD HH:mm"),
    "load_id": "Load",
    "row_count": NUMBER("Rows", format="localized"),
    "file_count": NUMBER("Files", format="localized"),
    "last_rejected_at": st.column_config.DatetimeColumn("Last (UTC)", format="YYYY-MM-DD HH:mm"),
}

LOAD_COLUMNS = {
    "state": "State",
    "files": NUMBER("Files", format="localized"),
    "rows": NUMBER("Rows landed", format="localized"),
    "rejects": NUMBER("Rejected", format="localized"),
    "duplicates": NUMBER("Known already", format="localized"),
    "landed_at": st.column_config.DatetimeColumn("Landed (UTC)", format="YYYY-MM-DD HH:mm"),
}


def show(release: Release) -> None:
    """Show gates, rejected rows, or what a product adds."""
    own = [section for product in PRODUCTS.values() for section in product.quality]
    sections = {"Gates": _gates, "Rejected rows": _rejects}
    sections |= {title: loaded(address) for title, address in own}
    tabs = st.tabs(list(sections), key="view", on_change="rerun", bind="query-params")
    for tab, (name, section) in zip(tabs, sections.items(), strict=True):
        if tab.open:
            with tab, guarded(name):
                section(release)


def _gates(release: Release) -> None:
    ask = asking(release)
    runs = {row["invocation_id"]: row for row in ask(queries.INVOCATIONS).to_pylist()}
    if not runs:
        empty("No gate has run yet.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        invocation = st.selectbox(
            "Run",
            list(runs),
            format_func=lambda name: _run_label(runs[name]) if name in runs else name,
            key="run",
            bind="query-params",
            width=420,
        )
        broken_only = st.toggle("Broken promises only", key="broken", bind="query-params")
    results = ask(queries.RESULTS, invocation_id=invocation, broken_only=broken_only)
    if not len(results):
        st.success("Every promise was kept.", icon=":material/check_circle:")
        return
    said = in_words(worded(results, "gate", gate_name), "verdict", "severity")
    table(said, "gate_results", GATE_COLUMNS)
    if (lake().docs / "gates" / "index.html").exists():
        st.link_button(
            "The same as documents", DATA_DOCS, icon=":material/menu_book:", type="tertiary"
        )


def _run_label(row: dict[str, Any]) -> str:
    broken = f"{row['broken_count']} broken" if row["broken_count"] else "all kept"
    return f"{moment(row['checked_at'])}, {broken} ({status_words(row['status']).lower()})"


def _rejects(release: Release) -> None:
    ask = asking(release)
    released = set(ask(queries.RELEASED)["name"].to_pylist())
    shown = [one for one in PRODUCTS.values() if f"{one.name}.{one.rejects}" in released]
    rejects = queries.rejects_of(shown)
    reasons = ask(queries.REJECTS_BY_REASON.format(rejects=rejects)) if shown else None
    if not reasons:
        st.success("Every row that was delivered could be read.", icon=":material/check_circle:")
        return
    part("By reason")
    table(in_words(reasons, "reason"), "rejects_by_reason", REJECT_COLUMNS)
    part("Rows")
    *places, right = st.columns(4)
    chosen = {
        name: place.multiselect(
            name.capitalize(),
            reasons[name].unique().to_pylist(),
            format_func=words if name == "reason" else str,
            placeholder="All",
            key=name,
            bind="query-params",
        )
        for place, name in zip(places, ("product", "source", "reason"), strict=True)
    }
    text = right.text_input("Text or file", max_chars=200, key="text", bind="query-params")
    rows = ask(
        queries.REJECTS.format(rejects=rejects),
        **{f"{name}s": values for name, values in chosen.items()},
        text=(text or "").strip(),
    )
    if not len(rows):
        empty("No row matches.")
        return
    record = picked(in_words(rows, "reason"), "rejects", REJECT_COLUMNS)
    if record:
        _record(ask, record)


def _record(ask: Ask, record: dict[str, Any]) -> None:
    """Show one refused record whole: its text as it came, what is wrong, and its load."""
    file = str(record["source_file"] or "").rpartition("/")[2] or words(record["source"])
    line = f", line {record['line_number']}" if record["line_number"] is not None else ""
    part(f"{escaped(file)}{escaped(line)}")
    st.markdown(f"**{escaped(record['error'] or record['reason'])}**")
    text = record["raw_text"]
    if text:
        st.code(text, language=None, wrap_lines=True)
    else:
        st.caption("Its text was not kept: the file as a whole was refused.")
    st.html(
        facts(
            {
                "Product": record["product"],
                "Source": record["source"],
                "Reason": record["reason"],
                "Column": record["column_name"],
                "File": record["source_file"],
                "Rejected": moment(record["rejected_at"]),
                "Load": record["load_id"],
            }
        )
    )
    load = ask(queries.LOAD, load_id=record["load_id"], source=record["source"])
    if len(load):
        st.caption("What else came with it")
        table(load, "load_of_reject", LOAD_COLUMNS)
