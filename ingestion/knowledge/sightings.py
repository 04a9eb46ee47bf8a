"""Rows of `sightings`, written in batches: an export may show a million messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.knowledge.schema import SIGHTINGS
from ingestion.knowledge.seen import Seen, SeenTogether, object_id_of

BATCH_ROWS = 20_000
_BEGINNING, _MICROSECOND = datetime(1970, 1, 1), timedelta(microseconds=1)
_OF_A_ROW = (
    "object_id", "native_id", "uri", "part_of", "locator", "content_hash", "created_at",
    "updated_at", "size",
)  # fmt: skip
# what all objects of one blob have in common is kept once a run of rows
_OF_A_RUN = ("kind", "state", "parent_id", "title", "blob_hash")
_OF_ALL = ("load_id", "sync_id", "source", "tier")
_REPEATED = [*_OF_ALL, *_OF_A_RUN, "part_of"]  # values of others are not looked for again
_WRITTEN = pa.schema(
    pa.field(one.name, pa.dictionary(pa.int32(), one.type))
    if one.name in (*_OF_ALL, *_OF_A_RUN)
    else one
    for one in SIGHTINGS
)


@dataclass
class Sightings:
    """One Parquet file that grows by batches."""

    path: Path
    same: dict[str, str]  # load_id, sync_id, source and tier of all rows
    row_count: int = 0
    _writer: pq.ParquetWriter | None = None
    _rows: dict[str, list[Any]] = field(default_factory=lambda: {one: [] for one in _OF_A_ROW})
    _runs: dict[str, list[Any]] = field(default_factory=lambda: {one: [] for one in _OF_A_RUN})
    _lengths: list[int] = field(default_factory=list)  # of the runs
    _parents: dict[str, str] = field(default_factory=dict)  # object ids by native id

    def add(self, seen: Seen, object_id: str) -> None:
        """Add an object."""
        self._add(
            seen, seen.state, [object_id], [seen.native_id], [seen.uri], [seen.part_of],
            [seen.locator], [seen.content_hash], [_microseconds(seen.created_at)],
            [_microseconds(seen.updated_at)], [seen.size],
        )  # fmt: skip

    def add_together(self, seen: SeenTogether, object_ids: list[str]) -> None:
        """Add objects of one blob."""
        self._add(
            seen, "seen", object_ids, seen.native_ids, seen.uris, seen.parts_of, seen.locators,
            seen.content_hashes, seen.created, [None] * len(object_ids), seen.sizes,
        )  # fmt: skip

    def finish(self) -> None:
        """Write the rest."""
        self._write()
        if self._writer is not None:
            self._writer.close()

    def _add(self, seen: Seen | SeenTogether, state: str, *columns: list[Any]) -> None:
        for rows, column in zip(self._rows.values(), columns, strict=True):
            rows += column
        said = (seen.kind, state, self._parent(seen.parent), seen.title, seen.blob_hash)
        for run, value in zip(self._runs.values(), said, strict=True):
            run.append(value)
        self._lengths.append(len(columns[0]))
        if len(self._rows["object_id"]) >= BATCH_ROWS:
            self._write()

    def _write(self) -> None:
        count = len(self._rows["object_id"])
        if not count:
            return
        if self._writer is None:  # whoever reads it needs not know what was kept once
            self._writer = pq.ParquetWriter(
                self.path, _WRITTEN, compression="snappy", use_dictionary=_REPEATED,
                store_schema=False,
            )  # fmt: skip
        columns: dict[str, Any] = {
            name: pa.array(rows, SIGHTINGS.field(name).type) for name, rows in self._rows.items()
        }
        columns |= {name: _repeated(run, self._lengths) for name, run in self._runs.items()}
        columns |= {name: _repeated([self.same[name]], [count]) for name in _OF_ALL}
        columns["ordinal"] = pa.array(np.arange(self.row_count, self.row_count + count) + 1)
        self._writer.write_table(pa.table([columns[one.name] for one in _WRITTEN], schema=_WRITTEN))
        self.row_count += count
        for kept in (*self._rows.values(), *self._runs.values(), self._lengths):
            kept.clear()

    def _parent(self, native_id: str | None) -> str | None:
        if native_id is None:
            return None
        if native_id not in self._parents:
            self._parents[native_id] = object_id_of(self.same["source"], native_id)
        return self._parents[native_id]


def _repeated(values: list[str | None], lengths: list[int]) -> pa.DictionaryArray:
    """Return each value as often as its run is long."""
    said = pa.array(values, pa.string()).dictionary_encode()
    return said.take(pa.array(np.repeat(np.arange(len(values)), lengths)))


def _microseconds(at: datetime | None) -> int | None:
    """Return a moment as Arrow keeps it: microseconds since 1970, UTC."""
    return None if at is None else (at - _BEGINNING) // _MICROSECOND
