"""The grammar of a declared source: what a YAML entry may say, and what it means.

`sources/examples/every_key.yml` shows every key with a comment; `declared.py` reads the files.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import Field, model_validator

from ingestion.tables.grammar import (
    FALSE_WORDS,
    TRUE_WORDS,
    Dialect,
    Files,
    Instant,
    Numbers,
    RowsDeclaration,
    Sql,
    Strict,
    Texts,
)

PowerUnit = Literal["W", "kW", "MW", "mW"]
VoltageUnit = Literal["V", "kV", "mV"]
CurrentUnit = Literal["A", "mA", "kA"]
TemperatureUnit = Literal["degC", "degF", "K"]


class ControlId(Strict):
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


class _Quantity(Strict):
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


class Energy(Strict):
    """An energy meter: a counter that only rises, or the energy of each interval."""

    column: str
    unit: Literal["Wh", "kWh", "MWh", "J", "kJ", "MJ"]
    kind: Literal["counter", "interval"] = "counter"
    rollover: float | None = Field(default=None, gt=0)  # where a counter begins again at zero


class Stage(Strict):
    """The stage column; `values` maps the source's words to the project's."""

    column: str
    values: dict[str, str] = {}


class CycleId(Strict):
    """The cycle id column; ids that restart for each machine or file get told apart."""

    column: str
    per: Literal["source", "control", "file"] = "source"


class Sensors(Strict):
    """Which other columns are kept as sensors. The default keeps every numeric one."""

    include: Literal["all_numeric", "none"] | tuple[str, ...] = "all_numeric"
    exclude: tuple[str, ...] = ()
    rename: dict[str, str] = {}


class Columns(Strict):
    """How a source's columns map onto the canonical reading."""

    control_id: ControlId
    reading_at: Instant
    power: Power | None = None
    voltage: Voltage | None = None
    current: Current | None = None
    energy: Energy | None = None  # gives power where none is declared
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


class LabelColumn(Strict):
    """A column that says whether a reading is abnormal: true, false, or blank for not known."""

    column: str
    issue_kind: str = "anomaly"
    kinds: dict[str, str] | Literal["value"] = {}  # word -> issue kind; `value`: the word itself
    true_values: Texts = TRUE_WORDS  # compared without case
    false_values: Texts = FALSE_WORDS


class LabelWindows(Strict):
    """A JSON file {key: [[start, end], ...]}, as the Numenta benchmark has."""

    paths: Texts = Field(min_length=1)
    key: Literal["file", "control_id"] = "file"  # file: the key is a path below the wildcard
    issue_kind: str = "anomaly"
    format: Texts = ("iso",)
    zone: str = "UTC"


class LabelSpans(Strict):
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


class Labels(Strict):
    """Ground truth that came with a source."""

    columns: tuple[LabelColumn, ...] = ()
    windows: LabelWindows | None = None
    spans: LabelSpans | None = None


_TIMES = (
    ("columns", "reading_at"),
    ("labels", "windows"),
    ("labels", "spans", "started_at"),
    ("labels", "spans", "ended_at"),
)


def _with_zone(value: dict[str, Any], zone: Any) -> dict[str, Any]:
    for path in _TIMES:
        value = _zoned(value, path, zone)
    return value


def _zoned(value: Any, path: tuple[str, ...], zone: Any) -> Any:
    """Return a part of a declaration whose time at `path` has a zone."""
    if not isinstance(value, dict):
        return value
    if not path:
        return {"zone": zone} | value
    if path[0] not in value:
        return value
    return value | {path[0]: _zoned(value[path[0]], path[1:], zone)}


class Declaration(RowsDeclaration):
    """One source of telemetry."""

    source: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)
    kind: Literal["cycles", "series"]
    files: Files | None = None
    sql: Sql | None = None
    columns: Columns
    sentinels: Numbers | dict[str, Numbers] = ()  # for all numbers, or by column name
    labels: Labels = Labels()
    on_threshold_w: float | None = Field(default=None, ge=0)
    idle_gap_seconds: float | None = Field(default=None, gt=0)
    lead_in_share: float | None = Field(default=None, gt=0, le=1)

    @model_validator(mode="before")
    @classmethod
    def _zone_of_all(cls, value: Any) -> Any:
        """Give the source's zone to each time that names none of its own."""
        zone = value.get("zone") if isinstance(value, dict) else None
        return _with_zone(value, zone) if zone else value

    @model_validator(mode="after")
    def _files_or_sql(self) -> Declaration:
        if (self.files is None) == (self.sql is None):
            raise ValueError("give exactly one of `files` and `sql`")
        if self.sql and self.reader:
            raise ValueError("reader: a database needs none; leave it out or give `files`")
        if self.sql and self.columns.control_id.file:
            raise ValueError("columns.control_id.file: a database has no files; use a column")
        columns = self.columns
        if self.kind == "cycles" and not (columns.power or columns.voltage or columns.energy):
            raise ValueError(
                "kind: cycles needs columns.power, columns.energy, or columns.voltage and "
                "columns.current; "
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
        # told only where they are given: what landed before they could be is not read anew
        parts |= {name: said[name] for name in ("since", "reader") if name in said}
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
