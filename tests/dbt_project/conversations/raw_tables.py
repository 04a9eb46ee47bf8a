"""Raw tables of conversations as landing leaves them, written into the build database itself."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.conversations.schema import NAMESPACE, TABLES

LANDED_AT = datetime(2026, 1, 1, 12)

Turn = tuple[str, str]  # role, text
Talk = Sequence[Turn]


def content_id(talk: Talk) -> str:
    """Return the id that equal content shares."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(list(talk))))


def make_tables(database: Path) -> None:
    """Make the empty raw tables."""
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"create schema {NAMESPACE}")
        for name, shape in TABLES.items():
            empty = shape.empty_table()  # noqa: F841  read by name
            connection.execute(f"create table {NAMESPACE}.{name} as select * from empty")


def land(
    database: Path,
    load_id: str,
    talks: Sequence[Talk],
    *,
    dataset: str = "talks",
    tier: str = "open",
    priority: int = 1,
    format_name: str = "messages",
) -> None:
    """Land conversations as one load of one file."""
    key = {"load_id": load_id, "source": dataset}
    records, messages = [], []
    for number, talk in enumerate(talks, start=1):
        named = f"{dataset}|{load_id}|{number}"
        ids = {
            "record_id": hashlib.sha256(named.encode()).hexdigest()[:32],
            "conversation_id": content_id(talk),
        }
        records.append(
            key
            | ids
            | {
                "source_file": f"{load_id}.jsonl",
                "file_hash": load_id,
                "record_number": number,
                "format": format_name,
                "confidence": 1.0,
                "turn_count": len(talk),
                "metadata": "{}",
                "raw": "{}",
            }
        )
        messages += [
            key | ids | {"turn": turn, "role": role, "content": text, "token_estimate": 1}
            for turn, (role, text) in enumerate(talk)
        ]
    file = key | {
        "source_file": f"{load_id}.jsonl",
        "file_hash": load_id,
        "status": "loaded",
        "rows_in": len(talks),
        "rows_accepted": len(talks),
        "rows_duplicate": 0,
        "rows_rejected": 0,
        "landed_at": LANDED_AT,
    }
    entry = key | {"tier": tier, "priority": priority, "declared_at": LANDED_AT}
    with duckdb.connect(str(database)) as connection:
        for name, rows in (
            ("records", records),
            ("messages", messages),
            ("files", [file]),
            ("datasets", [entry]),
        ):
            _append(connection, name, rows)


def _append(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    shape = TABLES[table]
    filled = [{name: row.get(name) for name in shape.names} for row in rows]
    added = pa.Table.from_pylist(filled, schema=shape)  # noqa: F841  read by name
    connection.execute(f"insert into {NAMESPACE}.{table} select * from added")
