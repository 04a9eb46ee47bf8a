"""Command `compact`: joins the small files of a table into one, in one commit."""

from __future__ import annotations

import argparse
import secrets
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import duckdb

from ingestion.lakehouse import lock
from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.disk_space import room
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.file_lock import exclusive
from ingestion.lakehouse.lake import lake, uses_object_store
from ingestion.lakehouse.output import emit
from ingestion.lakehouse.sql_text import list_of, literal
from python_models.release.snapshot_files import COMPACTED
from python_models.release.spark_names import PREFIX, is_of_builds
from python_models.upkeep import sweep
from python_models.upkeep.backup import LOCK

SMALL_BYTES = 32_000_000
FEWEST_FILES = 8
# one new file holds at most this much of small ones
LARGEST_BYTES = 512_000_000


def compact(options: argparse.Namespace) -> int:
    """Join small files of raw and ledger tables; released tables have one file a part anyway."""
    found = []
    opened = catalog()
    with (
        nullcontext() if options.dry_run else lock.build_lock("compact"),
        # a backup has listed them
        nullcontext()
        if options.dry_run
        else exclusive(lake().root / LOCK, "The lake's set of files"),
        connect_duckdb() as connection,
    ):
        for namespace in opened.list_namespaces():
            for name in opened.list_tables(namespace):
                table = opened.load_table(name)
                if "sluice.columns" in table.properties or _is_left_alone(namespace[0]):
                    continue  # released: releases point to its files
                if table.spec().fields:
                    continue  # phases: a run's rows lie in a file of their own
                if line := compact_table(connection, table, options.dry_run):
                    found.append(line)
    title = "Would be joined" if options.dry_run else "Joined"
    emit(found, options.json, title, "No table has small files worth joining.")
    return 0


def _is_left_alone(namespace: str) -> bool:
    """Say whether a namespace has what Spark wrote, or a run's names for raw tables."""
    return is_of_builds(namespace) or namespace.startswith(PREFIX)


def compact_table(
    connection: duckdb.DuckDBPyConnection, table: Any, dry_run: bool = False
) -> dict[str, Any] | None:
    """Join the small files of one table; returns what was joined, None when nothing was.

    Builds and releases that have the old snapshot go on reading the old files, which stay
    until `retention` finds that nothing points to them any more.
    """
    small: list[Any] = []
    for task in table.scan().plan_files():
        left = LARGEST_BYTES - sum(file.file_size_in_bytes for file in small)
        size = task.file.file_size_in_bytes
        if size < SMALL_BYTES and size < left and not task.delete_files:
            small.append(task.file)
    if len(small) < FEWEST_FILES:
        return None
    name = ".".join(table.name())
    rows = sum(file.record_count for file in small)
    size = sum(file.file_size_in_bytes for file in small)
    if not dry_run:
        with room(lake().root, f"joining the files of {name}", lambda: size):
            _join(connection, table, small, rows)
    return {"table": name, "files": len(small), "rows": rows, "bytes": size}


def _join(connection: duckdb.DuckDBPyConnection, table: Any, small: list[Any], rows: int) -> None:
    from pyiceberg.io.pyarrow import parquet_files_to_data_files
    from pyiceberg.table import TableProperties

    folder = f"{table.location()}/data"
    target = f"{folder}/compacted-{secrets.token_hex(8)}.parquet"
    if not uses_object_store():
        Path(sweep.plain(folder)).mkdir(parents=True, exist_ok=True)
    paths = list_of(sweep.plain(file.file_path) for file in small)
    written = connection.execute(
        f"copy (select * from read_parquet({paths}, union_by_name = true,"
        f" hive_partitioning = false)) to {literal(sweep.plain(target))}"
        " (format parquet, compression zstd)"
    ).fetchone()
    if not written or written[0] != rows:
        raise RuntimeError(f"{table.name()}: {written} rows were written instead of {rows}")
    with table.transaction() as transaction:
        mapping = table.schema().name_mapping.model_dump_json()
        transaction.set_properties({TableProperties.DEFAULT_NAME_MAPPING: mapping})
        with transaction.update_snapshot({COMPACTED: "true"}).overwrite() as overwrite:
            for file in small:
                overwrite.delete_data_file(file)
            for file in parquet_files_to_data_files(
                table.io, transaction.table_metadata, iter([target])
            ):
                overwrite.append_data_file(file)
