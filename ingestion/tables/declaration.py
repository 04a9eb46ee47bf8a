"""The grammar of an ordinary table: where its rows come from, and which columns they have.

`examples/every_key.yml` shows every key with a comment.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from ingestion.tables.grammar import (
    Dialect,
    Files,
    Instant,
    RowsDeclaration,
    Sql,
    Strict,
    Texts,
    Zone,
)

ColumnType = Literal["text", "integer", "number", "boolean", "date", "timestamp"]
NAME = r"^[a-z][a-z0-9_]*$"
# what every row has besides its own columns, and what every product has besides its own tables
PROVENANCE = ("load_id", "source", "source_file", "record_number")
OWN_TABLES = ("tables", "files", "rejects", "source_columns")


class Column(Strict):
    """One column of a table; `name: number` is short for `name: {type: number}`."""

    type: ColumnType
    column: str | None = None  # its name in the files; default: the same
    required: bool = False  # a row without a value is refused
    description: str = ""
    format: Texts = ("iso",)  # of a date or timestamp: iso, epoch_s|ms|us|ns, or strptime
    zone: Zone | None = None  # of a timestamp that names no offset; default: the table's
    ambiguous: Literal["reject", "earlier", "later"] = "reject"

    def instant(self, name: str, zone: str) -> Instant:
        """Return how the column's times are read."""
        return Instant(
            column=(self.column or name,),
            format=self.format,
            zone=self.zone or zone,
            ambiguous=self.ambiguous,
        )


def _long_form(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value


ColumnName = Annotated[str, Field(pattern=NAME, max_length=60)]
Columns = dict[ColumnName, Annotated[Column, BeforeValidator(_long_form)]]


class Table(RowsDeclaration):
    """One table of a product."""

    table: str = Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", max_length=121)
    files: Files | None = None
    sql: Sql | None = None
    columns: Columns = Field(min_length=1)
    key: Texts = ()  # columns that name a row; the newest delivery of a key counts
    time: str | None = None  # timestamp or date by which rows are restricted and freshness told

    @field_validator("table")
    @classmethod
    def _not_ours(cls, value: str) -> str:
        name = value.partition(".")[2]
        if name in OWN_TABLES:
            raise ValueError(f"{name} is a table every product has; choose another name")
        return value

    @field_validator("columns")
    @classmethod
    def _not_provenance(cls, value: Columns) -> Columns:
        if taken := sorted(set(value) & set(PROVENANCE)):
            raise ValueError(
                f"{', '.join(taken)}: every table has this column; give another name and say "
                "`column:` with the one in the files"
            )
        for name, one in value.items():
            if one.type in ("date", "timestamp"):
                one.instant(name, "UTC")  # its format and zone are ones there are
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Table:
        if (self.files is None) == (self.sql is None):
            raise ValueError("give exactly one of `files` and `sql`")
        if missing := [name for name in self.key if name not in self.columns]:
            raise ValueError(f"key: {', '.join(missing)} is none of the columns")
        if self.time is not None:
            kind = self.columns[self.time].type if self.time in self.columns else None
            if kind not in ("date", "timestamp"):
                raise ValueError(f"time: {self.time} is no column of type date or timestamp")
        if self.since is not None and self.time is None:
            raise ValueError("since: needs `time`, the column whose days are compared")
        if self.sql is not None and self.reader is not None:
            raise ValueError("reader: a database needs none; leave it out or give `files`")
        return self

    @property
    def product(self) -> str:
        """Product the table belongs to."""
        return self.table.partition(".")[0]

    @property
    def name(self) -> str:
        """Name of the table within its product."""
        return self.table.partition(".")[2]

    @property
    def dialect(self) -> Dialect:
        """How text files are written."""
        return self.files.dialect if self.files else Dialect()
