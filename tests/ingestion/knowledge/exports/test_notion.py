"""Ids that names of an export of Notion end with."""

from __future__ import annotations

import pytest

from ingestion.knowledge.exports.notion import notion_id

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
