"""Views of the protocol, beside the tables of pyiceberg's SQL catalog, as Iceberg's own keeps them.

pyiceberg's SQL catalog has none: a view is a row of kind `VIEW` that names its metadata file.
"""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Any

from pyiceberg.catalog.rest import ViewResponse
from pyiceberg.catalog.sql import IcebergTables, SqlCatalog
from pyiceberg.exceptions import (
    CommitFailedException,
    NoSuchViewError,
    TableAlreadyExistsError,
    ViewAlreadyExistsError,
)
from pyiceberg.io import FileIO
from pyiceberg.view.metadata import ViewHistoryEntry, ViewMetadata, ViewVersion
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ingestion.lakehouse.lake import uses_object_store
from ingestion.lakehouse.paths import local_path
from ingestion.lakehouse.rest_catalog import requests
from ingestion.lakehouse.rest_catalog.call import Call, Key, one_level
from ingestion.lakehouse.rest_catalog.namespaces import require_namespace
from ingestion.lakehouse.rest_catalog.problems import Refused
from ingestion.lakehouse.rest_catalog.writes import require_name, require_place, writing

VIEW = "VIEW"
_LAST = -1  # the one that was added last


def list_views(call: Call) -> dict[str, Any]:
    """Return the views of a namespace."""
    require_namespace(call.catalog, call.namespace)
    if call.catalog._schema_version != "v1":
        return {"identifiers": []}
    query = select(IcebergTables.table_name).where(
        IcebergTables.catalog_name == call.catalog.name,
        IcebergTables.table_namespace == call.namespace,
        IcebergTables.iceberg_type == VIEW,
    )
    with Session(call.catalog.engine) as session:
        names = sorted(session.scalars(query))
    return {"identifiers": [{"namespace": [call.namespace], "name": name} for name in names]}


def load_view(call: Call) -> ViewResponse:
    """Return a view's metadata."""
    place, metadata = _current(call.catalog, call.key)
    return _response(place, metadata)


def create_view(call: Call) -> ViewResponse:
    """Make a view."""
    wanted = requests.CreateView.model_validate_json(call.body)
    key = (call.namespace, require_name(wanted.name))
    with writing(call.namespace):
        require_namespace(call.catalog, call.namespace)
        _require_views(call.catalog)
        location = call.catalog._resolve_table_location(wanted.location, *key)
        require_place(f"{location}/", call.namespace)
        version = wanted.view_version.model_copy(update={"schema_id": wanted.view_schema.schema_id})
        metadata = ViewMetadata.model_validate(
            {
                "view-uuid": str(uuid.uuid4()),
                "format-version": 1,
                "location": location,
                "schemas": [wanted.view_schema],
                "current-version-id": version.version_id,
                "versions": [version],
                "version-log": [_now(version.version_id)],
                "properties": wanted.properties,
            }
        )
        place = _write(call.catalog, metadata, 0)
        row = call.catalog._create_table_row(*key, place) | {"iceberg_type": VIEW}
        with Session(call.catalog.engine) as session:
            try:
                session.execute(insert(IcebergTables).values(**row))
            except IntegrityError:
                _io(call.catalog, place).delete(place)
                says = f"A table or a view {'.'.join(key)} is there already"
                raise ViewAlreadyExistsError(says) from None
            session.commit()
    return _response(place, metadata)


def commit_view(call: Call) -> ViewResponse:
    """Change a view when all that is required of it holds."""
    wanted = requests.CommitView.model_validate_json(call.body)
    with writing(call.namespace):
        old, metadata = _current(call.catalog, call.key)
        for requirement in wanted.requirements:
            if requirement.uuid != metadata.view_uuid:
                raise CommitFailedException(f"View {'.'.join(call.key)} is another one by now")
        changed = _changed(metadata, wanted)
        require_place(f"{changed.location}/", call.namespace)
        place = _write(call.catalog, changed, len(metadata.version_log))
        with Session(call.catalog.engine) as session:
            _of(session, update, call.key, call.catalog, {"metadata_location": place}, old)
    return _response(place, changed)


def drop_view(call: Call) -> None:
    """Take a view's name away."""
    with writing(call.namespace):
        _current(call.catalog, call.key)
        with Session(call.catalog.engine) as session:
            _of(session, delete, call.key, call.catalog)


def rename_view(call: Call) -> None:
    """Give a view another name."""
    wanted = requests.Rename.model_validate_json(call.body)
    old = (one_level(wanted.source.namespace), wanted.source.name)
    new = (one_level(wanted.destination.namespace), require_name(wanted.destination.name))
    with writing(old[0], new[0]):
        require_namespace(call.catalog, new[0])
        _current(call.catalog, old)
        names = {"table_namespace": new[0], "table_name": new[1]}
        with Session(call.catalog.engine) as session:
            try:
                _of(session, update, old, call.catalog, names)
            except IntegrityError:
                says = f"A table or a view {'.'.join(new)} is there already"
                raise TableAlreadyExistsError(says) from None


def _changed(metadata: ViewMetadata, wanted: requests.CommitView) -> ViewMetadata:
    """Return a view's metadata after all updates of a commit."""
    new = metadata.model_copy(deep=True)
    for one in wanted.updates:
        changes: dict[str, Any] = {}
        if isinstance(one, requests.SetLocation):
            changes["location"] = one.location.rstrip("/")
        elif isinstance(one, requests.SetProperties):
            changes["properties"] = new.properties | one.updates
        elif isinstance(one, requests.RemoveProperties):
            kept = {name: new.properties[name] for name in new.properties.keys() - one.removals}
            changes["properties"] = kept
        elif isinstance(one, requests.AddSchema):
            number = 1 + max(schema.schema_id for schema in new.schemas)
            added = one.view_schema.model_copy(update={"schema_id": number})
            changes["schemas"] = [*new.schemas, added]
        elif isinstance(one, requests.AddViewVersion):
            changes["versions"] = [*new.versions, _added(new, one)]
        elif isinstance(one, requests.SetCurrentViewVersion):
            number = _known_version(new, one.view_version_id)
            changes["current_version_id"] = number
            changes["version_log"] = [*new.version_log, _now(number)]
        new = new.model_copy(update=changes)
    return new


def _added(new: ViewMetadata, wanted: requests.AddViewVersion) -> ViewVersion:
    """Return a version as it is kept: numbered here, with a schema that is there."""
    schema_id = wanted.view_version.schema_id
    schema_id = new.schemas[-1].schema_id if schema_id == _LAST else schema_id
    if schema_id not in {schema.schema_id for schema in new.schemas}:
        raise ValueError(f"The view has no schema {schema_id}")
    number = 1 + max(version.version_id for version in new.versions)
    return wanted.view_version.model_copy(update={"version_id": number, "schema_id": schema_id})


def _known_version(new: ViewMetadata, number: int) -> int:
    if number == _LAST:
        return new.versions[-1].version_id
    if number not in {version.version_id for version in new.versions}:
        raise ValueError(f"The view has no version {number}")
    return number


def _now(number: int) -> ViewHistoryEntry:
    now = {"timestamp-ms": int(time.time() * 1000), "version-id": number}
    return ViewHistoryEntry.model_validate(now)


def _current(catalog: SqlCatalog, key: Key) -> tuple[str, ViewMetadata]:
    """Return where a view's metadata lies, and what it says."""
    place = None
    if catalog._schema_version == "v1":
        with Session(catalog.engine) as session:
            query = select(IcebergTables.metadata_location).where(*_is(key, catalog))
            place = session.scalar(query)
    if place is None:
        raise NoSuchViewError(f"There is no view {'.'.join(key)}")
    with _io(catalog, place).new_input(place).open() as stream:
        return place, ViewMetadata.model_validate_json(stream.read())


def _is(key: Key, catalog: SqlCatalog) -> list[Any]:
    return [
        IcebergTables.catalog_name == catalog.name,
        IcebergTables.table_namespace == key[0],
        IcebergTables.table_name == key[1],
        IcebergTables.iceberg_type == VIEW,
    ]


def _of(
    session: Session,
    verb: Any,
    key: Key,
    catalog: SqlCatalog,
    values: dict[str, str] | None = None,
    place: str | None = None,
) -> None:
    """Change or delete the row of a view, as long as it names this place."""
    statement = verb(IcebergTables).where(*_is(key, catalog))
    if place is not None:
        statement = statement.where(IcebergTables.metadata_location == place)
    done: Any = session.execute(statement.values(values) if values else statement)
    if done.rowcount < 1:
        raise CommitFailedException(f"View {'.'.join(key)} was changed by somebody else")
    session.commit()


def _write(catalog: SqlCatalog, metadata: ViewMetadata, number: int) -> str:
    folder = f"{metadata.location}/metadata"
    if not uses_object_store():
        Path(local_path(folder)).mkdir(parents=True, exist_ok=True)
    place = f"{folder}/{number:05d}-{uuid.uuid4()}.metadata.json"
    with _io(catalog, place).new_output(place).create() as stream:
        stream.write(metadata.model_dump_json().encode())
    return place


def _io(catalog: SqlCatalog, place: str) -> FileIO:
    return catalog._load_file_io(location=place)


def _require_views(catalog: SqlCatalog) -> None:
    if catalog._schema_version != "v1":
        says = "The catalog of this lake is of a form that has no views."
        raise Refused(406, "UnsupportedOperationException", says)


def _response(place: str, metadata: ViewMetadata) -> ViewResponse:
    return ViewResponse.model_validate({"metadata": metadata, "metadata-location": place})
