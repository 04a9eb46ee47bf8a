"""The parts of the grammar that every product's declarations share: where rows come from, how
files are written, how times are read, and who may see what came of them.
"""

from __future__ import annotations

import codecs
import re
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

DEFAULT_NULLS = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "-")
TRUE_WORDS = ("1", "1.0", "true", "t", "yes", "y")
FALSE_WORDS = ("0", "0.0", "false", "f", "no", "n")
EPOCHS = ("epoch_s", "epoch_ms", "epoch_us", "epoch_ns")

# who may read what came of a source: everybody, people with a reason, the owner alone
Tier = Literal["open", "restricted", "private"]


def as_tuple(value: Any) -> Any:
    """A single value is a list of one: `paths: a.csv` and `paths: [a.csv]` mean the same."""
    return (value,) if isinstance(value, str | int | float) else value


def _as_texts(value: Any) -> Any:
    """YAML reads 1 and true as other types than text; a word is meant."""
    value = as_tuple(value)
    if not isinstance(value, list | tuple):
        return value
    return tuple(
        str(item).lower()
        if isinstance(item, bool)
        else str(item)
        if isinstance(item, int | float)
        else item
        for item in value
    )


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"{value!r} is no time zone; write an IANA name: UTC, Europe/Berlin"
        ) from None
    return value


def _known_encoding(value: str) -> str:
    try:
        return codecs.lookup(value).name
    except LookupError:
        raise ValueError(
            f"{value!r} is no encoding Python knows; write utf-8, latin-1, cp1252 or utf-16"
        ) from None


def _compiles(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from None
    return text


Pattern = Annotated[str, AfterValidator(_compiles)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Encoding = Annotated[str, AfterValidator(_known_encoding)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_as_texts)]
Numbers = Annotated[tuple[float, ...], BeforeValidator(as_tuple)]


class Strict(BaseModel):
    """A key that is not known is an error, so that a typing mistake never goes unnoticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceDeclaration(Strict):
    """What every declaration may say, whatever it declares."""

    description: str = ""
    tier: Tier = "private"  # who may see what came of it
    priority: int = Field(default=0, ge=-1000, le=1000)  # higher is read, and asked about, first


class RowsDeclaration(SourceDeclaration):
    """What every declaration of rows with times may say."""

    zone: Zone = "UTC"  # of times that name no offset
    since: date | None = None  # rows before this day are left out, each with a reject
    reader: str | None = Field(default=None, pattern=r"^[\w.]+:\w+$")  # function(path) -> dicts


class Dialect(Strict):
    """How a CSV file is written. JSON and Parquet use `encoding`, `decimal` and `nulls` only."""

    delimiter: str = Field(default=",", min_length=1, max_length=4)
    decimal: Literal[".", ","] = "."
    quote: str = Field(default='"', max_length=1)
    escape: str = Field(default='"', max_length=1)
    header: bool = True
    names: tuple[str, ...] = ()  # column names, in order, when there is no header
    skip_lines: int = Field(default=0, ge=0)
    encoding: Encoding = "utf-8"
    nulls: tuple[str, ...] = DEFAULT_NULLS

    @model_validator(mode="after")
    def _names_without_header(self) -> Dialect:
        if not self.header and not self.names:
            raise ValueError("header: false needs `names`, the column names in file order")
        if self.delimiter == self.decimal:
            raise ValueError("delimiter and decimal are the same character; one must differ")
        return self


class Files(Strict):
    """Where files lie. Paths are globs (`**` too), local or `s3://`; `${VAR:-default}` works."""

    paths: Texts = Field(min_length=1)
    exclude: Texts = ()
    format: Literal["auto", "csv", "parquet", "jsonl", "xlsx"] = "auto"
    sheet: str | None = None  # of a workbook; default: the first
    dialect: Dialect = Dialect()
    # what a file at a path that was delivered before replaces of it: the rows of the same machine
    # and time, all rows, or none
    supersedes: Literal["path", "whole", "never"] = "path"


class Sql(Strict):
    """A table or query of an SQL database, read from where the last load stopped."""

    connection: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")  # name of the variable with the URL
    table: str | None = None
    schema_name: str | None = Field(default=None, alias="schema")
    query: str | None = None
    cursor: str | None = None
    version: str | None = None  # of rows of one machine and time the one with the highest counts

    @model_validator(mode="after")
    def _table_or_query(self) -> Sql:
        if (self.table is None) == (self.query is None):
            raise ValueError("give exactly one of `table` and `query`")
        return self


class Instant(Strict):
    """A point in time: its column or columns, its format, and the zone of its clock."""

    column: Texts = Field(min_length=1)  # several are joined by one space: date, then time
    format: Texts = ("iso",)  # iso, epoch_s|ms|us|ns, or strptime; several are tried in order
    zone: Zone = "UTC"  # for values that name no offset themselves
    ambiguous: Literal["reject", "earlier", "later"] = "reject"  # the hour a clock shows twice

    @field_validator("format")
    @classmethod
    def _known_format(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            if entry != "iso" and entry not in EPOCHS and "%" not in entry:
                raise ValueError(
                    f"{entry!r} is no format; write iso, one of {', '.join(EPOCHS)}, "
                    "or strptime such as '%d.%m.%Y %H:%M:%S'"
                )
        return value
