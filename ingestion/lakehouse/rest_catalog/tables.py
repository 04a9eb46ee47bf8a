"""Tables: what the protocol asks, done by pyiceberg's SQL catalog."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from pyiceberg.catalog.rest import TableResponse
from pyiceberg.catalog.sql import IcebergTables, SqlCatalog
from pyiceberg.exceptions import (
    CommitFailedException,
    NoSuchTableError,
    TableAlreadyExistsError,
)
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC
from pyiceberg.table import CommitTableResponse, StagedTable, Table
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER
from pyiceberg.table.update import AssertCreate, SetLocationUpdate, SetPropertiesUpdate
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.lake import uses_object_store
from ingestion.lakehouse.paths import local_path
from ingestion.lakehouse.rest_catalog import requests
from ingestion.lakehouse.rest_catalog.call import Call, Key, one_level
from ingestion.lakehouse.rest_catalog.namespaces import require_namespace
from ingestion.lakehouse.rest_catalog.problems import Refused, bad_request
from ingestion.lakehouse.rest_catalog.writes import (
    require_harmless,
    require_name,
    require_place,
    writing,
)


def list_tables(call: Call) -> dict[str, Any]:
    """Return the tables of a namespace."""
    require_namespace(call.catalog, call.namespace)
    names = sorted(found[-1] for found in call.catalog.list_tables(call.namespace))
    return {"identifiers": [{"namespace": [call.namespace], "name": name} for name in names]}


def load_table(call: Call) -> TableResponse:
    """Return a table's metadata as it is now."""
    return _response(call.catalog.load_table(call.key))


def create_table(call: Call) -> TableResponse:
    """Make a table, or say how it would be made (staged)."""
    wanted = requests.CreateTable.model_validate_json(call.body)
    key = (call.namespace, require_name(wanted.name))
    require_harmless(wanted.properties)
    with writing(call.namespace):
        require_namespace(call.catalog, call.namespace)
        if call.catalog.table_exists(key):
            raise TableAlreadyExistsError(f"Table {'.'.join(key)} is there already")
        staged = call.catalog._create_staged_table(
            key,
            wanted.table_schema,
            wanted.location,
            wanted.partition_spec or UNPARTITIONED_PARTITION_SPEC,
            wanted.write_order or UNSORTED_SORT_ORDER,
            wanted.properties,
        )
        _require_places(staged)
        _make_folders(staged.metadata.location)
        if not wanted.stage_create:
            _swap(call.catalog, [(None, staged)])
    return _response(staged, is_staged=wanted.stage_create)


def register_table(call: Call) -> TableResponse:
    """Give a name to metadata that lies there."""
    wanted = requests.RegisterTable.model_validate_json(call.body)
    key = (call.namespace, require_name(wanted.name))
    require_place(wanted.metadata_location, call.namespace)
    if wanted.overwrite:
        raise bad_request("A table that is there is not registered over: drop it first")
    with writing(call.namespace):
        require_namespace(call.catalog, call.namespace)
        return _response(call.catalog.register_table(key, wanted.metadata_location))


def commit_table(call: Call) -> CommitTableResponse:
    """Change one table when all that is required of it holds."""
    wanted = requests.CommitTable.model_validate_json(call.body)
    with writing(call.namespace):
        return _commit(call.catalog, {call.key: wanted})[0]


def commit_transaction(call: Call) -> None:
    """Change several tables at once, or none of them."""
    wanted = requests.CommitTransaction.model_validate_json(call.body)
    changes: dict[Key, requests.CommitTable] = {}
    for change in wanted.table_changes:
        if change.identifier is None:
            raise bad_request("A change of a transaction names its table: `identifier`")
        key = (one_level(change.identifier.namespace), change.identifier.name)
        if key in changes:
            raise bad_request(f"Table {'.'.join(key)} is named twice in one transaction")
        changes[key] = change
    with writing(*sorted({namespace for namespace, _ in changes})):
        _commit(call.catalog, changes)


def drop_table(call: Call) -> None:
    """Take a table's name away; its files stay."""
    if call.query.get("purgeRequested", "false").lower() == "true":
        says = "Files are not deleted through the catalog: a release may read them. Drop, no purge."
        raise Refused(406, "UnsupportedOperationException", says)
    with writing(call.namespace):
        call.catalog.drop_table(call.key)


def rename_table(call: Call) -> None:
    """Give a table another name; its files stay where they are."""
    wanted = requests.Rename.model_validate_json(call.body)
    old = (one_level(wanted.source.namespace), wanted.source.name)
    new = (one_level(wanted.destination.namespace), require_name(wanted.destination.name))
    with writing(old[0], new[0]):
        call.catalog.rename_table(old, new)


def _commit(
    catalog: SqlCatalog, changes: dict[Key, requests.CommitTable]
) -> list[CommitTableResponse]:
    staged = [(_current(catalog, key, change), key, change) for key, change in changes.items()]
    swaps = []
    for current, key, change in staged:
        for one in change.updates:
            if isinstance(one, SetPropertiesUpdate):
                require_harmless(one.updates)
            if isinstance(one, SetLocationUpdate):
                require_place(one.location, key[0])
        new = catalog._update_and_stage_table(current, key, change.requirements, change.updates)
        if current is None or new.metadata != current.metadata:
            _require_places(new)
            swaps.append((current, new))
    _swap(catalog, swaps)
    done = {new.name(): new for _, new in swaps}
    tables = [done.get(key, current) for current, key, _ in staged]
    return [
        CommitTableResponse.model_validate(
            {"metadata": table.metadata, "metadata-location": table.metadata_location}
        )
        for table in tables
        if table is not None
    ]


def _current(catalog: SqlCatalog, key: Key, change: requests.CommitTable) -> Table | None:
    """Return a table as it is; None when the commit makes it."""
    try:
        return catalog.load_table(key)
    except NoSuchTableError:
        if not any(isinstance(one, AssertCreate) for one in change.requirements):
            raise
        require_name(key[1])
        require_namespace(catalog, key[0])
        return None


def _swap(catalog: SqlCatalog, swaps: list[tuple[Table | None, StagedTable]]) -> None:
    """Write the metadata of every table, then let the catalog name it: all of them or none."""
    try:
        for _, new in swaps:
            catalog._write_metadata(new.metadata, new.io, new.metadata_location)
        fault("catalog.written")
        with Session(catalog.engine) as session:
            for current, new in swaps:
                _point(catalog, session, current, new)
            session.commit()
    except BaseException:
        for _, new in swaps:  # nobody will ever name it
            with suppress(OSError):
                new.io.delete(new.metadata_location)
        raise


def _point(catalog: SqlCatalog, session: Session, current: Table | None, new: StagedTable) -> None:
    namespace, name = new.name()
    if current is None:
        row = catalog._create_table_row(namespace, name, new.metadata_location)
        try:
            session.execute(insert(IcebergTables).values(**row))
        except IntegrityError:
            raise TableAlreadyExistsError(f"Table {namespace}.{name} is there already") from None
        return
    statement = (
        update(IcebergTables)
        .where(
            IcebergTables.catalog_name == catalog.name,
            IcebergTables.table_namespace == namespace,
            IcebergTables.table_name == name,
            IcebergTables.metadata_location == current.metadata_location,
        )
        .values(
            metadata_location=new.metadata_location,
            previous_metadata_location=current.metadata_location,
        )
    )
    done = session.execute(statement)
    if done.rowcount < 1:  # type: ignore[attr-defined]
        raise CommitFailedException(f"Table {namespace}.{name} was changed by somebody else")


def _require_places(table: StagedTable) -> None:
    for place in (f"{table.metadata.location}/", table.metadata_location):
        require_place(place, table.name()[0])


def _make_folders(location: str) -> None:
    """DuckDB writes into the folders of a table and makes none."""
    if not uses_object_store():
        for name in ("metadata", "data"):
            Path(local_path(location), name).mkdir(parents=True, exist_ok=True)


def _response(table: Table, is_staged: bool = False) -> TableResponse:
    place = None if is_staged else table.metadata_location
    return TableResponse.model_validate({"metadata": table.metadata, "metadata-location": place})
