"""SQL that maps the columns of a staged file onto the canonical raw tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from ingestion.lakehouse.sql_text import literal
from ingestion.landing.rejecting import Unreadable
from ingestion.tables.grammar import Dialect
from ingestion.tables.instants import TimeSql, instant_sql
from ingestion.tables.staged import Column, Staged, Wanted, constant, number_sql, quoted
from ingestion.tables.trimming import trimmed_sql
from ingestion.telemetry.declaration import (
    ControlId,
    CycleId,
    Declaration,
    LabelColumn,
    Stage,
)


@dataclass(frozen=True)
class Delivery:
    """Where a file came from and which load it belongs to."""

    load_id: str
    source: str
    source_file: str  # as a person finds it: path or address
    part: str  # path below the first wildcard of the declaration
    records_before: int = 0  # of other files in the same zip file

    @property
    def provenance(self) -> str:
        record = f"r + {self.records_before}" if self.records_before else "r"
        return (
            f"{constant(self.load_id)} as load_id, {constant(self.source)} as source, "
            f"{constant(self.source_file)} as source_file, {record} as record_number"
        )


@dataclass(frozen=True)
class JointDelivery(Delivery):
    """Files read as one: `place` of a row is that of its file, from 1."""

    files: tuple[str, ...] = ()
    before: tuple[int, ...] = ()  # records of others before those of each file

    @property
    def provenance(self) -> str:
        names = ", ".join(quoted(name) for name in self.files)
        return (
            f"{constant(self.load_id)} as load_id, {constant(self.source)} as source, "
            f"list_extract(cast([{names}] as enum({names})[]), place) as source_file, "
            f"r - list_extract({list(self.before)}, place) as record_number"
        )


def wanted_columns(declaration: Declaration, known_sensors: set[str]) -> Wanted:
    """Return what a data file of this source has to be read for."""
    columns = declaration.columns
    quantities = (columns.power, columns.voltage, columns.current, columns.energy)
    needed = {part.column for part in quantities if part and part.column}
    numbers = set(needed)
    if columns.temperature and columns.temperature.column:
        numbers.add(columns.temperature.column)
    if isinstance(columns.sensors.include, tuple):
        numbers |= set(columns.sensors.include)
    texts = {label.column for label in declaration.labels.columns}
    texts |= {part.column for part in (columns.stage, columns.cycle_id) if part}
    required = needed | set(columns.reading_at.column)
    if declaration.sql and declaration.sql.version:
        texts.add(declaration.sql.version)  # as it is written: large numbers stay exact
        required.add(declaration.sql.version)
    if columns.control_id.column:
        texts.add(columns.control_id.column)
        required.add(columns.control_id.column)
    times = dict.fromkeys(columns.reading_at.column, columns.reading_at)
    dialect = declaration.files.dialect if declaration.files else Dialect()
    return Wanted(numbers, times, texts, required, known_sensors, dialect, columns.reading_at)


def time_columns(staged: Staged, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return (identifier, type) of a time's columns.

    Raises:
        Unreadable: one is missing.
    """
    found = []
    for name in names:
        column = staged.column(name)
        if column is None:
            raise Unreadable("missing_column", f"the file has no column {name}")
        found.append((column.ident, column.kind))
    return found


def word_sql(column: Column) -> str:
    """Return a column as trimmed text, null when blank; 7.0 of a float column is the word 7."""
    if column.kind in ("DOUBLE", "FLOAT") or column.kind.startswith("DECIMAL"):
        whole = f"try_cast({column.ident} as hugeint)"
        return (
            f"case when {column.ident} = {whole} then cast({whole} as varchar) "
            f"else cast({column.ident} as varchar) end"
        )
    text = column.ident if column.kind == "VARCHAR" else f"cast({column.ident} as varchar)"
    return f"nullif({trimmed_sql(text)}, '')"


def control_sql(control: ControlId, staged: Staged, part: str) -> str:
    """Return the machine's name.

    Raises:
        Unreadable: the file's name does not match the declared pattern.
    """
    if control.column:
        column = staged.column(control.column)
        if column is None:
            raise Unreadable("missing_column", f"the file has no column {control.column}")
        prefix = f"{quoted(control.prefix)} || " if control.prefix else ""
        return f"{prefix}{word_sql(column)}"
    return constant(control_of_file(control, part))


def control_of_file(control: ControlId, part: str) -> str:
    """Return the machine's name for a constant, or for a file by its path."""
    if control.constant is not None:
        return control.prefix + control.constant
    path = PurePosixPath(part)
    bare = path.with_name(path.name.removesuffix(".gz").removesuffix(".zip"))
    bare = bare.with_suffix("") if bare.suffix else bare
    named = {"stem": bare.name, "path": str(bare), "folder": path.parent.name}
    name = named[control.file or "stem"]
    if control.pattern:
        match = re.search(control.pattern, name)
        if not match:
            raise Unreadable("no_control_id", f"{name!r} does not match columns.control_id.pattern")
        name = match.group(1)
    if not name:
        raise Unreadable("no_control_id", f"the path {part!r} names no machine")
    return control.prefix + name


def cycle_sql(cycle: CycleId | None, staged: Staged, control: str, part: str) -> str:
    column = staged.column(cycle.column) if cycle else None
    if cycle is None or column is None:
        return "cast(null as varchar)"
    word = word_sql(column)
    if cycle.per == "control":
        return f"{control} || '/' || {word}"
    return f"{quoted(part + '#')} || {word}" if cycle.per == "file" else word


def version_sql(declaration: Declaration, staged: Staged) -> tuple[str, str]:
    """Return (version, problem) of a row: a whole number, or a time in microseconds since 1970."""
    column = staged.column(declaration.sql.version or "") if declaration.sql else None
    if column is None:
        return "cast(null as bigint)", ""
    word = word_sql(column)
    moment = f"epoch_us(try_cast({word} as timestamp with time zone))"
    version = f"coalesce(try_cast({word} as bigint), {moment})"
    shown = literal(column.name)[1:-1]
    return version, f"when {word} is not null and {version} is null then 'bad_version:{shown}'"


def stage_sql(stage: Stage | None, staged: Staged) -> str:
    column = staged.column(stage.column) if stage else None
    if stage is None or column is None:
        return "cast(null as varchar)"
    word = word_sql(column)
    if not stage.values:
        return word
    cases = " ".join(
        f"when {quoted(theirs)} then {quoted(ours)}" for theirs, ours in stage.values.items()
    )
    return f"case {word} {cases} else {word} end"


@dataclass(frozen=True)
class Number:
    """A number of a staged row: its value, and what is wrong with it (null when nothing is)."""

    value: str
    problem: str | None


def column_number(column: Column, wanted: Wanted) -> Number:
    """Read a column as a number: NaN is a missing value, infinity is refused."""
    number = number_sql(column.ident, column.kind, wanted.dialect)
    shown = literal(column.name)[1:-1]
    checks = []
    if column.misfit:
        checks.append(f"when {column.misfit} is not null then 'not_a_number:{shown}'")
    elif column.kind == "VARCHAR":
        blank = f"coalesce({trimmed_sql(column.ident)}, '') in ({_nulls(wanted)})"
        checks.append(f"when not {blank} and {number} is null then 'not_a_number:{shown}'")
    elif number.startswith("cast(null"):
        checks.append(f"when {column.ident} is not null then 'not_a_number:{shown}'")
    if column.kind in ("VARCHAR", "DOUBLE", "FLOAT"):
        checks.append(f"when isinf({number}) then 'not_finite:{shown}'")
        value = f"case when isnan({number}) then null else {number} end"
    else:
        value = number
    return Number(value, " ".join(checks) or None)


def _nulls(wanted: Wanted) -> str:
    return ", ".join(quoted(word) for word in {"", *wanted.dialect.nulls})


def label_sql(label: LabelColumn, column: Column) -> tuple[str, str, str]:
    """Return (issue kind, whether abnormal, problem) of a label column."""
    word = f"lower(coalesce({word_sql(column)}, ''))"
    shown = literal(column.name)[1:-1]
    if label.kinds == "value":
        falses = _words(("", *label.false_values))
        kind = f"case when {word} in ({falses}) then {quoted(label.issue_kind)} else {word} end"
        abnormal = f"case when {word} = '' then null else {word} not in ({falses}) end"
        return kind, abnormal, ""
    if isinstance(label.kinds, dict) and label.kinds:
        cases = " ".join(
            f"when {quoted(theirs.lower())} then {quoted(ours) if ours else 'null'}"
            for theirs, ours in label.kinds.items()
        )
        kind = f"case {word} {cases} end"
        known = _words(("", *label.kinds))
        abnormal = f"case when {word} = '' then null else {kind} is not null end"
        problem = f"when {word} not in ({known}) then 'bad_label:{shown}'"
        return f"coalesce({kind}, {quoted(label.issue_kind)})", abnormal, problem
    trues, falses = _words(label.true_values), _words(label.false_values)
    abnormal = f"case when {word} in ({trues}) then true when {word} in ({falses}) then false end"
    problem = f"when {word} <> '' and {word} not in ({trues}, {falses}) then 'bad_label:{shown}'"
    return quoted(label.issue_kind), abnormal, problem


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(quoted(word.strip().lower()) for word in words)


def reading_time(
    declaration: Declaration,
    staged: Staged,
    bounds: tuple[datetime | None, datetime | None],
    by_order: bool = False,
) -> TimeSql:
    """Return the expressions for a reading's time."""
    instant = declaration.columns.reading_at
    columns = time_columns(staged, instant.column)
    return instant_sql(instant, columns, *bounds, by_order=by_order)
