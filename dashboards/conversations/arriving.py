"""What is on its way into a release: fetched by a job, read by a landing, or waiting for one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.jobs import jobs
from dashboards.jobs.progress import progress_of
from dashboards.parts.page import part
from dashboards.parts.tables import table
from dashboards.parts.text import words
from ingestion.conversations.kept_uploads import uploads
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.tiers import WHOLE
from ingestion.landing.progress import landing_progress

REFRESH_SECONDS = 2.0
ARRIVING = pa.schema(
    [
        ("name", pa.string()),
        ("step", pa.string()),
        ("share", pa.float64()),
        ("records", pa.int64()),
        ("records_per_second", pa.float64()),
        ("megabytes", pa.float64()),
        ("of_megabytes", pa.float64()),
        ("seconds_left", pa.float64()),
        ("note", pa.string()),
    ]
)
NUMBER = st.column_config.NumberColumn
COLUMNS: dict[str, Any] = {
    "name": "Dataset",
    "step": "Step",
    "share": st.column_config.ProgressColumn("Done", min_value=0, max_value=1, format="percent"),
    "records": NUMBER("Records", format="localized"),
    "records_per_second": NUMBER("Records/s", format="%.0f"),
    "megabytes": NUMBER("MB", format="%.1f"),
    "of_megabytes": NUMBER("of MB", format="%.1f"),
    "seconds_left": NUMBER("Seconds left", format="%.0f"),
    "note": "Note",
}
WAITING: dict[str, Any] = {
    "dataset_id": "Dataset",
    "name": "Name",
    "tier": "Tier",
    "bytes": NUMBER("Bytes", format="localized"),
    "sha256": "SHA-256",
}


def show(landed: set[str]) -> bool:
    """Show what is being loaded, refreshed while it is; says whether anything is on its way."""
    if settings().tier != WHOLE:
        return False  # what is on its way is named, whatever its tier
    going_on = list(arriving())
    if going_on:
        part("Being loaded")
        st.fragment(_going_on, run_every=REFRESH_SECONDS)()
    waits = _waiting(landed)
    return bool(going_on) or waits


def arriving() -> Iterator[dict[str, Any]]:
    """Yield what jobs fetch and a landing reads now, each with how far it is."""
    for job in jobs.listed(limit=50):
        if job.kind != "load" or job.is_over:
            continue
        far = progress_of(job)
        yield _row(
            job.title.removeprefix("Load of "), "fetched", far.done, far.total,
            seconds_left=far.eta_seconds, note=words(job.state),
        )  # fmt: skip
    seconds, sources = landing_progress("conversations") or (0.0, [])
    for one in sources:
        is_read = one.files_read == one.files
        done = one.bytes_in_all if is_read else one.bytes
        rate = one.rows / seconds if seconds and one.rows else None
        left = one.bytes_in_all - done
        yield _row(
            one.source, "read", done, one.bytes_in_all, records=one.rows, records_per_second=rate,
            seconds_left=left * seconds / done if done and left > 0 else None,
            note=f"{one.files_read:,} of {one.files:,} files",
        )  # fmt: skip


def _row(name: str, step: str, done: int, total: int | None, **more: Any) -> dict[str, Any]:
    share = min(done / total, 1.0) if total else None
    of = total / 1e6 if total else None
    told = {"name": name, "step": step, "share": share, "megabytes": done / 1e6}
    return told | {"of_megabytes": of} | more


def _going_on() -> None:
    rows = list(arriving())
    if not rows:
        st.rerun()  # the whole page: it waits for a run now, or a new release is there
    found = pa.Table.from_pylist(rows, ARRIVING)
    st.dataframe(found, hide_index=True, column_config=COLUMNS, placeholder="–")


def _waiting(landed: set[str]) -> bool:
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
    return bool(found)
