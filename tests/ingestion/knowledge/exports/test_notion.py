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


def test_pages_lie_below_the_page_whose_name_their_folder_bears_without_its_id(
    tmp_path: Path,
) -> None:
    one, two, three, other = ("1" * 32, "2" * 32, "3" * 32, "4" * 32)
    files = {
        f"Part-1/Team/Home/Sub {two}.md": "# Sub",  # comes before the page it lies below
        f"Part-1/Team/Home/Tasks/Do {three}.md": "# Do",
        f"Part-1/Team/Home/Tasks {other}_all.csv": "Name\n",
        f"Part-1/Team/Home {one}.md": "# Home",
    }
    seen, _, _ = read_export("notion", written(tmp_path / "export", files))
    assert {page.native_id: page.parent for page in seen} == {
        one: None, two: one, other: one, three: other,
    }  # fmt: skip


def test_a_folder_whose_name_two_pages_bear_is_neithers(tmp_path: Path) -> None:
    files = {f"Home {'1' * 32}.md": "", f"Home {'2' * 32}.md": "", f"Home/Sub {'3' * 32}.md": ""}
    seen, _, _ = read_export("notion", written(tmp_path / "export", files))
    assert {page.native_id: page.parent for page in seen}["3" * 32] is None
