"""The one canonical raw shape: every dataset of conversations lands in these tables.

A record is one conversation as one place of one file holds it; its turns are messages. What the
format carried besides (tools, preference pairs, images, original roles) is JSON in `metadata`,
and the record's own text stays in `raw`. Times are UTC without zone, microseconds.
`record_number` counts a file's records from 1, `turn` a record's messages from 0.
"""

from __future__ import annotations

import pyarrow as pa

from ingestion.conversations import NAMESPACE as NAMESPACE
from ingestion.landing.raw_tables import FILES, REJECTS

_TIMESTAMP = pa.timestamp("us")

RECORDS = pa.schema(
    [
        ("load_id", pa.string()),
        ("source", pa.string()),  # the dataset's id
        ("source_file", pa.string()),
        ("file_hash", pa.string()),
        ("record_number", pa.int64()),
        ("record_id", pa.string()),  # hash of dataset, file hash and record number
        ("conversation_id", pa.string()),  # UUIDv5 of roles and normalised texts in order
        ("format", pa.string()),
        ("confidence", pa.float64()),  # 0..1, of the format
        ("turn_count", pa.int64()),
        ("created_at", _TIMESTAMP),  # null when the record does not say
        ("metadata", pa.string()),  # JSON object
        ("raw", pa.string()),  # JSON of the record as it was
    ]
)

MESSAGES = pa.schema(
    [
        ("load_id", pa.string()),
        ("source", pa.string()),
        ("record_id", pa.string()),
        ("conversation_id", pa.string()),
        ("turn", pa.int64()),
        ("role", pa.string()),  # system | user | assistant | tool
        ("content", pa.string()),
        ("token_estimate", pa.int64()),
    ]
)

# One row per dataset and load with the registry's entry that was in force; a dataset that could
# not be read is a row too, with its error.
DATASETS = pa.schema(
    [
        ("load_id", pa.string()),
        ("source", pa.string()),
        ("name", pa.string()),
        ("location", pa.string()),
        ("format_hint", pa.string()),
        ("license", pa.string()),
        ("tier", pa.string()),  # open | restricted | private
        ("priority", pa.int64()),  # higher is better
        ("status", pa.string()),
        ("error", pa.string()),
        ("declaration_hash", pa.string()),
        ("declaration", pa.string()),  # JSON of the YAML entry, secrets left out
        ("checksum", pa.string()),
        ("declared_at", _TIMESTAMP),
    ]
)

TABLES: dict[str, pa.Schema] = {
    "records": RECORDS,
    "messages": MESSAGES,
    "rejects": REJECTS,
    "files": FILES,
    "datasets": DATASETS,
}
