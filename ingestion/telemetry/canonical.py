"""SQL of the canonical tables over one staged file: what each column is taken for, and how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from ingestion.tables.bounds import bounds_by_place, clock_bounds
from ingestion.tables.concatenation import Apart
from ingestion.tables.instants import TimeSql, before_since, doubled_shifts, passes_sql
from ingestion.tables.keeping import keep
from ingestion.tables.staged import (
    Column,
    Staged,
    Wanted,
    constant,
    quoted,
)
from ingestion.telemetry.declaration import Declaration
from ingestion.telemetry.energy import SENSOR, energy_sql
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
    version_sql,
)
from ingestion.telemetry.uses import Uses


@dataclass
class Row:
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
    version: str
    cells: list[tuple[Column, str]]  # sensors, and what may be wrong with a value of each


def row_over(
    con: duckdb.DuckDBPyConnection,
    declaration: Declaration,
    delivery: Delivery,
    staged: Staged,
    wanted: Wanted,
    uses: Uses,
    scratch: Path,
) -> Row:
    """Return the expressions of a file's rows.

    Raises:
        Unreadable: the file lacks what they need.
    """
    columns = declaration.columns
    control = control_sql(columns.control_id, staged, delivery.part)
    relation, time = _timed(con, declaration, staged, scratch, control)
    quantities = _quantities(declaration, staged, wanted)
    sensors, cells = _sensors(declaration, staged, wanted, uses)
    labels, bad_labels = _labels(declaration, staged)
    version, bad_version = version_sql(declaration, staged)
    meter = _meter(declaration, staged, wanted)
    numbers = [*quantities.values(), *([meter] if meter else [])]
    bad = [*(one.problem or "" for one in numbers), *bad_labels, bad_version]
    row = Row(
        relation=relation,
        control=control,
        cycle=cycle_sql(columns.cycle_id, staged, control, delivery.part),
        stage=stage_sql(columns.stage, staged),
        utc=time.utc,
        problem=f"case {' '.join([*_checks(declaration, time, control), *filter(None, bad)])} end",
        quantities=quantities,
        sensors=sensors,
        labels=labels,
        version=version,
        cells=cells,
    )
    if meter:
        _add_energy(con, declaration, staged, row, meter, scratch)
    return row


def _checks(declaration: Declaration, time: TimeSql, control: str) -> list[str]:
    """Return what may be wrong with when and where a reading was made."""
    columns = declaration.columns
    column = quoted(":" + columns.reading_at.column[0])
    checks = [f"when ({time.problem}) is not null then ({time.problem}) || {column}"]
    checks += before_since(declaration.since, time.utc)
    if columns.control_id.column:
        checks.append(f"when ({control}) is null then 'missing_control_id:'")
    return checks


def _add_energy(
    con: duckdb.DuckDBPyConnection,
    declaration: Declaration,
    staged: Staged,
    row: Row,
    meter: Number,
    scratch: Path,
) -> None:
    """Give the rows the energy since the one before, and the power where none is declared."""
    assert declaration.columns.energy is not None
    rows = energy_sql(
        row.relation, declaration.columns.energy, meter.value, row.control, row.utc, row.problem
    )
    target = scratch / "metered.parquet"
    row.relation = keep(con, f"from {rows} order by r", target, staged.byte_count)
    row.sensors.append((SENSOR, Number("energy_wh", None), ()))
    if not row.quantities.keys() & {"power", "voltage"}:
        row.quantities["power"] = Number("energy_w", None)


def _meter(declaration: Declaration, staged: Staged, wanted: Wanted) -> Number | None:
    """Return what an energy meter says; its sentinels say nothing."""
    energy = declaration.columns.energy
    column = staged.column(energy.column) if energy else None
    if column is None:
        return None
    number = column_number(column, wanted)
    return Number(_without(number.value, declaration.sentinels_of(column.name)), number.problem)


def _sensors(
    declaration: Declaration, staged: Staged, wanted: Wanted, uses: Uses
) -> tuple[list[tuple[str, Number, tuple[float, ...]]], list[tuple[Column, str]]]:
    """Return the sensors of a file, and what may be wrong with a value of each."""
    sensors, cells = [], []
    for column in staged.columns:
        if uses.by_name[column.name] == "sensor":
            name = declaration.columns.sensors.rename.get(column.name, column.name)
            number = column_number(column, wanted)
            sensors.append((name, number, declaration.sentinels_of(column.name)))
            if number.problem:
                cells.append((column, number.problem))
    return sensors, cells


def _labels(declaration: Declaration, staged: Staged) -> tuple[list[tuple[str, str]], list[str]]:
    """Return (issue kind, whether abnormal) of each declared label, and what may be wrong."""
    labels, problems = [], []
    for label in declaration.labels.columns:
        if found := staged.column(label.column):
            kind, abnormal, problem = label_sql(label, found)
            labels.append((kind, abnormal))
            problems.append(problem)
        else:  # a file without the column does not say that all is well
            labels.append((quoted(label.issue_kind), "cast(null as boolean)"))
    return labels, problems


def _timed(
    con: duckdb.DuckDBPyConnection,
    declaration: Declaration,
    staged: Staged,
    scratch: Path,
    control: str,
) -> tuple[str, TimeSql]:
    """Return the staged rows with their times, and the expressions over them.

    A time that is text in a Parquet file is parsed once and written down: every table asks for it.
    """
    relation = staged.relation
    time = reading_time(declaration, staged, (None, None))
    names = declaration.columns.reading_at.column
    is_text = any(kind == "VARCHAR" for _, kind in time_columns(staged, names))
    if is_text and not staged.has_time:
        rows = f"from {time.over(relation)}"
        relation = keep(con, rows, scratch / "timed.parquet", staged.byte_count)
    computed = "" if is_text else time.computed
    time = replace(time, computed=computed)
    if declaration.columns.reading_at.zone != "UTC":
        bounds = clock_bounds(con, relation, time)
        instant = declaration.columns.reading_at
        doubled = doubled_shifts(instant, *bounds) if instant.ambiguous == "reject" else []
        if doubled and staged.file_count > 1:  # a row's place among those of its file matters
            ranges = bounds_by_place(con, relation, time)
            if ordered := [place - 1 for place, *ends in ranges if doubled_shifts(instant, *ends)]:
                raise Apart(ordered)
            doubled = []  # no file has rows there
        by_order = reading_time(declaration, staged, bounds, by_order=bool(doubled))
        time = replace(by_order, computed=computed)
        if doubled:
            rows = f"from {passes_sql(time.over(relation), control, doubled)} order by r"
            return keep(con, rows, scratch / "passes.parquet", staged.byte_count), time
    return time.over(relation), time


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


def table_queries(
    declaration: Declaration, delivery: Delivery, row: Row, good: str
) -> Iterator[tuple[str, str]]:
    """Yield each table's name and the query of its rows."""
    yield "readings", _readings(declaration, delivery, row, good)
    if row.sensors:
        names = ", ".join(sorted({quoted(name) for name, _, _ in row.sensors}))
        parts = (
            f"select {delivery.provenance}, {row.control} as control_id, "
            f"cast({quoted(name)} as enum({names})) as sensor, "
            f"{_without(number.value, sentinels)} as value, {row.utc} as reading_at "
            f"from {good} where isfinite({number.value})"
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


def _readings(declaration: Declaration, delivery: Delivery, row: Row, good: str) -> str:
    parts = []
    for name in ("power", "voltage", "current", "temperature"):
        number = row.quantities.get(name)
        declared = getattr(declaration.columns, name)
        unit = (declared.unit if declared else "W") if number else None
        parts.append(f"{number.value if number else 'cast(null as double)'} as {name}")
        parts.append(f"{constant(unit) if unit else 'cast(null as varchar)'} as {name}_unit")
    power = [_is_sentinel(declaration, row, name) for name in ("power", "voltage", "current")]
    return (
        f"select {delivery.provenance}, {row.control} as control_id, {row.cycle} as cycle_id, "
        f"{row.stage} as stage, {', '.join(parts)}, "
        f"{' or '.join(power)} as is_power_sentinel, "
        f"{_is_sentinel(declaration, row, 'temperature')} as is_temperature_sentinel, "
        f"{row.utc} as reading_at, {row.version} as row_version from {good}"
    )


def _is_sentinel(declaration: Declaration, row: Row, name: str) -> str:
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
