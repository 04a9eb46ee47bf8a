"""A file dropped here is read as landing reads it, record by record; nothing is stored."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import streamlit as st

from dashboards.parts.page import empty, part
from dashboards.parts.tables import picked, table
from dashboards.parts.text import count, escaped, some
from dashboards.release import Release
from dashboards.sections.conversation_turns import one_turn
from ingestion.rejecting import Unreadable
from python_models.conversations.preview import RECORDS_SHOWN, Previewed, preview

KINDS = ["json", "jsonl", "ndjson", "csv", "tsv", "parquet", "txt", "chatml", "gz", "zst", "zip"]
FORMATS = {"format": "Format", "record_count": "Records", "confidence": "Mean confidence"}
REJECTS = {"record_number": "Record", "reason": "Reason", "error": "What is wrong"}
RECORDS = {
    "record_number": "Record",
    "format": "Format",
    "confidence": st.column_config.NumberColumn("Confidence", format="%.2f"),
    "turns": "Turns",
    "begins": "Begins with",
    "conversation_id": "Conversation",
}


def show(release: Release | None) -> None:
    """Show what a dropped file would become."""
    st.write(
        "Drop a file of conversations to see what each record is recognised as, with what "
        "confidence, and what would be rejected and why. Nothing is stored: to keep it, declare "
        "it as a dataset."
    )
    dropped = st.file_uploader("File", KINDS, key="upload", label_visibility="collapsed")
    if dropped is None:
        empty("No file yet.", "JSON, JSONL, CSV, Parquet or text, gzip, zstd or zip too.")
        return
    with TemporaryDirectory() as folder:
        # under a name of ours: what a browser sends along is only ever shown
        path = Path(folder) / "upload"
        path.write_bytes(dropped.getbuffer())
        try:
            found = list(preview(path, dropped.name))
        except Unreadable as error:
            st.error(f"The file cannot be read: {escaped(error)}", icon=":material/error:")
            return
    _summary(found)
    good = [one for one in found if one.reason is None]
    bad = [one for one in found if one.reason is not None]
    if good:
        _records(good)
    if bad:
        part("Rejected")
        rows = [
            {"record_number": b.record_number, "reason": b.reason, "error": b.error} for b in bad
        ]
        table(pa.Table.from_pylist(rows), "rejected", REJECTS)


def _summary(found: list[Previewed]) -> None:
    good = [one for one in found if one.reason is None]
    counts = Counter(one.format for one in good)
    first = f"The first {count(RECORDS_SHOWN)} records: " if len(found) >= RECORDS_SHOWN else ""
    st.success(
        f"{first}{some(len(good), 'record')} understood, "
        f"{count(len(found) - len(good))} rejected, "
        f"{some(len({one.conversation_id for one in good}), 'different conversation')}.",
        icon=":material/fact_check:",
    )
    rows = [
        {
            "format": name,
            "record_count": number,
            "confidence": round(
                sum(one.confidence or 0 for one in good if one.format == name) / number, 3
            ),
        }
        for name, number in counts.most_common()
    ]
    if rows:
        table(pa.Table.from_pylist(rows), "formats", FORMATS)


def _records(good: list[Previewed]) -> None:
    part("Standardised")
    rows = [
        {
            "record_number": one.record_number,
            "format": one.format,
            "confidence": one.confidence,
            "turns": len(one.messages),
            "begins": one.messages[0].content[:120] if one.messages else "",
            "conversation_id": one.conversation_id,
        }
        for one in good
    ]
    chosen = picked(pa.Table.from_pylist(rows), "standardised", RECORDS, height=260)
    st.download_button(
        "All as JSONL in one shape",
        data=lambda: standardised_lines(good),
        file_name="standardised.jsonl",
        mime="application/jsonl",
        icon=":material/download:",
        on_click="ignore",
    )
    for one in good:
        if chosen and one.record_number == chosen["record_number"]:
            for message in one.messages[:50]:
                one_turn(message.role, message.content)


def standardised_lines(found: list[Previewed]) -> bytes:
    """Return previewed records as JSONL of messages."""
    lines = (
        json.dumps(
            {
                "id": one.conversation_id,
                "messages": [message._asdict() for message in one.messages],
            },
            ensure_ascii=False,
        )
        for one in found
    )
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")
