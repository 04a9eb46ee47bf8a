"""Named sets: what was merged by which policy, and their export with checksums."""

from __future__ import annotations

import sys
from typing import Any

import streamlit as st

from dashboards.conversations import queries as queries
from dashboards.parts import run_progress
from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import picked, table
from dashboards.parts.text import escaped
from python_models.conversations.templates import TEMPLATES
from python_models.conversations.writers import COMPRESSIONS, FORMATS

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
REASONS = {"decision": "Decision", "reason": "Why", "record_count": "Records"}
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
    table(ask(queries.SET_REASONS, set_name=chosen["set_name"]), "set_reasons", REASONS)
    _form(release, chosen)
    part("Exports")
    exports = ask(queries.EXPORTS)
    if len(exports):
        table(exports, "exports", EXPORTS)
    else:
        empty("Nothing was exported yet.")


def _form(release: Release, chosen: dict[str, Any]) -> None:
    part("Export", "Writes files and a manifest with their checksums into the lake.")
    tiers = asking(release)(queries.SET_TIERS, set_name=chosen["set_name"])["tier"].to_pylist()
    with st.form("export", border=True):
        columns = st.columns(4)
        form = columns[0].selectbox("Format", FORMATS, index=FORMATS.index("jsonl"))
        template = columns[1].selectbox("Template", list(TEMPLATES), index=1)
        packed = columns[2].selectbox("Packed", list(COMPRESSIONS))
        allowed = columns[3].multiselect(
            "Tiers you may have", ["open", "restricted", "private"], default=["open"]
        )
        if len(tiers) > len(set(tiers) & {"open"}):
            st.caption(f"This set holds the tiers {escaped(', '.join(tiers))}.")
        wanted = st.form_submit_button("Export", type="primary", icon=":material/download:")
    if wanted:
        command = export_command(chosen["set_name"], form, template, packed, allowed)
        run_progress.start(command, f"Export of {chosen['set_name']}")
    run = run_progress.started_run()
    if run and run.title.startswith("Export of") and run.is_over:
        st.code(run.output.read_text(errors="replace")[-3_000:], language=None, wrap_lines=True)


def export_command(name: str, form: str, template: str, packed: str, tiers: list[str]) -> list[str]:
    """Return the command that exports a set; values are joined so that they stay values."""
    return [
        sys.executable,
        "-m",
        "python_models.conversations.export",
        f"--set={name}",
        f"--format={form}",
        f"--template={template}",
        f"--compress={packed}",
        f"--tiers={','.join(tiers)}",
    ]
