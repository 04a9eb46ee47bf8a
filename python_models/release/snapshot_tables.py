"""What a snapshot of a released table consisted of, for a release whose own file is gone."""

from __future__ import annotations

import duckdb

from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.extensions import iceberg_session
from ingestion.lakehouse.sql_text import list_of, literal
from python_models.release.mart_parts import digest
from python_models.release.release_views import ReleasedView
from python_models.release.snapshot_files import plain


def view_at(
    domain: str, table: str, snapshot_id: int | None, schema_hash: str | None
) -> ReleasedView | None:
    """Return a table as a release showed it; None when that cannot be known for certain.

    Args:
        domain: namespace of the table.
        table: its name.
        snapshot_id: the snapshot the release pinned.
        schema_hash: hash over names and types of its columns, which those of the files must have.
    """
    from pyiceberg.exceptions import NoSuchTableError

    try:
        known = catalog().load_table((domain, table))
    except NoSuchTableError:
        return None
    snapshot = known.snapshot_by_id(snapshot_id) if snapshot_id is not None else None
    if snapshot is None:
        return None
    files = sorted(
        plain(entry.data_file.file_path)
        for manifest in snapshot.manifests(known.io)
        for entry in manifest.fetch_manifest_entry(known.io, discard_deleted=True)
    )
    columns = _columns_of(files, known.metadata_location)
    if digest(repr(list(columns.items()))) != schema_hash:
        return None
    words = {field.name: field.doc for field in known.schema().fields if field.doc}
    comments = {"": known.properties.get("comment", "")} | words
    return ReleasedView(domain, table, tuple(files), columns, comments)


def _columns_of(files: list[str], metadata: str) -> dict[str, str]:
    """Return the columns of some files; of no files those the table has now."""
    source = f"read_parquet({list_of(files)}, hive_partitioning = false)"
    if not files:
        source = f"iceberg_scan({literal(plain(metadata))})"
    with iceberg_session() as session:
        try:
            described = session.execute(f"describe select * from {source}").fetchall()
        except duckdb.Error:
            return {}
    return {row[0]: row[1] for row in described}
