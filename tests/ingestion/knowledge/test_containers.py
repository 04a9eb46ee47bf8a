"""Files of an export that are none of it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from tests.ingestion.knowledge.exported import read_export, written


def test_what_a_system_or_an_open_program_left_is_no_document(tmp_path: Path) -> None:
    left = ("~$Plan.docx", "Thumbs.db", ".DS_Store", "__MACOSX/._Plan.md", "Plan.md", "~notes.md")
    folder = written(tmp_path / "exports" / "2025-03-01", dict.fromkeys(left, "# Plan"))
    seen, refused, _ = read_export("folder", folder.parent)
    assert sorted(one.native_id for one in seen) == ["Plan.md", "~notes.md"]
    assert refused == []


def test_a_zip_in_a_folder_of_an_unpacked_export_was_attached(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"Inside {'b' * 32}.md", "# Inside")
    files = {f"Home {'a' * 32}.md": "# Home", "Home/files.zip": packed.getvalue()}
    seen, _, _ = read_export("notion", written(tmp_path / "export", files))
    assert [one.kind for one in seen] == ["page", "attachment"]
