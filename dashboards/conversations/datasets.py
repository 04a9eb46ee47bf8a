"""The datasets there are, and of the one picked its records, its quality and what was lost."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.conversations import arriving
from dashboards.conversations import dataset_queries as queries
from dashboards.conversations.turns import turns
from dashboards.conversations.wording import decision_words, reason_words
from dashboards.parts import charts
from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import in_words, picked, table, worded
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
    "left_out_reason": "Left out because",
    "grade": "Grade",
    "score": st.column_config.ProgressColumn("Score", min_value=0, max_value=1, format="%.2f"),
    "language": "Language",
    "turn_count": "Turns",
    "source_file": "File",
    "conversation_id": None,
}
REASONS = {"reason": "Reason", "record_count": "Records"}
REJECTS = {"reason": "Reason", "record_count": "Records", "example": "One of them"}
SHARES = {"p10_score": "10 % are below", "p50_score": "Half are below",
          "p90_score": "90 % are below"}  # fmt: skip
HISTORY = {
    "measured_at": st.column_config.DatetimeColumn("Measured (UTC)", format="YYYY-MM-DD HH:mm"),
    "release_id": "Release",
    "record_count": NUMBER("Records", format="localized"),
    "kept_share": NUMBER("Kept", format="percent"),
} | {name: NUMBER(said, format="%.2f") for name, said in SHARES.items()}


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
        said = worded(worded(records, "left_out_reason", reason_words), "status", decision_words)
        record = picked(said, "records", RECORDS, height=260)
        if record:
            turns(release, record["conversation_id"])
    else:
        empty("No record of it was read.", dataset["error"] or "")
    history = ask(queries.HISTORY, dataset_id=name)
    if len(history):
        part("Quality by release", "Measured when a release holds other figures than before.")
        if len(history) > 1:
            st.altair_chart(charts.score_lines(_lines(history), "share"))
        table(history, "history", HISTORY)
    left, right = st.columns(2)
    with left:
        part("Left out")
        reasons = worded(ask(queries.REASONS, dataset_id=name), "reason", reason_words)
        _counted(reasons, "left_out", REASONS, "No record of it was left out.")
    with right:
        part("Rejected", "Line by line: the page Quality, `make rejects`.")
        refused = in_words(ask(queries.REJECTS, dataset_id=name), "reason")
        _counted(refused, "rejected", REJECTS, "Every record of it could be read.")


def _lines(history: pa.Table) -> pa.Table:
    """Return one row per measurement and share of the records that is below its score."""
    return pa.Table.from_pylist(
        [
            {"measured_at": row["measured_at"], "share": said, "score": row[name]}
            for row in history.to_pylist()
            for name, said in SHARES.items()
        ]
    )


def _counted(rows: pa.Table, name: str, columns: dict[str, Any], none: str) -> None:
    table(rows, name, columns) if len(rows) else empty(none)
