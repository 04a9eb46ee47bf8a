"""Makes a lost or old catalog again: each table is registered from its newest metadata file.

What a killed commit left as the newest metadata is taken too: landing and the ledger know by
their own marks inside it what is there, and a mart by the hashes of its parts.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ingestion.lakehouse.catalog import catalog, metadata_locations
from ingestion.lakehouse.extensions import iceberg_session
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.generation import Trouble
from ingestion.lakehouse.lake import lake, warehouse_uri
from ingestion.lakehouse.lake_version import opened, put_identity, read_version
from ingestion.lakehouse.migrations import CATALOG, add_identity, bring_forward
from ingestion.lakehouse.sql_text import literal
from python_models.release.snapshot_files import plain
from python_models.release.spark_names import PREFIX, table_of_folder

_METADATA = re.compile(
    r"/(?P<namespace>[^/]+)/(?P<table>[^/]+)/metadata/(?P<number>\d+)-[^/]*\.metadata\.json$"
)


@dataclass(frozen=True)
class Metadata:
    """One metadata file that can be read; it stands for a state of its table."""

    number: int
    written_ms: int
    uri: str


def mend(trouble: Trouble) -> list[str]:
    """Make the catalog name the newest state of every table there is; returns what was done."""
    aside = set_aside(lake().catalog_db) if trouble.kind in ("damaged", "foreign") else None
    newest = newest_metadata()
    known = catalog()
    count = 0
    for (namespace, table), found in sorted(newest.items()):
        registered = metadata_locations(namespace).get(table)
        is_later = _folder(registered) == _folder(found.uri) and _number(registered) > found.number
        if registered == found.uri or is_later:
            continue
        known.create_namespace_if_not_exists(namespace)
        if registered is not None:
            known.drop_table((namespace, table))  # takes the name away, no file
        known.register_table((namespace, table), found.uri)
        count += 1
        fault("repair.table")
    identify(lake().catalog_db, CATALOG)
    said = [f"catalog: {count} of {len(newest)} tables registered from their newest metadata"]
    return said + ([f"catalog: what was there is kept as {aside.name}"] if aside else [])


def newest_metadata() -> dict[tuple[str, str], Metadata]:
    """Return the newest readable metadata file of every table below the warehouse.

    A table that Spark made anew lies in a folder of its own each time: the one written last counts.
    """
    newest: dict[tuple[str, str], Metadata] = {}
    for (namespace, folder), one in _newest_of_folders().items():
        key = (namespace, table_of_folder(folder))
        if key not in newest or one.written_ms > newest[key].written_ms:
            newest[key] = one
    return newest


def _newest_of_folders() -> dict[tuple[str, str], Metadata]:
    pattern = f"{plain(warehouse_uri()).rstrip('/')}/*/*/metadata/*.metadata.json"
    found: dict[tuple[str, str], Metadata] = {}
    with iceberg_session() as session:
        listed = session.execute(f"select file from glob({literal(pattern)})").fetchall()
        paths = sorted((path for (path,) in listed), key=_number, reverse=True)
        for path in paths:
            match = _METADATA.search(path)
            if match is None or match["namespace"].startswith(PREFIX):
                continue
            key = (match["namespace"], match["table"])
            if key in found and found[key].number > int(match["number"]):
                continue
            read = _read(session, path, int(match["number"]))
            if read and (key not in found or read.written_ms > found[key].written_ms):
                found[key] = read
    return found


def _read(session: duckdb.DuckDBPyConnection, path: str, number: int) -> Metadata | None:
    """Read a metadata file; None when it is not whole."""
    try:
        row = session.execute(f"select content from read_text({literal(path)})").fetchone()
        known = json.loads(row[0]) if row else {}
        uri = f"{known['location'].rstrip('/')}/metadata/{path.rsplit('/', 1)[-1]}"
        return Metadata(number, int(known["last-updated-ms"]), uri)
    except (duckdb.Error, ValueError, KeyError, TypeError):
        return None


def _folder(path: str | None) -> str:
    return plain(path or "").rpartition("/metadata/")[0]


def _number(path: str | None) -> int:
    match = _METADATA.search(path or "")
    return int(match["number"]) if match else -1


def set_aside(path: Path) -> Path | None:
    """Give a store that is of no use another name, with what belongs to it; returns the name."""
    if not path.exists():
        return None
    ending = f".aside-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    for more in ("-wal", "-shm"):
        beside = path.with_name(path.name + more)
        if beside.exists():
            beside.rename(path.with_name(path.name + ending + more))
    return path.rename(path.with_name(path.name + ending))


def identify(path: Path, store: str) -> None:
    """Say in a store that it is this lake's: the last thing done to one that was made again."""
    version = read_version(lake().root)
    assert version is not None
    with opened(path) as connection:
        bring_forward(connection, store)
        add_identity(connection)
        put_identity(connection, version)
