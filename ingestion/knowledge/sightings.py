"""Rows of `sightings`, written in batches: an export may show a million messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.knowledge.schema import SIGHTINGS
from ingestion.knowledge.seen import Seen, SeenTogether, object_id_of

BATCH_ROWS = 20_000
_OF_AN_OBJECT = (
    "native_id", "kind", "state", "uri", "part_of", "title", "blob_hash", "locator",
    "content_hash", "created_at", "updated_at", "size",
)  # fmt: skip
# what is the same in many rows; values that hardly repeat are not looked up in a dictionary
_REPEATED = ["load_id", "sync_id", "source", "kind", "state", "parent_id", "title", "blob_hash",
             "part_of", "tier"]  # fmt: skip


@dataclass
class Sightings:
    """One Parquet file that grows by batches."""

    path: Path
    same: dict[str, str]  # load_id, sync_id, source and tier of all rows
    row_count: int = 0
    _writer: pq.ParquetWriter | None = None
    _batches: list[pa.RecordBatch] = field(default_factory=list)
    _waiting: int = 0  # rows of the batches
    _seen: list[Seen] = field(default_factory=list)
    _ids: list[str] = field(default_factory=list)
    _parents: dict[str, str] = field(default_factory=dict)  # object ids by native id

    def add(self, seen: Seen, object_id: str) -> None:
        """Add an object."""
        self._seen.append(seen)
        self._ids.append(object_id)
        if len(self._ids) == BATCH_ROWS:
            self._close()

    def add_together(self, seen: SeenTogether, object_ids: list[str]) -> None:
        """Add objects of one blob."""
        self._close()
        self._add(
            len(object_ids),
            {
                "object_id": object_ids,
                "native_id": seen.native_ids,
                "uri": seen.uris,
                "part_of": seen.parts_of,
                "locator": seen.locators,
                "content_hash": seen.content_hashes,
                "created_at": pa.array(seen.created, pa.int64()).cast(pa.timestamp("us")),
                "size": seen.sizes,
            },
            {"kind": seen.kind, "title": seen.title, "blob_hash": seen.blob_hash,
             "parent_id": self._parent(seen.parent), "state": "seen", "updated_at": None},
        )  # fmt: skip

    def finish(self) -> None:
        """Write the rest."""
        self._close()
        self._write()
        if self._writer is not None:
            self._writer.close()

    def _close(self) -> None:
        """Make a batch of the objects that came one by one."""
        if self._ids:
            columns: dict[str, Any] = {
                name: [getattr(one, name) for one in self._seen] for name in _OF_AN_OBJECT
            }
            columns["object_id"] = self._ids
            columns["parent_id"] = [self._parent(one.parent) for one in self._seen]
            self._add(len(self._ids), columns, {})
        self._seen, self._ids = [], []

    def _add(self, count: int, columns: dict[str, Any], same: dict[str, str | None]) -> None:
        first, same = self.row_count + self._waiting + 1, {**self.same, **same}
        columns["ordinal"] = np.arange(first, first + count)
        arrays = [
            pa.repeat(pa.scalar(same[field.name], field.type), count)
            if field.name in same
            else pa.array(columns[field.name], type=field.type)
            for field in SIGHTINGS
        ]
        self._batches.append(pa.RecordBatch.from_arrays(arrays, schema=SIGHTINGS))
        self._waiting += count
        if self._waiting >= BATCH_ROWS:
            self._write()

    def _write(self) -> None:
        if not self._batches:
            return
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self.path, SIGHTINGS, compression="snappy", use_dictionary=_REPEATED
            )
        self._writer.write_table(pa.Table.from_batches(self._batches).combine_chunks())
        self.row_count += self._waiting
        self._batches, self._waiting = [], 0

    def _parent(self, native_id: str | None) -> str | None:
        if native_id is None:
            return None
        if native_id not in self._parents:
            self._parents[native_id] = object_id_of(self.same["source"], native_id)
        return self._parents[native_id]
