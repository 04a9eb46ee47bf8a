"""Order of the columns of a table nobody has described."""

from __future__ import annotations

import pyarrow as pa
import pytest

from dashboards.parts.tables import people_first

pytestmark = pytest.mark.unit
HASH = "0123456789abcdef"


def test_columns_of_hashes_come_after_what_a_person_reads() -> None:
    rows = pa.table(
        {
            "record_id": [HASH * 4, None],
            "call_id": [f"call-{HASH}", f"call-{HASH}"],
            "run_id": ["20260101-010203-42", "20260101-010203-43"],
            "key": ["6f9619ff-8b86-4011-b42d-00c04fc964ff", None],
            "title": ["A first look", "A second"],
            "hash_or_word": [HASH, "none"],
            "nothing": pa.array([None, None], pa.string()),
            "number": [123456789012, 2],
        }
    )
    assert people_first(rows) == [
        "run_id", "title", "hash_or_word", "nothing", "number", "record_id", "call_id", "key",
    ]  # fmt: skip


def test_digits_alone_are_a_number_and_no_hash() -> None:
    rows = pa.table({"phone_number": ["123456789012"], "name": ["a"]})
    assert people_first(rows) == ["phone_number", "name"]
