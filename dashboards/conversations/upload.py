"""A file dropped here is read as landing reads it, record by record; then it may be kept."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import pyarrow as pa
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboards.conversations import conversion, elsewhere
from dashboards.conversations.turns import one_turn
from dashboards.parts import run_progress, runner
from dashboards.parts.page import empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import picked, table
from dashboards.parts.text import count, escaped, some
from ingestion.conversations.declaration import Format
from ingestion.conversations.uploads import (
    KINDS,
    PACKINGS,
    UploadRefused,
    Wanted,
    check_unpacked,
    ending_of,
    keep,
)
from ingestion.lakehouse.settings import SettingsError
from ingestion.landing.rejecting import Unreadable
from python_models.conversations.preview import RECORDS_SHOWN, Previewed, preview

TIERS = ("private", "restricted", "open")
PRIORITY = "Higher is read and judged first, and survives among copies of the same grade"
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
        "confidence, and what would be rejected and why. Nothing is stored until you keep it as "
        "a dataset."
    )
    run_progress.started_run()
    kinds = [*KINDS, *PACKINGS]
    dropped = st.file_uploader("File", kinds, key="upload", label_visibility="collapsed")
    if dropped is None:
        elsewhere.show()
        empty("No file yet.", "JSON, JSONL, CSV, Parquet or text, gzip, zstd or zip too.")
        return
    with TemporaryDirectory() as folder:
        # under a name of ours: what a browser sends along is only ever shown
        path = Path(folder) / "upload"
        path.write_bytes(dropped.getbuffer())
        try:
            check_unpacked(path)
            found = list(preview(path, dropped.name))
        except (Unreadable, UploadRefused) as error:
            st.error(f"The file cannot be read: {escaped(error)}", icon=":material/error:")
            return
    _summary(found)
    good = [one for one in found if one.reason is None]
    bad = [one for one in found if one.reason is not None]
    if good:
        chosen = _records(good)
        conversion.show(dropped.getbuffer, ending_of(dropped.name), chosen)
    if bad:
        part("Rejected")
        rows = [
            {"record_number": b.record_number, "reason": b.reason, "error": b.error} for b in bad
        ]
        table(pa.Table.from_pylist(rows), "rejected", REJECTS)
    if good:
        _keeping(dropped)


def _keeping(dropped: UploadedFile) -> None:
    """Ask what a dataset needs, and keep the file as one."""
    part("Keep it as a dataset")
    with st.form("keep", border=False):
        left, right = st.columns(2)
        wanted = Wanted(
            name=left.text_input("Name", max_chars=120, placeholder="Support chats of May"),
            license=right.text_input("License", max_chars=120, placeholder="CC-BY-4.0"),
            tier=left.selectbox("Who may have it", TIERS, help="An export names what it may hold"),
            priority=int(right.number_input("Priority", -1000, 1000, 0, help=PRIORITY)),
            format=left.selectbox("Format of its records", get_args(Format)),
        )
        pressed = st.form_submit_button("Keep as a dataset", icon=":material/save:")
    if pressed:
        try:
            kept = keep(dropped.getbuffer(), dropped.name, wanted)
        except (UploadRefused, SettingsError) as error:
            st.error(escaped(error), icon=":material/error:")
        except OSError as error:
            st.error(f"It could not be stored: {escaped(error)}", icon=":material/error:")
        else:
            st.session_state["kept"] = (dropped.file_id, kept.dataset, kept.checksum)
    _kept(dropped)


def _kept(dropped: UploadedFile) -> None:
    """Say as what the file was kept, and offer the run that lands it."""
    of, dataset, checksum = st.session_state.get("kept", ("", "", ""))
    if of != dropped.file_id:
        return
    st.success(
        f"Kept as the dataset `{dataset}` (SHA-256 `{checksum}`). The next run lands it.",
        icon=":material/check_circle:",
    )
    if st.button("Land and build now", icon=":material/play_arrow:"):
        run_progress.start(runner.pipeline_command(), f"Run with {dataset}")


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


def _records(good: list[Previewed]) -> Previewed:
    """Show the records, and the turns of the one that is picked; returns it."""
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
    picked_row = picked(pa.Table.from_pylist(rows), "standardised", RECORDS, height=260)
    number = picked_row["record_number"] if picked_row else None
    chosen = next((one for one in good if one.record_number == number), good[0])
    for message in chosen.messages[:50]:
        one_turn(message.role, message.content)
    return chosen
