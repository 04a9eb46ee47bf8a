"""What an export of Notion holds, and the ids that its names end with."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ingestion.knowledge.exports.notion import notion_id
from tests.ingestion.knowledge.exported import read_export, written

ID = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("stem", "found"),
    [
        (f"Page {ID}", ID),
        (f"Page {ID.upper()}", ID),
        (f"Tasks {ID}_all", ID),
        ("Page 01234567-89ab-cdef-0123-456789abcdef", ID),
        (f"Page {ID}0", None),
        ("Page", None),
    ],
)
def test_an_id_ends_a_name_with_dashes_or_without(stem: str, found: str | None) -> None:
    assert notion_id(stem) == found


def test_a_database_is_one_object_though_its_table_is_there_as_html_too(tmp_path: Path) -> None:
    files = {f"DB {ID}.csv": "Name\n", f"DB {ID}.html": "<html><body>Name</body></html>"}
    seen, _, _ = read_export("notion", written(tmp_path / "export", files))
    assert [(one.kind, one.native_id) for one in seen] == [("database", ID)]


def test_a_page_without_a_byte_is_kept_wherever_it_stands(tmp_path: Path) -> None:
    seen, _, sync = read_export("notion", written(tmp_path / "export", {f"Nothing {ID}.md": ""}))
    assert {one.blob_hash for one in seen} == sync.blobs == {hashlib.sha256(b"").hexdigest()}
