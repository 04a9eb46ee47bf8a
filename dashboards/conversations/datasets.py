"""The datasets there are: what landed, what was rejected, what is left out and why."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from dashboards.conversations import queries as queries
from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from ingestion.conversations.kept_uploads import uploads

COLUMNS = {
    "dataset_id": "Dataset",
    "name": "Name",
    "status": "Status",
    "tier": "Tier",
    "license": "License",
    "priority": "Priority",
    "file_count": "Files",
    "records_landed": "Landed",
    "records_standardised": "Standardised",
    "records_rejected": "Rejected",
    "conversations_kept": "Kept",
    "error": "Error",
    "location": "Location",
    "checksum": "Checksum",
    "landed_at": st.column_config.DatetimeColumn("Landed (UTC)", format="YYYY-MM-DD HH:mm"),
}
REASONS = {"dataset_id": "Dataset", "left_out_reason": "Reason", "record_count": "Records"}


WAITING = {
    "dataset_id": "Dataset",
    "name": "Name",
    "tier": "Tier",
    "bytes": st.column_config.NumberColumn("Bytes", format="localized"),
    "sha256": "SHA-256",
}


def _waiting(landed: set[str]) -> None:
    """Show what was handed over and is in no release yet."""
    found = [
        {
            "dataset_id": one.dataset, "name": one.name, "tier": one.tier,
            "bytes": one.byte_count, "sha256": one.checksum,
        }
        for one in uploads()
        if one.dataset not in landed
    ]  # fmt: skip
    if found:
        part("Waiting", "The next run lands them.")
        table(pa.Table.from_pylist(found), "waiting", WAITING)
        part("In the release")


def show(release: Release) -> None:
    """Show the registry and, below it, why records were left out."""
    ask = asking(release)
    rows = ask(queries.DATASETS)
    _waiting(set(rows["dataset_id"].to_pylist()))
    if not len(rows):
        empty("No dataset has landed.", "Declare one and `make run`.")
        return
    table(rows, "datasets", COLUMNS)
    part("Why records were left out")
    table(ask(queries.REASONS), "left_out", REASONS)
