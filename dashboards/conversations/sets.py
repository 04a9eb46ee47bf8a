"""Named sets: what was merged by which policy, and their export with checksums."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import streamlit as st

from dashboards.conversations import merging
from dashboards.conversations import queries as queries
from dashboards.conversations.wording import decision_words, reason_words
from dashboards.parts import run_progress
from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import picked, table, worded
from dashboards.parts.text import escaped
from ingestion.lakehouse.lake import lake
from python_models.conversations.templates import TEMPLATES, TRAINING
from python_models.conversations.trainers import TRAINERS
from python_models.conversations.writers import COMPRESSIONS, FORMATS

SHAPES = {
    "sft": "sft: turns to learn",
    "dpo": "dpo: a wanted and an unwanted answer",
    "kto": "kto: answers labelled good or bad",
}
FOR_HELP = "The library that reads what is written for training; json or jsonl only."
MOST_BYTES = 500_000_000  # of a file that a page hands over: it is in memory then
SETS = {
    "set_name": "Set",
    "description": "What for",
    "policy": "Of copies, takes",
    "datasets": "Datasets",
    "tiers": "Tiers",
    "min_grade": "Least grade",
    "languages": "Languages",
    "candidate_count": "Candidates",
    "member_count": "Members",
    "left_out_count": "Left out",
    "train_count": "Train",
    "validation_count": "Validation",
    "test_count": "Test",
}
REASONS = {
    "decision": "Decision",
    "reason": "Why",
    "record_count": st.column_config.NumberColumn("Records", format="localized"),
}
EXPORTS = {
    "created_at": st.column_config.DatetimeColumn("Written (UTC)", format="YYYY-MM-DD HH:mm"),
    "set_name": "Set",
    "split": "Split",
    "file": "File",
    "row_count": "Rows",
    "left_out_count": "Left out",
    "sha256": "SHA-256",
    "byte_count": "Bytes",
    "format": "Format",
    "template": "Template",
    "compression": "Packed",
    "tiers": "Tiers",
    "release_id": "Release",
    "left_out": "Left out for",
    "folder": "Folder",
    "export_id": None,
}


def show(release: Release) -> None:
    """Show the sets, why records are in or out of the one picked, and the export form."""
    ask = asking(release)
    sets = ask(queries.SETS)
    if not len(sets):
        empty("No set is declared.", "Sets are rows of the seed `conversations_sets`.")
        return
    chosen = picked(sets, "sets", SETS)
    if not chosen:
        return
    part(f"How {escaped(chosen['set_name'])} came about")
    reasons = ask(queries.SET_REASONS, set_name=chosen["set_name"])
    said = worded(worded(reasons, "reason", reason_words), "decision", decision_words)
    table(said, "set_reasons", REASONS)
    _form(release, chosen)
    merging.show(release)
    part("Exports")
    exports = ask(queries.EXPORTS)
    if len(exports):
        _taken_along(picked(exports, "exports", EXPORTS))
    else:
        empty("Nothing was exported yet.")


def _form(release: Release, chosen: dict[str, Any]) -> None:
    part("Export", "Writes files and a manifest with their checksums into the lake.")
    tiers = asking(release)(queries.SET_TIERS, set_name=chosen["set_name"])["tier"].to_pylist()
    with st.form("export", border=True):
        columns = [*st.columns(3), *st.columns([1, 2])]  # five abreast are cut on a tablet
        form = columns[0].selectbox("Format", FORMATS, index=FORMATS.index("jsonl"))
        template = columns[1].selectbox(
            "Template", [*TEMPLATES, *TRAINING], index=1, format_func=_template
        )
        trainer = columns[2].selectbox("For (sft, dpo, kto)", TRAINERS, help=FOR_HELP)
        packed = columns[3].selectbox("Packed", list(COMPRESSIONS))
        allowed = columns[4].multiselect(
            "Tiers you may have", ["open", "restricted", "private"], default=["open"]
        )
        if len(tiers) > len(set(tiers) & {"open"}):
            st.caption(f"This set holds the tiers {escaped(', '.join(tiers))}.")
        wanted = st.form_submit_button("Export", type="primary", icon=":material/download:")
    if wanted:
        command = export_command(chosen["set_name"], form, template, packed, allowed, trainer)
        run_progress.start(command, f"Export of {chosen['set_name']}")
    run = run_progress.started_run()
    if run and run.title.startswith("Export of") and run.is_over:
        st.code(run.output.read_text(errors="replace")[-3_000:], language=None, wrap_lines=True)


def _taken_along(row: dict[str, Any] | None) -> None:
    """Offer the file of an export that is picked, with the checksum it has to have."""
    path = exported_file(row) if row else None
    if row is None or path is None:
        st.caption("Its files were sent or removed; only what is written here is left of it.")
        return
    st.caption(f"SHA-256 `{escaped(row['sha256'])}`")
    if path.stat().st_size > MOST_BYTES:
        st.caption("It is too large for a browser to take: fetch it from its folder.")
        return
    st.download_button(
        f"Download {escaped(row['file'])}", data=path.read_bytes, file_name=row["file"],
        icon=":material/download:", on_click="ignore", key="download_export",
    )  # fmt: skip


def exported_file(row: dict[str, Any]) -> Path | None:
    """Return the file of an export while it lies among the lake's exports; none elsewhere."""
    if not row["folder"]:
        return None
    path = (Path(row["folder"]) / row["file"]).resolve()
    inside = (lake().root / "exports").resolve()
    return path if path.is_relative_to(inside) and path.is_file() else None


def _template(name: str) -> str:
    return SHAPES.get(name, name)


def export_command(
    name: str, form: str, template: str, packed: str, tiers: list[str], trainer: str = TRAINERS[0]
) -> list[str]:
    """Return the command that exports a set; values are joined so that they stay values."""
    return [
        sys.executable,
        "-m",
        "python_models.conversations.export",
        f"--set={name}",
        f"--format={form}",
        f"--template={template}",
        f"--for={trainer}",
        f"--compress={packed}",
        f"--tiers={','.join(tiers)}",
    ]
