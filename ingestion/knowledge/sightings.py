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
_SAME = ("load_id", "sync_id", "source", "tier")  # of all rows of a sync


@dataclass
class Sightings:
    """One Parquet file that grows by batches."""

    path: Path
    same: dict[str, str]
    row_count: int = 0
    _writer: pq.ParquetWriter | None = None
    _columns: dict[str, list[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._empty()

    def add(self, seen: Seen, object_id: str) -> None:
        """Add an object."""
        self.row_count += 1
        columns, parent = self._columns, seen.parent
        columns["object_id"].append(object_id)
        columns["native_id"].append(seen.native_id)
        columns["kind"].append(seen.kind)
        columns["state"].append(seen.state)
        columns["uri"].append(seen.uri)
        columns["parent_id"].append(object_id_of(self.same["source"], parent) if parent else None)
        columns["part_of"].append(seen.part_of)
        columns["title"].append(seen.title)
        columns["blob_hash"].append(seen.blob_hash)
        columns["locator"].append(seen.locator)
        columns["content_hash"].append(seen.content_hash)
        columns["created_at"].append(seen.created_at)
        columns["updated_at"].append(seen.updated_at)
        columns["size"].append(seen.size)
        columns["ordinal"].append(self.row_count)
        if len(columns["ordinal"]) == BATCH_ROWS:
            self._write()

    def finish(self) -> None:
        """Write the rest."""
        if self._columns["ordinal"]:
            self._write()
        if self._writer is not None:
            self._writer.close()

    def _write(self) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self.path, SIGHTINGS, compression="snappy")
        count = len(self._columns["ordinal"])
        arrays = [
            pa.array(
                [self.same[name]] * count if name in _SAME else self._columns[name],
                type=SIGHTINGS.field(name).type,
            )
            for name in SIGHTINGS.names
        ]
        self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=SIGHTINGS))
        self._empty()

    def _empty(self) -> None:
        self._columns = {name: [] for name in SIGHTINGS.names if name not in _SAME}
