"""The raw tables that are the same in every domain: what was refused, and which files landed."""

from __future__ import annotations

import pyarrow as pa

_TIMESTAMP = pa.timestamp("us")

REJECTS = pa.schema(
    [
        ("load_id", pa.string()),
        ("source", pa.string()),
        ("source_file", pa.string()),
        ("file_hash", pa.string()),
        # physical line or record the text was read from; null: whole file
        ("line_number", pa.int64()),
        ("column_name", pa.string()),
        ("reason", pa.string()),  # short code, for counting
        ("error", pa.string()),  # sentence, for a person
        ("raw_text", pa.string()),
        ("rejected_at", _TIMESTAMP),
    ]
)

# Committed after all other tables: a load id that stands here has landed whole. A domain counts
# in rows_in what its files are made of.
FILES = pa.schema(
    [
        ("load_id", pa.string()),
        ("source", pa.string()),
        ("source_file", pa.string()),
        ("file_hash", pa.string()),
        ("status", pa.string()),  # loaded | duplicate | rejected
        ("byte_count", pa.int64()),
        ("rows_in", pa.int64()),
        ("rows_accepted", pa.int64()),
        ("rows_duplicate", pa.int64()),  # all rows of a file that was delivered before
        ("rows_rejected", pa.int64()),
        ("cells_rejected", pa.int64()),  # single values of accepted rows, in rejects too
        ("seconds", pa.float64()),
        ("landed_at", _TIMESTAMP),
    ]
)


def files_with(*times: str) -> pa.Schema:
    """Return the table of files of a product that notes moments of its own, too."""
    *common, landed_at = FILES
    return pa.schema([*common, *((name, _TIMESTAMP) for name in times), landed_at])
