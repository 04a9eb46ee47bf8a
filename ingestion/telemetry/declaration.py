"""The grammar of a declared source: what a YAML entry may say, and what it means.

`sources/examples/every_key.yml` shows every key with a comment; `declared.py` reads the files.
"""

from __future__ import annotations

import codecs
import re
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
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

PowerUnit = Literal["W", "kW", "MW", "mW"]
VoltageUnit = Literal["V", "kV", "mV"]
CurrentUnit = Literal["A", "mA", "kA"]
TemperatureUnit = Literal["degC", "degF", "K"]


def _as_tuple(value: Any) -> Any:
    """A single value is a list of one: `paths: a.csv` and `paths: [a.csv]` mean the same."""
    return (value,) if isinstance(value, str | int | float) else value


def _as_texts(value: Any) -> Any:
    """YAML reads 1 and true as other types than text; a word is meant."""
    value = _as_tuple(value)
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


Texts = Annotated[tuple[str, ...], BeforeValidator(_as_texts)]
Numbers = Annotated[tuple[float, ...], BeforeValidator(_as_tuple)]


class _Strict(BaseModel):
    """A key that is not known is an error, so that a typing mistake never goes unnoticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Dialect(_Strict):
    """How a CSV file is written. JSON and Parquet use `encoding`, `decimal` and `nulls` only."""

    delimiter: str = Field(default=",", min_length=1, max_length=4)
    decimal: Literal[".", ","] = "."
    quote: str = Field(default='"', max_length=1)
    escape: str = Field(default='"', max_length=1)
    header: bool = True
    names: tuple[str, ...] = ()  # column names, in order, when there is no header
    skip_lines: int = Field(default=0, ge=0)
    encoding: str = "utf-8"
    nulls: tuple[str, ...] = DEFAULT_NULLS

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        try:
            return codecs.lookup(value).name
        except LookupError:
            raise ValueError(
                f"{value!r} is no encoding Python knows; write utf-8, latin-1, cp1252 or utf-16"
            ) from None

    @model_validator(mode="after")
    def _names_without_header(self) -> Dialect:
        if not self.header and not self.names:
            raise ValueError("header: false needs `names`, the column names in file order")
        if self.delimiter == self.decimal:
            raise ValueError("delimiter and decimal are the same character; one must differ")
        return self


class Files(_Strict):
    """Where files lie. Paths are globs (`**` too), local or `s3://`; `${VAR:-default}` works."""

    paths: Texts = Field(min_length=1)
    exclude: Texts = ()
    format: Literal["auto", "csv", "parquet", "jsonl", "xlsx"] = "auto"
    sheet: str | None = None  # of a workbook; default: the first
    dialect: Dialect = Dialect()
    # what a file at a path that was delivered before replaces of it: the rows of the same machine
    # and time, all rows, or none
    supersedes: Literal["path", "whole", "never"] = "path"


class Sql(_Strict):
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


class ControlId(_Strict):
    """Which machine a reading belongs to: from a column, the same for all, or from the file."""

    column: str | None = None
    constant: str | None = None
    file: Literal["stem", "path", "folder"] | None = None  # path: below the first wildcard
    pattern: str | None = None  # regular expression over the file part; its group 1 is taken
    prefix: str = ""

    @model_validator(mode="after")
    def _one_origin(self) -> ControlId:
        given = [self.column, self.constant, self.file]
        if sum(value is not None for value in given) != 1:
            raise ValueError("give exactly one of `column`, `constant` and `file`")
        if self.pattern is not None:
            if self.file is None:
                raise ValueError("`pattern` goes with `file`")
            if re.compile(self.pattern).groups != 1:
                raise ValueError("`pattern` needs exactly one group: what is inside ( )")
        return self


class Instant(_Strict):
    """A point in time: its column or columns, its format, and the zone of its clock."""

    column: Texts = Field(min_length=1)  # several are joined by one space: date, then time
    format: Texts = ("iso",)  # iso, epoch_s|ms|us|ns, or strptime; several are tried in order
    zone: str = "UTC"  # for values that name no offset themselves
    ambiguous: Literal["reject", "earlier", "later"] = "reject"  # the hour a clock shows twice

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(
                f"{value!r} is no time zone; write an IANA name: UTC, Europe/Berlin"
            ) from None
        return value

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


class _Quantity(_Strict):
    """A measured number: its column, or one constant for the whole source."""

    column: str | None = None
    constant: float | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> _Quantity:
        if (self.column is None) == (self.constant is None):
            raise ValueError("give exactly one of `column` and `constant`")
        return self


class Power(_Quantity):
    unit: PowerUnit


class Voltage(_Quantity):
    unit: VoltageUnit


class Current(_Quantity):
    unit: CurrentUnit


class Temperature(_Quantity):
    unit: TemperatureUnit


class Stage(_Strict):
    """The stage column; `values` maps the source's words to the project's."""

    column: str
    values: dict[str, str] = {}


class CycleId(_Strict):
    """The cycle id column; ids that restart for each machine or file get told apart."""

    column: str
    per: Literal["source", "control", "file"] = "source"


class Sensors(_Strict):
    """Which other columns are kept as sensors. The default keeps every numeric one."""

    include: Literal["all_numeric", "none"] | tuple[str, ...] = "all_numeric"
    exclude: tuple[str, ...] = ()
    rename: dict[str, str] = {}


class Columns(_Strict):
    """How a source's columns map onto the canonical reading."""

    control_id: ControlId
    reading_at: Instant
    power: Power | None = None
    voltage: Voltage | None = None
    current: Current | None = None
    temperature: Temperature | None = None
    stage: Stage | None = None
    cycle_id: CycleId | None = None
    sensors: Sensors = Sensors()

    @model_validator(mode="after")
    def _power_once(self) -> Columns:
        if (self.voltage is None) != (self.current is None):
            raise ValueError("`voltage` and `current` go together: power is their product")
        if self.power and self.voltage:
            raise ValueError("give `power`, or `voltage` and `current`, not both")
        return self


class LabelColumn(_Strict):
    """A column that says whether a reading is abnormal: true, false, or blank for not known."""

    column: str
    issue_kind: str = "anomaly"
    kinds: dict[str, str] | Literal["value"] = {}  # word -> issue kind; `value`: the word itself
    true_values: Texts = TRUE_WORDS  # compared without case
    false_values: Texts = FALSE_WORDS


class LabelWindows(_Strict):
    """A JSON file {key: [[start, end], ...]}, as the Numenta benchmark has."""

    paths: Texts = Field(min_length=1)
    key: Literal["file", "control_id"] = "file"  # file: the key is a path below the wildcard
    issue_kind: str = "anomaly"
    format: Texts = ("iso",)
    zone: str = "UTC"


class LabelSpans(_Strict):
    """A CSV, JSONL or Parquet file with one row for each labelled cycle or span of time."""

    paths: Texts = Field(min_length=1)
    format: Literal["auto", "csv", "parquet", "jsonl"] = "auto"
    dialect: Dialect = Dialect()
    level: Literal["cycle", "window"] = "cycle"
    control_id: ControlId
    cycle_id: CycleId | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None
    issue_kind: str = "anomaly"  # for all rows, unless a column names it
    issue_kind_column: str | None = None
    is_anomaly_column: str | None = None

    @model_validator(mode="after")
    def _says_when(self) -> LabelSpans:
        if self.cycle_id is None and self.started_at is None:
            raise ValueError("a label needs `cycle_id`, or `started_at` (and `ended_at`)")
        return self


class Labels(_Strict):
    """Ground truth that came with a source."""

    columns: tuple[LabelColumn, ...] = ()
    windows: LabelWindows | None = None
    spans: LabelSpans | None = None


class Declaration(_Strict):
    """One source of telemetry."""

    source: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)
    kind: Literal["cycles", "series"]
    description: str = ""
    files: Files | None = None
    sql: Sql | None = None
    columns: Columns
    sentinels: Numbers | dict[str, Numbers] = ()  # for all numbers, or by column name
    labels: Labels = Labels()
    on_threshold_w: float | None = Field(default=None, ge=0)
    idle_gap_seconds: float | None = Field(default=None, gt=0)
    lead_in_share: float | None = Field(default=None, gt=0, le=1)

    @model_validator(mode="after")
    def _files_or_sql(self) -> Declaration:
        if (self.files is None) == (self.sql is None):
            raise ValueError("give exactly one of `files` and `sql`")
        if self.sql and self.columns.control_id.file:
            raise ValueError("columns.control_id.file: a database has no files; use a column")
        if self.kind == "cycles" and not (self.columns.power or self.columns.voltage):
            raise ValueError(
                "kind: cycles needs columns.power, or columns.voltage and columns.current; "
                "use kind: series for sensors without power"
            )
        return self

    @property
    def label_level(self) -> str:
        """The grain of this source's ground truth: none, reading, window or cycle."""
        if self.labels.spans:
            return self.labels.spans.level
        if self.labels.windows:
            return "window"
        return "reading" if self.labels.columns else "none"

    @property
    def said_of_values(self) -> dict[str, Any]:
        """What decides how the values of a delivered row are read."""
        said = self.model_dump(mode="json", exclude_defaults=True, by_alias=True)
        cycle = self.columns.cycle_id
        names_of_files = self.columns.control_id.file == "path" or (cycle and cycle.per == "file")
        of_files = {"dialect", "format", "sheet", *(["paths"] if names_of_files else [])}
        for labels in said.get("labels", {}).values():
            if isinstance(labels, dict):
                labels.pop("paths", None)  # where a file lies says nothing of what is in it
        parts = {name: said.get(name) for name in ("columns", "sentinels", "labels")}
        parts["files"] = {name: said.get("files", {}).get(name) for name in sorted(of_files)}
        return parts

    @property
    def supersedes(self) -> str:
        """What a later delivery replaces: path | whole | never of files, version | rows (none) of
        a database."""
        if self.files:
            return self.files.supersedes
        return "version" if self.sql and self.sql.version else "rows"

    def sentinels_of(self, column: str) -> tuple[float, ...]:
        """Return the numbers that mean `no value` in one column of the source."""
        if isinstance(self.sentinels, dict):
            return self.sentinels.get(column, ())
        return self.sentinels
