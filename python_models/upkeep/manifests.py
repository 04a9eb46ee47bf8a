"""Manifests of an Iceberg table, rewritten in place: other data files under the same snapshots.

What a manifest says of a data file (bounds of its columns among them) is a part of its content:
where rows have to go for good, it goes too. Snapshots keep their numbers and their files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ingestion.lakehouse.paths import like
from python_models.release.snapshot_files import plain

DELETED = 2  # status of an entry
_OF_CONTENT = (
    "column_sizes", "value_counts", "null_value_counts", "nan_value_counts", "lower_bounds",
    "upper_bounds", "split_offsets",
)  # fmt: skip
_COUNTED = ("existing_rows_count", "added_rows_count", "deleted_rows_count")  # by status


@dataclass(frozen=True)
class NewFile:
    """What stands in place of a data file."""

    path: str  # without a scheme
    rows: int
    bytes: int


def data_files(table: Any) -> set[str]:
    """Return the data files of all snapshots of a table, without a scheme."""
    return {
        plain(entry.data_file.file_path)
        for snapshot in table.snapshots()
        for manifest in snapshot.manifests(table.io)
        for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=False)
    }


def put_in_place(table: Any, instead: Mapping[str, NewFile]) -> None:
    """Let every snapshot of a table name other data files; doing it again changes nothing."""
    manifests = {
        manifest.manifest_path
        for snapshot in table.snapshots()
        for manifest in snapshot.manifests(table.io)
    }
    counts = {path: _rewrite_manifest(table.io, path, instead) for path in sorted(manifests)}
    sizes = {path: len(table.io.new_input(path)) for path in manifests}
    totals = {
        snapshot.snapshot_id: _rewrite_list(table.io, snapshot.manifest_list, counts, sizes)
        for snapshot in table.snapshots()
    }
    _rewrite_metadata(table, totals)


def _rewrite_manifest(
    io: Any, path: str, instead: Mapping[str, NewFile]
) -> dict[int, tuple[int, int]]:
    """Return {status: (rows, bytes)} of a manifest after its files were replaced."""
    records, schema, meta = _read(io, path)
    at = _positions(schema)
    within = _positions(schema.find_field("data_file").field_type)
    counts: dict[int, tuple[int, int]] = {}
    is_changed = False
    for record in records:
        file = record[at["data_file"]]
        new = instead.get(plain(file[within["file_path"]]))
        if new is not None:
            is_changed = True
            file[within["file_path"]] = like(file[within["file_path"]], new.path)
            file[within["record_count"]], file[within["file_size_in_bytes"]] = new.rows, new.bytes
            for name in _OF_CONTENT:
                if name in within:
                    file[within[name]] = None
        rows, size = counts.get(record[at["status"]], (0, 0))
        more = file[within["record_count"]], file[within["file_size_in_bytes"]]
        counts[record[at["status"]]] = (rows + more[0], size + more[1])
    if is_changed:
        _write(io, path, records, schema, meta, "manifest_entry")
    return counts


def _rewrite_list(
    io: Any, path: str, counts: Mapping[str, dict[int, tuple[int, int]]], sizes: Mapping[str, int]
) -> tuple[int, int]:
    """Bring a list of manifests up to them; returns rows and bytes of its snapshot."""
    records, schema, meta = _read(io, path)
    at = _positions(schema)
    is_changed = False
    rows = size = 0
    for record in records:
        known = counts[record[at["manifest_path"]]]
        wanted = {"manifest_length": sizes[record[at["manifest_path"]]]}
        wanted |= {
            name: known.get(status, (0, 0))[0] for status, name in enumerate(_COUNTED) if name in at
        }
        for name, value in wanted.items():
            is_changed |= record[at[name]] != value
            record[at[name]] = value
        for status, (more_rows, more_bytes) in known.items():
            rows, size = (
                (rows, size) if status == DELETED else (rows + more_rows, size + more_bytes)
            )
    if is_changed:
        _write(io, path, records, schema, meta, "manifest_file")
    return rows, size


def _rewrite_metadata(table: Any, totals: Mapping[int, tuple[int, int]]) -> None:
    """Let the totals of each snapshot be those of its files."""
    with table.io.new_input(table.metadata_location).open() as stream:
        known = json.loads(stream.read())
    before = json.dumps(known)
    for snapshot in known.get("snapshots", []):
        rows, size = totals[snapshot["snapshot-id"]]
        summary = snapshot.get("summary", {})
        for name, value in (("total-records", rows), ("total-files-size", size)):
            if name in summary:
                summary[name] = str(value)
    if json.dumps(known) != before:
        overwrite(table.io, table.metadata_location, json.dumps(known).encode())


def overwrite(io: Any, address: str, content: bytes) -> None:
    """Replace a file whole: whoever reads it has the one before or the one after."""
    if address.startswith(("s3://", "s3a://")):
        with io.new_output(address).create(overwrite=True) as stream:
            stream.write(content)
        return
    path = Path(plain(address))
    beside = path.with_name(f".{path.name}")
    with io.new_output(like(address, str(beside))).create(overwrite=True) as stream:
        stream.write(content)
    beside.replace(path)


def _positions(schema: Any) -> dict[str, int]:
    return {field.name: position for position, field in enumerate(schema.fields)}


def _read(io: Any, path: str) -> tuple[list[Any], Any, dict[str, str]]:
    from pyiceberg.avro.file import AvroFile

    opened: AvroFile[Any] = AvroFile(io.new_input(path))
    with opened as source:
        meta = {name: text for name, text in source.header.meta.items() if name != "avro.schema"}
        return list(source), source.schema, meta


def _write(
    io: Any, path: str, records: list[Any], schema: Any, meta: dict[str, str], name: str
) -> None:
    from pyiceberg.avro.file import AvroOutputFile
    from pyiceberg.io.pyarrow import PyArrowFileIO

    with TemporaryDirectory() as folder:
        scratch = Path(folder) / "manifest.avro"
        written: AvroOutputFile[Any] = AvroOutputFile(
            PyArrowFileIO().new_output(str(scratch)), schema, name, metadata=meta
        )
        with written as target:
            target.write_block(records)
        overwrite(io, path, scratch.read_bytes())
