"""Blocks and values of Notion's API as an export of the same page writes them."""

from __future__ import annotations

from typing import Any

import pytest

from python_models.knowledge.canonical.notion_blocks import read_fetched_page
from python_models.knowledge.canonical.notion_marks import value_of
from tests.ingestion.knowledge.providers.test_notion import HOME, block, page, text


def written(*blocks: dict[str, Any], **inner: list[dict[str, Any]]) -> str:
    """Return the text of a page of some blocks, and of blocks in these by their ids."""
    further = {HOME: [{"results": list(blocks)}]} | {
        name: [{"results": children}] for name, children in inner.items()
    }
    said = {"answer": page(HOME, "T", {"type": "workspace"}), "further": further}
    return read_fetched_page(said).text.removeprefix("# T\n\n")


def numbered(said: str, **more: Any) -> dict[str, Any]:
    inner = {"rich_text": text(said)} | more
    return block(said, "numbered_list_item", numbered_list_item=inner)


def test_a_list_counts_from_its_first_number_and_ends_at_an_empty_paragraph() -> None:
    gap = block("gap", "paragraph", "")
    found = written(numbered("a", list_start_index=5), numbered("b"), gap, numbered("c"))
    assert found == "5. a\n6. b\n\n1. c"


@pytest.mark.parametrize(
    ("kind", "right"),
    [("bulleted_list_item", "- one\n    two"), ("heading_2", "## one two"),
     ("heading_4", "#### one two"), ("paragraph", "one\ntwo")],
)  # fmt: skip
def test_a_line_that_is_broken_stays_in_its_block(kind: str, right: str) -> None:
    assert written(block("a", kind, "one\ntwo")) == right


def test_what_a_heading_folds_away_follows_it() -> None:
    heading = block("h", "heading_2", "Head", has_children=True)
    assert written(heading, h=[block("i", "paragraph", "Inside")]) == "## Head\n\nInside"


def test_a_page_may_hold_a_database_alone() -> None:
    database = block("d-b", "child_database", child_database={"title": "Services"})
    assert written(database) == "[Services](https://www.notion.so/db)"


def test_a_copy_of_what_is_not_shared_says_what_it_is_a_copy_of() -> None:
    copy = block("c", "synced_block", synced_block={"synced_from": {"block_id": "original"}})
    assert written(copy) == "[synced block](https://www.notion.so/original)"


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ({"type": "date", "date": {"start": "2025-03-03T17:00:00.000",
                                   "time_zone": "America/New_York"}}, "March 3, 2025 10:00 PM"),
        ({"type": "verification", "verification": {"state": "verified"}}, "verified"),
        ({"type": "place", "place": {"name": "Office", "address": "Main Street 1", "lat": 1.0}},
         "Office, Main Street 1"),
        ({"type": "unique_id", "unique_id": {"prefix": None, "number": 7}}, "7"),
    ],
)  # fmt: skip
def test_a_property_is_told_as_a_reader_sees_it(value: dict[str, Any], right: str) -> None:
    assert value_of(value) == right
