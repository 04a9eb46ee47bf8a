"""Files of an export that are none of it."""

from __future__ import annotations

from pathlib import Path

from tests.ingestion.knowledge.exported import read_export, written


def test_what_a_system_or_an_open_program_left_is_no_document(tmp_path: Path) -> None:
    left = ("~$Plan.docx", "Thumbs.db", ".DS_Store", "__MACOSX/._Plan.md", "Plan.md", "~notes.md")
    folder = written(tmp_path / "exports" / "2025-03-01", dict.fromkeys(left, "# Plan"))
    seen, refused, _ = read_export("folder", folder.parent)
    assert sorted(one.native_id for one in seen) == ["Plan.md", "~notes.md"]
    assert refused == []
