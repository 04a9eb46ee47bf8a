"""The one place that commits released tables to the Iceberg catalog."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.durable import sync_files

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.table import Table, Transaction

    from python_models.release.mart_parts import Mart
    from python_models.release.snapshot_files import DataFile

_COLUMNS = "sluice.columns"
_TABLE_PROPERTIES = {
    # releases read data files, never an older metadata file: those may go
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
    "commit.retry.num-retries": "20",
}


def commit(
    mart: Mart,
    empty: pa.Table,
    location: str,
    added: Sequence[str],
    removed: Sequence[DataFile],
    properties: Mapping[str, str],
) -> None:
    """Replace files of a table in one commit, with the mart's columns and comments.

    Args:
        mart: what is published; its comments are carried over.
        empty: the mart's columns as Arrow types.
        location: folder of the table, when it has to be made.
        added: files that hold the new parts.
        removed: files of parts that changed or are gone.
        properties: stamped onto the snapshot.
    """
    from pyiceberg.io.pyarrow import parquet_files_to_data_files

    sync_files(added)  # written by DuckDB, which does not
    opened = catalog()
    opened.create_namespace_if_not_exists(mart.domain)
    name = (mart.domain, mart.name)
    if not opened.table_exists(name):
        opened.create_table(name, empty.schema, location=location, properties=_TABLE_PROPERTIES)
    table = opened.load_table(name)
    old_paths = {file.path for file in removed}
    old_files = [
        task.file for task in table.scan().plan_files() if task.file.file_path in old_paths
    ]
    with _transaction(table) as transaction:
        _follow_schema(transaction, empty, mart)
        with transaction.update_snapshot(dict(properties)).overwrite() as overwrite:
            for file in old_files:
                overwrite.delete_data_file(file)
            for file in parquet_files_to_data_files(
                table.io, transaction.table_metadata, iter(added)
            ):
                overwrite.append_data_file(file)


def _transaction(table: Table) -> Transaction:
    """Begin a transaction that works its metadata out once for each change made in it.

    pyiceberg works them out, and copies them whole, each time they are looked at: two dozen times
    a commit.
    """
    from pyiceberg.table import Transaction
    from pyiceberg.table.metadata import TableMetadata

    class Remembering(Transaction):
        made_of: tuple[Any, Any] = (None, None)
        made: TableMetadata

        @property
        def table_metadata(self) -> TableMetadata:
            metadata, updates = self._table.metadata, self._updates
            if self.made_of[0] is not metadata or self.made_of[1] is not updates:
                self.made, self.made_of = super().table_metadata, (metadata, updates)
            return self.made

    return Remembering(table)


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
