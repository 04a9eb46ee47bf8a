"""The datasets there are, and of the one picked its records, its quality and what was lost."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.conversations import arriving
from dashboards.conversations import dataset_queries as queries
from dashboards.conversations.turns import turns
from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import picked, table
from dashboards.parts.text import escaped

GRADES = ["premium", "keep", "below"]
NUMBER = st.column_config.NumberColumn
COLUMNS = {
    "dataset_id": "Dataset",
    "name": "Name",
    "origin": "Source",
    "status": "Status",
    "format_mix": "Formats",
    "formats": None,
    "middle_grade": "Grade",
    "middle_score": st.column_config.ProgressColumn(
        "Middle score", min_value=0, max_value=1, format="%.2f"
    ),
    "records_landed": NUMBER("Landed", format="localized"),
    "records_standardised": NUMBER("Standardised", format="localized"),
    "records_rejected": NUMBER("Rejected", format="localized"),
    "conversations_kept": NUMBER("Kept", format="localized"),
    "tier": "Tier",
    "license": "License",
    "priority": "Priority",
    "file_count": "Files",
    "error": "Error",
    "location": "Location",
    "checksum": "Checksum",
    "landed_at": st.column_config.DatetimeColumn("Landed (UTC)", format="YYYY-MM-DD HH:mm"),
}
RECORDS = {
    "record_number": NUMBER("Record", format="%d"),
    "begins": st.column_config.TextColumn("Begins with", width="large"),
    "format": "Format",
    "status": "Status",
    "left_out_reason": "Left out for",
    "grade": "Grade",
    "score": st.column_config.ProgressColumn("Score", min_value=0, max_value=1, format="%.2f"),
    "language": "Language",
    "turn_count": "Turns",
    "source_file": "File",
    "conversation_id": None,
}
REASONS = {"reason": "Reason", "record_count": "Records"}
REJECTS = {"reason": "Reason", "record_count": "Records", "example": "One of them"}
HISTORY = {
    "measured_at": st.column_config.DatetimeColumn("Measured (UTC)", format="YYYY-MM-DD HH:mm"),
    "release_id": "Release",
    "record_count": NUMBER("Records", format="localized"),
    "kept_share": NUMBER("Kept", format="percent"),
    "p10_score": NUMBER("10 % are below", format="%.2f"),
    "p50_score": NUMBER("Half are below", format="%.2f"),
    "p90_score": NUMBER("90 % are below", format="%.2f"),
}


def show(release: Release) -> None:
    """Show what is on its way, the datasets that fit the filters, and the one picked."""
    ask = asking(release)
    every = ask(queries.DATASETS)
    if arriving.show(set(every["dataset_id"].to_pylist())):
        part("In the release")
    if not len(every):
        empty("No dataset has landed.", "Declare one and `make run`.")
        return
    rows = _filtered(every)
    if not len(rows):
        empty("No dataset fits these filters.")
        return
    chosen = picked(rows, "datasets", COLUMNS)
    if chosen:
        _one(release, chosen)


def _filtered(every: pa.Table) -> pa.Table:
    """Ask which datasets are shown; returns those."""
    first, second, third = st.columns([2, 3, 2])
    origins = first.multiselect(
        "Source", _values(every, "origin"), placeholder="All", key="place", bind="query-params"
    )
    formats = second.multiselect(
        "Format", sorted({form for mix in every["formats"].to_pylist() for form in mix or ()}),
        placeholder="All", key="form", bind="query-params",
    )  # fmt: skip
    statuses = third.multiselect(
        "Status", _values(every, "status"), placeholder="All", key="state", bind="query-params"
    )
    left, right = st.columns([3, 4], vertical_alignment="bottom")
    grades = left.pills(
        "Quality of the middle record", GRADES, selection_mode="multi", key="level",
        bind="query-params",
    )  # fmt: skip
    mixed = right.toggle("Only mixed formats", key="mixed", bind="query-params")
    shown = [
        (not origins or row["origin"] in origins)
        and (not statuses or row["status"] in statuses)
        and (not grades or row["middle_grade"] in grades)
        and (not formats or not set(formats).isdisjoint(row["formats"] or ()))
        and (not mixed or len(row["formats"] or ()) > 1)
        for row in every.to_pylist()
    ]
    return every.filter(pa.array(shown, pa.bool_()))


def _values(rows: pa.Table, column: str) -> list[str]:
    return sorted(set(rows[column].to_pylist()) - {None})


def _one(release: Release, dataset: dict[str, Any]) -> None:
    """Show a dataset: its records, how good they were by release, and what is not used."""
    ask, name = asking(release), dataset["dataset_id"]
    part(f"Records of {escaped(name)}", "The first 500 in the order of its files.")
    records = ask(queries.RECORDS, dataset_id=name)
    if len(records):
        record = picked(records, "records", RECORDS, height=260)
        if record:
            turns(release, record["conversation_id"])
    else:
        empty("No record of it was read.", dataset["error"] or "")
    history = ask(queries.HISTORY, dataset_id=name)
    if len(history):
        part("Quality by release", "Measured when a release holds other figures than before.")
        if len(history) > 1:
            scores = ["p10_score", "p50_score", "p90_score"]
            st.line_chart(history, x="measured_at", y=scores, height=220)
        table(history, "history", HISTORY)
    left, right = st.columns(2)
    with left:
        part("Left out")
        table(ask(queries.REASONS, dataset_id=name), "left_out", REASONS)
    with right:
        part("Rejected", "Line by line: the page Quality, `make rejects`.")
        table(ask(queries.REJECTS, dataset_id=name), "rejected", REJECTS)
