"""Bodies of requests, as the protocol has them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.sorting import SortOrder
from pyiceberg.table.update import TableRequirement, TableUpdate
from pyiceberg.typedef import IcebergBaseModel
from pyiceberg.view.metadata import ViewVersion

from ingestion.lakehouse.paths import as_location

Location = Annotated[str, AfterValidator(as_location)]


class CreateNamespace(IcebergBaseModel):
    """A namespace to be."""

    namespace: list[str]
    properties: dict[str, str] = Field(default_factory=dict)


class UpdateProperties(IcebergBaseModel):
    """What changes of a namespace."""

    removals: set[str] = Field(default_factory=set)
    updates: dict[str, str] = Field(default_factory=dict)


class Identifier(IcebergBaseModel):
    """A table or a view by its names."""

    namespace: list[str]
    name: str


class Rename(IcebergBaseModel):
    """From where to where."""

    source: Identifier
    destination: Identifier


class CreateTable(IcebergBaseModel):
    """A table to be; staged, it is there only once it is committed."""

    name: str
    location: Location | None = None
    table_schema: Schema = Field(alias="schema")
    partition_spec: PartitionSpec | None = Field(alias="partition-spec", default=None)
    write_order: SortOrder | None = Field(alias="write-order", default=None)
    stage_create: bool = Field(alias="stage-create", default=False)
    properties: dict[str, str] = Field(default_factory=dict)


class RegisterTable(IcebergBaseModel):
    """A table whose metadata lies there already."""

    name: str
    metadata_location: str = Field(alias="metadata-location")
    overwrite: bool = False


class CommitTable(IcebergBaseModel):
    """What is to hold of a table, and what changes then."""

    identifier: Identifier | None = None
    requirements: tuple[TableRequirement, ...] = ()
    updates: tuple[TableUpdate, ...] = ()


class CommitTransaction(IcebergBaseModel):
    """Changes of several tables, all of them or none."""

    table_changes: list[CommitTable] = Field(alias="table-changes")


class CreateView(IcebergBaseModel):
    """A view to be."""

    name: str
    location: Location | None = None
    view_schema: Schema = Field(alias="schema")
    view_version: ViewVersion = Field(alias="view-version")
    properties: dict[str, str] = Field(default_factory=dict)


class AssertViewUuid(IcebergBaseModel):
    """It is still the view the client read."""

    type: Literal["assert-view-uuid"]
    uuid: str


class SetLocation(IcebergBaseModel):
    """Where later metadata goes."""

    action: Literal["set-location"]
    location: str


class SetProperties(IcebergBaseModel):
    """Properties to set."""

    action: Literal["set-properties"]
    updates: dict[str, str]


class RemoveProperties(IcebergBaseModel):
    """Properties to take away."""

    action: Literal["remove-properties"]
    removals: list[str]


class AddSchema(IcebergBaseModel):
    """A schema of a version to come."""

    action: Literal["add-schema"]
    view_schema: Schema = Field(alias="schema")


class AddViewVersion(IcebergBaseModel):
    """A version; its schema may be the last one added (-1)."""

    action: Literal["add-view-version"]
    view_version: ViewVersion = Field(alias="view-version")


class SetCurrentViewVersion(IcebergBaseModel):
    """The version that holds; -1 is the last one added."""

    action: Literal["set-current-view-version"]
    view_version_id: int = Field(alias="view-version-id")


class Unchanged(IcebergBaseModel):
    """What holds of every view here."""

    action: Literal["assign-uuid", "upgrade-format-version"]
    more: Any = None


ViewUpdate = Annotated[
    SetLocation
    | SetProperties
    | RemoveProperties
    | AddSchema
    | AddViewVersion
    | SetCurrentViewVersion
    | Unchanged,
    Field(discriminator="action"),
]


class CommitView(IcebergBaseModel):
    """What is to hold of a view, and what changes then."""

    requirements: tuple[AssertViewUuid, ...] = ()
    updates: tuple[ViewUpdate, ...] = ()
