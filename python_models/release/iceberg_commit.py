"""The one place that commits released tables to the Iceberg catalog."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.durable import sync_files

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.catalog import Catalog
    from pyiceberg.table import Table, Transaction

    from python_models.release.iceberg_transaction import Change, Creation
    from python_models.release.mart_parts import Mart
    from python_models.release.snapshot_files import DataFile

_COLUMNS = "sluice.columns"
_TABLE_PROPERTIES = {
    # releases read data files, never an older metadata file: those may go
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
    "commit.retry.num-retries": "20",
}


def opened_for(namespace: str) -> Catalog:
    """Open the catalog, with a namespace in it."""
    opened = catalog()
    opened.create_namespace_if_not_exists(namespace)
    return opened


def commit(
    opened: Catalog,
    mart: Mart,
    empty: pa.Table,
    location: str,
    added: Sequence[str],
    removed: Sequence[DataFile],
    properties: Mapping[str, str],
) -> tuple[Table, dict[str, int]]:
    """Replace files of a table, or make it, in one commit, with the mart's columns and comments.

    Args:
        opened: the catalog, in which the mart's namespace is.
        mart: what is published; its comments are carried over.
        empty: the mart's columns as Arrow types.
        location: folder of the table, when it has to be made.
        added: files that hold the new parts.
        removed: files of parts that changed or are gone.
        properties: stamped onto the snapshot.

    Returns:
        The table as it is then, and {file: rows} of those that were added.
    """
    from pyiceberg.io.pyarrow import parquet_files_to_data_files

    sync_files(added)  # written by DuckDB, which does not
    begun = _begun(opened, mart, empty, location)
    old_files = _known_files(begun.table, {file.path for file in removed})
    rows = {}
    with begun as transaction:
        _follow_schema(transaction, empty, mart)
        with transaction.update_snapshot(dict(properties)).overwrite() as overwrite:
            for file in old_files:
                overwrite.delete_data_file(file)
            metadata = transaction.table_metadata
            for file in parquet_files_to_data_files(begun.table.io, metadata, iter(added)):
                overwrite.append_data_file(file)
                rows[file.file_path] = file.record_count
    return begun.table, rows


def _known_files(table: Table, paths: Collection[str]) -> list[Any]:
    """Return what a table's manifests say of some of its files."""
    planned = table.scan().plan_files() if paths else ()
    return [task.file for task in planned if task.file.file_path in paths]


def _begun(opened: Catalog, mart: Mart, empty: pa.Table, location: str) -> Change | Creation:
    """Begin the transaction that changes a table, or makes one that is not there."""
    from pyiceberg.exceptions import NoSuchTableError

    from python_models.release.iceberg_transaction import Change, Creation

    name = (mart.domain, mart.name)
    try:
        return Change(opened.load_table(name))
    except NoSuchTableError:
        schema = _described(empty.schema, mart)
        made = opened.create_table_transaction(name, schema, location, properties=_TABLE_PROPERTIES)
        return Creation(made._table)  # type: ignore[arg-type]  # a staged one


def _described(schema: pa.Schema, mart: Mart) -> pa.Schema:
    """Return columns with the mart's comments where pyiceberg looks for them."""
    for place, field in enumerate(schema):
        if text := mart.column_comments.get(field.name):
            schema = schema.set(place, field.with_metadata({"doc": text}))
    return schema


def _follow_schema(transaction: Transaction, empty: pa.Table, mart: Mart) -> None:
    """Give the table the mart's columns and comments; a column of another type is made anew.

    Every part is written again when a column changes, so no old file is read by a new type.
    """
    from pyiceberg.table import TableProperties

    wanted = {field.name: str(field.type) for field in empty.schema}
    known = json.loads(transaction.table_metadata.properties.get(_COLUMNS, "null"))
    if known is not None and known != wanted:
        stale = [name for name, kind in known.items() if wanted.get(name) != kind]
        with transaction.update_schema(allow_incompatible_changes=True) as update:
            for name in stale:
                update.delete_column(name)
        with transaction.update_schema() as update:
            update.union_by_name(empty.schema)
    _carry_comments(transaction, mart)
    mapping = transaction.table_metadata.schema().name_mapping.model_dump_json()
    transaction.set_properties(
        {
            TableProperties.DEFAULT_NAME_MAPPING: mapping,
            _COLUMNS: json.dumps(wanted),
            "comment": mart.comment,
        }
    )


def _carry_comments(transaction: Transaction, mart: Mart) -> None:
    fields = {field.name: field.doc for field in transaction.table_metadata.schema().fields}
    changed = {
        name: text
        for name, text in mart.column_comments.items()
        if name in fields and fields[name] != text
    }
    if changed:
        with transaction.update_schema() as update:
            for name, text in changed.items():
                update.update_column(name, doc=text)
