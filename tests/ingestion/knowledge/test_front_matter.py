"""Headers of Markdown files, however they are marked."""

from __future__ import annotations

import pytest

from ingestion.knowledge.exports.notion import notion_id
from ingestion.knowledge.front_matter import split_front_matter

ID = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    "text",
    [
        "---\nid: 7\n---\nbody",
        "---yaml\nid: 7\n---\nbody",
        "--- \n\nid: 7\n\n...\nbody",
        '+++\nid = "7"\n+++\nbody',
        '---toml\nid = "7"\n---\nbody',
    ],
)
def test_a_header_is_read_whatever_marks_it(text: str) -> None:
    found = split_front_matter(text)
    assert (found.fields, found.body) == ([("id", "7")], "body")


def test_a_moment_of_a_header_is_read_as_people_write_it() -> None:
    found = split_front_matter("---\ndate: February 6, 2023 5:00 AM\n---\n")
    assert str(found.time("date")) == "2023-02-06 05:00:00"


@pytest.mark.parametrize(
    "stem", [f"Page {ID}", f"Page%20{ID}", f"Page {ID} (1)", f"Page-{ID.upper()}"]
)
def test_a_page_is_known_by_the_id_in_its_name(stem: str) -> None:
    assert notion_id(stem) == ID
