"""Convert one delivered data file into canonical Parquet files and rejects, with its counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.telemetry.declaration import Declaration
from ingestion.telemetry.instants import TimeSql
from ingestion.telemetry.mapping import (
    Delivery,
    Number,
    column_number,
    control_sql,
    cycle_sql,
    label_sql,
    reading_time,
    stage_sql,
    time_columns,
    wanted_columns,
)
from ingestion.telemetry.rejecting import Reject, staged_rejects
from ingestion.telemetry.staging import Staged, Wanted, constant, number_sql, quoted, stage_csv
from ingestion.telemetry.staging_other import stage_jsonl, stage_parquet
from ingestion.telemetry.survey import blame

ROW_GROUP = 122_880
PARQUET = f"(format parquet, compression snappy, row_group_size {ROW_GROUP})"


@dataclass
class Converted:
    """What became of a file."""

    rows_in: int = 0
    rows_accepted: int = 0
    first_at: int | None = None  # microseconds since 1970
    last_at: int | None = None
    outputs: dict[str, tuple[str, int]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)  # name -> mapped|sensor|label|ignored


@dataclass
class _Row:
    """A relation over the staged file, and expressions over its rows."""

    relation: str
    control: str
    cycle: str
    stage: str
    utc: str
    problem: str
    quantities: dict[str, Number]
    sensors: list[tuple[str, Number, tuple[float, ...]]]
    labels: list[tuple[str, str]]


def file_format(path: Path, name: str, declared: str) -> str:
    """Return csv, jsonl or parquet: as declared, by the file's first bytes, or by its name."""
    if declared != "auto":
        return declared
    with path.open("rb") as stream:
        if stream.read(4) == b"PAR1":
            return "parquet"
    bare = name.lower().removesuffix(".gz")
    if bare.endswith((".jsonl", ".ndjson", ".json")):
        return "jsonl"
    return "parquet" if bare.endswith((".parquet", ".pq")) else "csv"


def stage(
    con: duckdb.DuckDBPyConnection, path: Path, kind: str, wanted: Wanted, scratch: Path, job: str
) -> Staged:
    """Stage a file of any format."""
    readers = {"csv": stage_csv, "jsonl": stage_jsonl, "parquet": stage_parquet}
    return readers[kind](con, path, wanted, scratch, job)


def convert(
    con: duckdb.DuckDBPyConnection,
    declaration: Declaration,
    delivery: Delivery,
    path: Path,
    scratch: Path,
    known_sensors: set[str],
    job: str,
) -> Converted:
    """Write a file's readings, sensor values and labels below `scratch`.

    Raises:
        Unreadable: nothing of the file can be taken.
    """
    wanted = wanted_columns(declaration, known_sensors)
    declared = declaration.files.format if declaration.files else "jsonl"
    kind = file_format(path, delivery.source_file, declared)
    staged = stage(con, path, kind, wanted, scratch, job)
    try:
        return _write(con, declaration, delivery, staged, wanted, scratch)
    except duckdb.Error as error:
        raise blame(error, path, f"corrupt_{kind}") from None


def _write(
    con: duckdb.DuckDBPyConnection,
    declaration: Declaration,
    delivery: Delivery,
    staged: Staged,
    wanted: Wanted,
    scratch: Path,
) -> Converted:
    uses = _uses(con, declaration, staged, wanted)
    row = _row(con, declaration, delivery, staged, wanted, uses, scratch)
    result = Converted(columns=uses)
    total, wrong, first, last = con.execute(
        f"select count(*), count(problem), "
        "min(epoch_us(moment)) filter (where problem is null), "
        "max(epoch_us(moment)) filter (where problem is null) "
        f"from (select {row.problem} as problem, {row.utc} as moment from {row.relation})"
    ).fetchall()[0]
    result.first_at, result.last_at = first, last
    result.rows_accepted = total - wrong
    result.rows_in = total + len(staged.bad_lines)
    result.rejects = list(staged_rejects(con, staged, row.relation, row.problem, bool(wrong)))
    good = row.relation
    if wrong:
        good = f"(select * from {row.relation} where ({row.problem}) is null)"
    for table, select in _selects(declaration, delivery, row, good):
        target = scratch / f"{table}.parquet"
        count = con.execute(f"copy ({select}) to {quoted(str(target))} {PARQUET}").fetchall()[0][0]
        if count:
            result.outputs[table] = (str(target), count)
        else:
            target.unlink(missing_ok=True)
    return result


def _uses(
    con: duckdb.DuckDBPyConnection, declaration: Declaration, staged: Staged, wanted: Wanted
) -> dict[str, str]:
    """Say for each column of the file what it is taken for."""
    sensors = declaration.columns.sensors
    mapped = {column.name for name in wanted.mapped if (column := staged.column(name))}
    labels = {
        column.name
        for label in declaration.labels.columns
        if (column := staged.column(label.column))
    }
    include = sensors.include if isinstance(sensors.include, tuple) else ()
    listed = {column.name for name in include if (column := staged.column(name))}
    excluded = {column.name for name in sensors.exclude if (column := staged.column(name))}
    if (
        declaration.sql
        and declaration.sql.cursor
        and (cursor := staged.column(declaration.sql.cursor))
    ):
        excluded.add(cursor.name)  # counts rows, measures nothing
    late = _numbers_after_blank_start(con, staged, wanted)
    uses = {}
    for column in staged.columns:
        name = column.name
        numeric = column.is_numeric or name in wanted.known_sensors or name in late
        if name in labels:
            uses[name] = "label"
        elif name in listed:
            uses[name] = "sensor"
        elif name in mapped:
            uses[name] = "mapped"
        elif name in excluded or not name or sensors.include != "all_numeric":
            uses[name] = "ignored"
        else:
            uses[name] = "sensor" if numeric else "ignored"
    return uses


def _numbers_after_blank_start(
    con: duckdb.DuckDBPyConnection, staged: Staged, wanted: Wanted
) -> set[str]:
    """A sensor that is silent in the first rows is a sensor all the same."""
    silent = [
        column
        for column in staged.columns
        if column.is_numeric is None and column.kind == "VARCHAR"
    ]
    if not silent:
        return set()
    counts = ", ".join(
        f"count({column.ident}), count({number_sql(column.ident, 'VARCHAR', wanted.dialect)})"
        for column in silent
    )
    found = con.execute(f"select {counts} from {staged.relation}").fetchall()[0]
    return {
        column.name
        for index, column in enumerate(silent)
        if found[2 * index] and found[2 * index] == found[2 * index + 1]
    }


def _row(
    con: duckdb.DuckDBPyConnection,
    declaration: Declaration,
    delivery: Delivery,
    staged: Staged,
    wanted: Wanted,
    uses: dict[str, str],
    scratch: Path,
) -> _Row:
    columns = declaration.columns
    relation, time = _timed(con, declaration, staged, scratch)
    control = control_sql(columns.control_id, staged, delivery.part)
    quantities = _quantities(declaration, staged, wanted)
    sensors = []
    for column in staged.columns:
        if uses[column.name] == "sensor":
            name = columns.sensors.rename.get(column.name, column.name)
            number = column_number(column, wanted)
            sensors.append((name, number, declaration.sentinels_of(column.name)))
    labels, problems = [], []
    for label in declaration.labels.columns:
        if found := staged.column(label.column):
            kind, abnormal, problem = label_sql(label, found)
            labels.append((kind, abnormal))
            problems.append(problem)
    numbers = [*quantities.values(), *(number for _, number, _ in sensors)]
    checks = [
        f"when ({time.problem}) is not null then ({time.problem}) || "
        f"{quoted(':' + columns.reading_at.column[0])}",
        *(
            [f"when ({control}) is null then 'missing_control_id:'"]
            if columns.control_id.column
            else []
        ),
        *(number.problem for number in numbers if number.problem),
        *filter(None, problems),
    ]
    return _Row(
        relation=relation,
        control=control,
        cycle=cycle_sql(columns.cycle_id, staged, control, delivery.part),
        stage=stage_sql(columns.stage, staged),
        utc=time.utc,
        problem=f"case {' '.join(checks)} end",
        quantities=quantities,
        sensors=sensors,
        labels=labels,
    )


def _timed(
    con: duckdb.DuckDBPyConnection, declaration: Declaration, staged: Staged, scratch: Path
) -> tuple[str, TimeSql]:
    """Return the staged rows with their times, and the expressions over them.

    A time that is still text is parsed once and written down: every table asks for it.
    """
    time = reading_time(declaration, staged, (None, None))
    relation = staged.relation
    names = declaration.columns.reading_at.column
    if any(kind == "VARCHAR" for _, kind in time_columns(staged, names)):
        target = scratch / "timed.parquet"
        con.execute(
            f"copy (from {time.over(relation)}) to {quoted(str(target))} "
            "(format parquet, compression lz4_raw)"
        )
        relation = f"(from read_parquet({quoted(str(target))}))"
        time = replace(time, computed="")
    if declaration.columns.reading_at.zone != "UTC":
        bounds = clock_bounds(con, relation, time)
        time = replace(reading_time(declaration, staged, bounds), computed=time.computed)
    return time.over(relation), time


def clock_bounds(
    con: duckdb.DuckDBPyConnection, relation: str, time: TimeSql
) -> tuple[datetime | None, datetime | None]:
    """Return the earliest and latest clock time, within the years a zone has rules for."""
    low, high = con.execute(
        f"select min({time.local}), max({time.local}) from {time.over(relation)} "
        f"where {time.local} between timestamp '1970-01-01' and timestamp '2100-01-01'"
    ).fetchall()[0]
    return low, high


def _quantities(declaration: Declaration, staged: Staged, wanted: Wanted) -> dict[str, Number]:
    found = {}
    for name in ("power", "voltage", "current", "temperature"):
        part = getattr(declaration.columns, name)
        column = staged.column(part.column) if part and part.column else None
        if column:
            found[name] = column_number(column, wanted)
        elif part and part.constant is not None:
            found[name] = Number(f"cast({part.constant} as double)", None)
    return found


def _selects(
    declaration: Declaration, delivery: Delivery, row: _Row, good: str
) -> Iterator[tuple[str, str]]:
    """Yield each table's name and the query of its rows."""
    yield "readings", _readings(declaration, delivery, row, good)
    if row.sensors:
        names = ", ".join(sorted({quoted(name) for name, _, _ in row.sensors}))
        parts = (
            f"select {delivery.provenance}, {row.control} as control_id, "
            f"cast({quoted(name)} as enum({names})) as sensor, "
            f"{_without(number.value, sentinels)} as value, {row.utc} as reading_at "
            f"from {good} where ({number.value}) is not null"
            for name, number, sentinels in row.sensors
        )
        yield "sensor_values", " union all ".join(parts)
    if row.labels:
        parts = (
            f"select {delivery.provenance}, {row.control} as control_id, {row.cycle} as cycle_id, "
            f"'reading' as label_level, {kind} as issue_kind, {abnormal} as is_anomaly, "
            f"{row.utc} as started_at, {row.utc} as ended_at "
            f"from {good} where ({abnormal}) is distinct from false"
            for kind, abnormal in row.labels
        )
        yield "labels", " union all ".join(parts)


def _readings(declaration: Declaration, delivery: Delivery, row: _Row, good: str) -> str:
    parts = []
    for name in ("power", "voltage", "current", "temperature"):
        number = row.quantities.get(name)
        unit = getattr(declaration.columns, name).unit if number else None
        parts.append(f"{number.value if number else 'cast(null as double)'} as {name}")
        parts.append(f"{constant(unit) if unit else 'cast(null as varchar)'} as {name}_unit")
    power = [_is_sentinel(declaration, row, name) for name in ("power", "voltage", "current")]
    return (
        f"select {delivery.provenance}, {row.control} as control_id, {row.cycle} as cycle_id, "
        f"{row.stage} as stage, {', '.join(parts)}, "
        f"{' or '.join(power)} as is_power_sentinel, "
        f"{_is_sentinel(declaration, row, 'temperature')} as is_temperature_sentinel, "
        f"{row.utc} as reading_at from {good}"
    )


def _is_sentinel(declaration: Declaration, row: _Row, name: str) -> str:
    part: Any = getattr(declaration.columns, name)
    sentinels = declaration.sentinels_of(part.column) if part and part.column else ()
    if not sentinels or name not in row.quantities:
        return "false"
    listed = ", ".join(f"{value!r}::double" for value in sentinels)
    return f"coalesce(({row.quantities[name].value}) in ({listed}), false)"


def _without(value: str, sentinels: tuple[float, ...]) -> str:
    """A sensor's sentinel says `no value`: the row stays, without one."""
    if not sentinels:
        return value
    listed = ", ".join(f"{number!r}::double" for number in sentinels)
    return f"case when ({value}) in ({listed}) then null else {value} end"
