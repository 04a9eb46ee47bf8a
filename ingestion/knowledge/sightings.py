"""Rows of `sightings`, written in batches: an export may show a million messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.knowledge.schema import SIGHTINGS
from ingestion.knowledge.seen import Seen, object_id_of

BATCH_ROWS = 20_000
_OF_AN_OBJECT = (
    "native_id", "kind", "state", "uri", "part_of", "title", "blob_hash", "locator",
    "content_hash", "created_at", "updated_at", "size",
)  # fmt: skip


@dataclass
class Sightings:
    """One Parquet file that grows by batches."""

    path: Path
    same: dict[str, str]  # load_id, sync_id, source and tier of all rows
    row_count: int = 0
    _writer: pq.ParquetWriter | None = None
    _seen: list[Seen] = field(default_factory=list)
    _ids: list[str] = field(default_factory=list)
    _parents: dict[str, str] = field(default_factory=dict)  # object ids by native id

    def add(self, seen: Seen, object_id: str) -> None:
        """Add an object."""
        self._seen.append(seen)
        self._ids.append(object_id)
        if len(self._ids) == BATCH_ROWS:
            self._write()

    def finish(self) -> None:
        """Write the rest."""
        if self._ids:
            self._write()
        if self._writer is not None:
            self._writer.close()

    def _write(self) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self.path, SIGHTINGS, compression="snappy")
        count = len(self._ids)
        columns: dict[str, list[Any]] = {name: [one] * count for name, one in self.same.items()}
        columns |= {name: [getattr(one, name) for one in self._seen] for name in _OF_AN_OBJECT}
        columns["object_id"] = self._ids
        columns["parent_id"] = [self._parent(one.parent) for one in self._seen]
        columns["ordinal"] = list(range(self.row_count + 1, self.row_count + count + 1))
        arrays = [pa.array(columns[field.name], type=field.type) for field in SIGHTINGS]
        self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=SIGHTINGS))
        self.row_count += count
        self._seen, self._ids = [], []

    def _parent(self, native_id: str | None) -> str | None:
        if native_id is None:
            return None
        if native_id not in self._parents:
            self._parents[native_id] = object_id_of(self.same["source"], native_id)
        return self._parents[native_id]
