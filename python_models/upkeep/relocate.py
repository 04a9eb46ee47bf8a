"""Command `relocate`: mends the absolute paths inside a lake that was moved to another folder.

Iceberg metadata, the catalog and released views all name files by their whole path. Each file is
rewritten beside itself and moved into place; the catalog comes last, so that a relocation that
was interrupted is found again and finished.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from ingestion.lakehouse import journal, lock, relocations
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.lake import lake, uses_object_store
from ingestion.lakehouse.output import emit_document, say
from ingestion.lakehouse.paths import like, local_path, location
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.whereabouts import moving
from python_models.release import release_file

# says from which root a relocation that was begun comes
RELOCATING = "RELOCATING"


class CannotRelocate(RuntimeError):
    """The lake's tables cannot be moved by rewriting paths; the message says why."""


def relocate(options: argparse.Namespace) -> int:
    """Let every path inside the lake begin with the folder it lies in now."""
    if settings().sluice_catalog_uri or uses_object_store():
        raise CannotRelocate(
            "Tables in an object store or in a catalog server stay where they are when the lake "
            "folder moves: there is nothing to relocate."
        )
    with moving(settings().sluice_lake), lock.build_lock("relocate"):
        old, new = _old_root(), str(lake().root)
        count = 0 if old is None or old == new else mend(old, new)
    if options.json:
        emit_document({"from": old, "to": new, "files": count})
    elif not count:
        say(f"Every path begins with {new} already.")
    else:
        say(f"{count} files now name {new} instead of {old}.")
    return 0


def mend(old: str, new: str) -> int:
    """Replace one root by another in all metadata, the journal, the catalog and the releases.

    The release file is written from what the catalog names, so the catalog comes before it; the
    old root is written down meanwhile, for the next run after a crash.
    """
    count = 0
    _write(lake().root / RELOCATING, old.encode())
    for path in sorted(lake().warehouse.rglob("metadata/*")):
        if path.name.endswith(".metadata.json"):
            _replace_text(path, old, new)
        elif path.suffix == ".avro":
            _replace_in_avro(path, old, new)
        else:
            continue
        count += 1
    _mend_journal(old, new)
    _mend_seen(old, new)
    _mend_catalog(old, new)
    fault("relocate.catalog")
    _mend_releases()
    relocations.note(old, new)
    (lake().root / RELOCATING).unlink()
    return count


def _old_root() -> str | None:
    """Return the root the catalog still names; None when there is no table."""
    begun = lake().root / RELOCATING
    if begun.exists():
        return begun.read_text(encoding="utf-8")
    if not lake().catalog_db.exists():
        return None
    with closing(sqlite3.connect(lake().catalog_db)) as connection:
        found = connection.execute("select metadata_location from iceberg_tables limit 1")
        row = found.fetchone()
    if row is None:
        return None
    return local_path(row[0]).rpartition(f"/{lake().warehouse.name}/")[0]


def _replace_text(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    _write(path, _moved(text, old, new).encode())


def _replace_in_avro(path: Path, old: str, new: str) -> None:
    from pyiceberg.avro.file import AvroFile, AvroOutputFile
    from pyiceberg.io.pyarrow import PyArrowFileIO

    io = PyArrowFileIO()
    beside = path.with_name(f".{path.name}")
    opened: AvroFile[Any] = AvroFile(io.new_input(str(path)))
    with opened as source:
        schema, meta = source.schema, dict(source.header.meta)
        records = [_moved(record, old, new) for record in source]
    kept = {name: value for name, value in meta.items() if name != "avro.schema"}
    name = "manifest_file" if path.name.startswith("snap-") else "manifest_entry"
    written: AvroOutputFile[Any] = AvroOutputFile(
        io.new_output(str(beside)), schema, name, metadata=kept
    )
    with written as target:
        target.write_block(records)
    beside.replace(path)


def _moved(value: Any, old: str, new: str) -> Any:
    """Return a value in which every path below one root is below another."""
    from pyiceberg.typedef import Record

    if isinstance(value, str):
        if value.startswith(f"{old}/"):
            return new + value[len(old) :]
        for before, after in moves(old, new).items():
            value = value.replace(before, after)
        return value
    if isinstance(value, Record):
        for position in range(len(value)):
            value[position] = _moved(value[position], old, new)
    return value


def moves(old: str, new: str) -> dict[str, str]:
    """Return what to replace in a text by what, as JSON strings of paths and as locations.

    JSON is written with and without escapes of letters beyond ASCII; read, both are the same.
    Paths come first: a location may become a path, which is not to be moved again.
    """
    spelled = [
        tuple(json.dumps(root, ensure_ascii=is_ascii)[1:-1] for root in (old, new))
        for is_ascii in (True, False)
    ]
    found = {f'"{before}/': f'"{after}/' for before, after in spelled}
    for before, after in [*spelled, (old, new)]:
        found[f"file://{before}/"] = f"{like(location(new), after)}/"
    return found


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}")
    beside.write_bytes(content)
    beside.replace(path)


def _mend_journal(old: str, new: str) -> None:
    columns = {
        "release_tables": ("metadata_location", "location", "files"),
        "runs": ("pins",),
    }
    with journal.journal() as connection:
        for table, names in columns.items():
            for name in names:
                _mend_column(connection, table, name, old, new)


def _mend_seen(old: str, new: str) -> None:
    """Landing remembers files by their paths, and which state of the lake it remembers them for."""
    for path in lake().dlt_dir.glob("*_seen.db"):
        with closing(sqlite3.connect(path, timeout=60)) as connection, connection:
            for table, name in (("seen", "address"), ("pointer", "metadata")):
                _mend_column(connection, table, name, old, new)


def _mend_column(connection: sqlite3.Connection, table: str, name: str, old: str, new: str) -> None:
    """Move every path in a column of a SQLite table, be it the whole value or within JSON."""
    connection.execute(
        f"update {table} set {name} = ? || substr({name}, ?) where substr({name}, 1, ?) = ?",
        (new, len(old) + 1, len(old) + 1, f"{old}/"),
    )
    for pair in moves(old, new).items():
        connection.execute(f"update {table} set {name} = replace({name}, ?, ?)", pair)


def _mend_releases() -> None:
    """Write each release that can be opened anew; the one readers see comes last."""
    current = release_file.current_release_id()
    for release_id in release_file.files_by_release():
        if release_id != current:
            release_file.write(release_id or None, None, may_shrink=True)
    release_file.write(current, None, may_shrink=True)


def _mend_catalog(old: str, new: str) -> None:
    columns = {
        "iceberg_tables": ("metadata_location", "previous_metadata_location"),
        "iceberg_namespace_properties": ("property_value",),
    }
    with closing(sqlite3.connect(lake().catalog_db, timeout=60)) as connection, connection:
        for table, names in columns.items():
            for name in names:
                _mend_column(connection, table, name, old, new)
