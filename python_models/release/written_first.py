"""A large view that was never published is written before it is known what its parts are called.

A part's folder bears the hash of its rows, and to take that of a view costs as much as half of
writing it. So the rows are written by day, once, and hashed as they lie there; the folders get
their names then.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import duckdb

from ingestion.lakehouse.lake import uses_object_store
from ingestion.lakehouse.paths import escaped_glob
from ingestion.lakehouse.sql_text import literal
from python_models.release import mart_parts
from python_models.release.mart_parts import Mart

# read from a file, a value of these hashes as it did before it was written
_SAME_WHEN_READ = {
    "VARCHAR", "BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP",
}  # fmt: skip
_PARTS = 30  # of a size worth a file each: with fewer rows, parts are likely to be months
_NO_DAY = "__HIVE_DEFAULT_PARTITION__"  # DuckDB's name for null


def is_worth_it(session: duckdb.DuckDBPyConnection, mart: Mart, columns: Mapping[str, str]) -> bool:
    """Say whether a mart is a view by days whose rows are better written before they are hashed."""
    if uses_object_store() or mart.partition_by is None or mart.tier_column:
        return False  # an object cannot be renamed
    if not set(columns.values()) <= _SAME_WHEN_READ:
        return False
    found = session.execute(
        "select (select max(estimated_size) from duckdb_tables() where not temporary), "
        "(select count(*) from duckdb_views() where database_name = current_database() "
        "and schema_name = ? and view_name = ?)",
        [mart.domain, mart.name],
    ).fetchall()
    largest, is_view = found[0]
    # how many rows a view has is not known before it is read, but of what it is read at most
    return bool(is_view) and (largest or 0) >= _PARTS * mart_parts.ROWS_WORTH_A_PART


def written_by_day(
    session: duckdb.DuckDBPyConnection, mart: Mart, selected: str, folder: Path
) -> Mart:
    """Write a mart's rows, a folder for each day; returns it with these files for its relation.

    Args:
        session: connection to the build database.
        mart: the view.
        selected: its columns in SQL, as they are written.
        folder: where to; it is made.
    """
    folder.mkdir(parents=True)
    session.execute(
        f"copy (select {selected}, {mart.day()} as sluice_part from {mart.relation})"
        f" to {literal(str(folder))}"
        " (format parquet, compression zstd, partition_by (sluice_part))"
    )
    if not any(folder.iterdir()):
        folder.rmdir()
        return mart
    files = literal(f"{escaped_glob(str(folder))}/**/*.parquet")
    return replace(mart, relation=f"read_parquet({files}, hive_partitioning = false)")


def named_as_parts(folder: Path, parts: Collection[tuple[str, str]], target: Path) -> bool:
    """Move the days to the folders of the parts they are; False where parts are no days."""
    places = {
        folder / f"sluice_part={_NO_DAY if part == 'none' else part}": (part, part_digest)
        for part, part_digest in parts
    }
    if {path for path in folder.iterdir() if path.is_dir()} != set(places):
        return False
    target.mkdir(parents=True, exist_ok=True)
    for place, (part, part_digest) in places.items():
        place.rename(target / f"sluice_part={part}~{part_digest}")
    shutil.rmtree(folder)
    return True
