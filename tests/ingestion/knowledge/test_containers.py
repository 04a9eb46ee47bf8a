"""Files of an export that are none of it, and the names of those that are."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from ingestion.knowledge.containers import Member, Unpacking
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


def named_as(name: bytes) -> bytes:
    """A zip whose one file bears a name that Python's own writer would not give it."""
    packed, stand_in = io.BytesIO(), b"Q" * len(name)
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(stand_in.decode(), "# P")
    return packed.getvalue().replace(stand_in, name)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Größe/Plan.md".encode(), "Größe/Plan.md"),  # UTF-8, and no flag that says so
        ("Größe/Plan.md".encode("cp437"), "Größe/Plan.md"),
        (b"Home\\Sub\\Plan.md", "Home/Sub/Plan.md"),  # packed by Windows
        (b"Home/a\\b.md", "Home/a\\b.md"),
        ("Gro\u0308\u00dfe.md".encode(), "Gr\u00f6\u00dfe.md"),  # packed by macOS
    ],
)
def test_a_file_has_the_name_it_had_where_it_was_packed(
    tmp_path: Path, name: bytes, path: str
) -> None:
    place = tmp_path / "x.zip"
    place.write_bytes(named_as(name))
    (found,) = Unpacking().members(tmp_path, [place], [place])
    assert isinstance(found, Member)
    assert (found.path, found.content) == (path, b"# P")
