"""Label files: windows in JSON, and tables with one row for each labelled cycle or span."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from ingestion.lakehouse.sql_text import literal
from ingestion.landing.rejecting import Unreadable
from ingestion.tables.bounds import clock_bounds
from ingestion.tables.grammar import Instant
from ingestion.tables.instants import TimeSql, instant_sql
from ingestion.tables.rejecting import Reject, staged_rejects
from ingestion.tables.staged import Staged, Wanted, quoted
from ingestion.tables.staging_any import PARQUET, file_format, stage
from ingestion.telemetry.convert import Converted
from ingestion.telemetry.declaration import Declaration, LabelSpans, LabelWindows
from ingestion.telemetry.mapping import (
    Delivery,
    control_of_file,
    control_sql,
    cycle_sql,
    time_columns,
    word_sql,
)


def convert_windows(
    con: duckdb.DuckDBPyConnection,
    declaration: Declaration,
    delivery: Delivery,
    path: Path,
    scratch: Path,
) -> Converted:
    """Write the windows of a JSON file {key: [[start, end], ...]} as labels.

    Raises:
        Unreadable: it is no such file.
    """
    windows = declaration.labels.windows
    assert windows is not None
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Unreadable("bad_json", f"the file is not valid JSON: {error}") from None
    if not isinstance(content, dict):
        raise Unreadable("not_an_object", "the file holds no object {name: [[start, end], ...]}")
    entries = [
        (key, window)
        for key, found in content.items()
        for window in (found if isinstance(found, list) else [found])
    ]
    rows = [_window(declaration, windows, key, window) for key, window in entries]
    return _write_windows(con, windows, delivery, rows, scratch)


def _window(
    declaration: Declaration, windows: LabelWindows, key: str, window: Any
) -> dict[str, str | None]:
    """One window as text; a single instant is a window of no length."""
    bounds = window if isinstance(window, list) else [window, window]
    raw = json.dumps({key: window}, ensure_ascii=False)
    row: dict[str, str | None] = {"raw": raw, "control": None, "low": None, "high": None}
    if len(bounds) != 2:
        return row
    control = key
    if windows.key == "file":
        rule = declaration.columns.control_id
        if rule.column:
            raise Unreadable(
                "no_control_id",
                "labels.windows.key: file needs columns.control_id.file or constant; "
                "with control_id.column, use key: control_id",
            )
        control = control_of_file(rule, key)
    else:
        control = declaration.columns.control_id.prefix + key
    return row | {"control": control, "low": str(bounds[0]), "high": str(bounds[1])}


def _write_windows(
    con: duckdb.DuckDBPyConnection,
    windows: LabelWindows,
    delivery: Delivery,
    rows: list[dict[str, str | None]],
    scratch: Path,
) -> Converted:
    lines = scratch / "windows.jsonl"
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    result = Converted(rows_in=len(rows))
    if not rows:
        return result
    staged = scratch / "windows.parquet"
    con.execute(
        f"copy (from read_json({quoted(str(lines))}, format = 'newline_delimited', columns = "
        "{raw: 'VARCHAR', control: 'VARCHAR', low: 'VARCHAR', high: 'VARCHAR'})) "
        f"to {quoted(str(staged))} (format parquet)"
    )
    relation = (
        f"(select *, file_row_number + 1 as r "
        f"from read_parquet({quoted(str(staged))}, file_row_number = true))"
    )
    times = []
    for name in ("low", "high"):
        instant = Instant(column=(name,), format=windows.format, zone=windows.zone)
        times.append(_instant(con, instant, [(name, "VARCHAR")], relation, f"window_{name}"))
        relation = times[-1].over(relation)
    problem = f"coalesce({times[0].problem}, {times[1].problem})"
    _, bad = _write_labels(
        con, delivery, relation, problem, scratch, result,
        control="control", cycle="cast(null as varchar)", level="window",
        kind=quoted(windows.issue_kind), abnormal="true", start=times[0].utc, end=times[1].utc,
    )  # fmt: skip
    if bad:
        result.rejects = _window_rejects(con, relation, problem)
    return result


def _window_rejects(con: duckdb.DuckDBPyConnection, relation: str, problem: str) -> list[Reject]:
    wrong = con.execute(f"select r, {problem}, raw from {relation} where ({problem}) is not null")
    return [
        Reject(number, None, reason, "the window's bounds are not two times", raw)
        for number, reason, raw in wrong.fetchall()
    ]


def convert_spans(
    con: duckdb.DuckDBPyConnection,
    declaration: Declaration,
    delivery: Delivery,
    path: Path,
    scratch: Path,
    job: str,
) -> Converted:
    """Write the rows of a label table as labels.

    Raises:
        Unreadable: nothing of the file can be taken.
    """
    spans = declaration.labels.spans
    assert spans is not None
    kind = file_format(path, delivery.source_file, spans.format)
    staged = stage(con, path, kind, span_columns(spans), scratch, job)
    return write_spans(con, declaration, delivery, staged, scratch)


def write_spans(
    con: duckdb.DuckDBPyConnection,
    declaration: Declaration,
    delivery: Delivery,
    staged: Staged,
    scratch: Path,
) -> Converted:
    """Write the rows of a staged label table below `scratch`."""
    spans = declaration.labels.spans
    assert spans is not None
    start, end, relation = _span_times(con, spans, staged)
    control = control_sql(spans.control_id, staged, delivery.part)
    cycle = cycle_sql(spans.cycle_id, staged, control, delivery.part)
    problem = _span_problem(control, cycle, start, end)
    result = Converted(columns={})
    kind_sql, abnormal, label_problem = _span_label(spans, staged)
    problem = f"coalesce({problem}, {label_problem})"
    total, _ = _write_labels(
        con, delivery, relation, problem, scratch, result,
        control=control, cycle=cycle, level=spans.level, kind=kind_sql, abnormal=abnormal,
        start=start.utc, end=end.utc if spans.ended_at else start.utc,
    )  # fmt: skip
    result.rows_in = total + len(staged.bad_lines)
    result.rejects = list(staged_rejects(con, staged, relation, problem))
    return result


def _span_times(
    con: duckdb.DuckDBPyConnection, spans: LabelSpans, staged: Staged
) -> tuple[TimeSql, TimeSql, str]:
    """Return the two times of a span, null where none is declared, and the rows that have them."""
    none = TimeSql("", "cast(null as timestamp)", "cast(null as timestamp)", "null")
    times, relation = [], staged.relation
    for name, instant in (("started", spans.started_at), ("ended", spans.ended_at)):
        if instant is None:
            times.append(none)
            continue
        columns = time_columns(staged, instant.column)
        times.append(_instant(con, instant, columns, relation, name))
        relation = times[-1].over(relation)
    return times[0], times[1], relation


def _instant(
    con: duckdb.DuckDBPyConnection,
    instant: Instant,
    columns: list[tuple[str, str]],
    relation: str,
    name: str,
) -> TimeSql:
    time = instant_sql(instant, columns, None, None, name)
    if instant.zone == "UTC":
        return time
    low, high = clock_bounds(con, relation, time)
    return instant_sql(instant, columns, low, high, name)


def span_columns(spans: LabelSpans) -> Wanted:
    texts = {spans.control_id.column, spans.issue_kind_column, spans.is_anomaly_column}
    texts.add(spans.cycle_id.column if spans.cycle_id else None)
    times = {
        name: instant
        for instant in (spans.started_at, spans.ended_at)
        if instant
        for name in instant.column
    }
    named = {name for name in texts if name}
    return Wanted(set(), times, named, named | set(times), set(), spans.dialect)


def _span_problem(control: str, cycle: str, start: TimeSql, end: TimeSql) -> str:
    """A label needs a machine, and a cycle or a time; a time that is given must be one."""
    return (
        f"case when ({control}) is null then 'missing_control_id:' "
        f"when ({start.problem}) not in ('missing_timestamp') then ({start.problem}) "
        f"when ({end.problem}) not in ('missing_timestamp') then ({end.problem}) "
        f"when ({cycle}) is null and ({start.utc}) is null then 'missing_label_time:' end"
    )


def _span_label(spans: LabelSpans, staged: Staged) -> tuple[str, str, str]:
    kind, abnormal, problem = quoted(spans.issue_kind), "true", "null"
    if spans.issue_kind_column and (column := staged.column(spans.issue_kind_column)):
        kind = f"coalesce({word_sql(column)}, {kind})"
    if spans.is_anomaly_column and (column := staged.column(spans.is_anomaly_column)):
        word = f"lower({word_sql(column)})"
        abnormal = (
            f"case when {word} in ('1', '1.0', 'true', 't', 'yes', 'y') then true "
            f"when {word} in ('0', '0.0', 'false', 'f', 'no', 'n') then false end"
        )
        shown = literal(column.name)[1:-1]
        problem = (
            f"case when {word} is not null and ({abnormal}) is null then 'bad_label:{shown}' end"
        )
    return kind, abnormal, problem


def _write_labels(
    con: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    relation: str,
    problem: str,
    scratch: Path,
    result: Converted,
    *,
    control: str,
    cycle: str,
    level: str,
    kind: str,
    abnormal: str,
    start: str,
    end: str,
) -> tuple[int, int]:
    """Write the good rows; returns (rows, bad rows)."""
    total, bad = con.execute(
        f"select count(*), count(problem) from (select {problem} as problem from {relation})"
    ).fetchall()[0]
    result.rows_accepted = total - bad
    if result.rows_accepted:
        target = scratch / "labels.parquet"
        con.execute(
            f"copy (select {delivery.provenance}, {control} as control_id, {cycle} as cycle_id, "
            f"{quoted(level)} as label_level, {kind} as issue_kind, {abnormal} as is_anomaly, "
            f"{start} as started_at, {end} as ended_at from {relation} "
            f"where ({problem}) is null) to {quoted(str(target))} {PARQUET}"
        )
        result.outputs["labels"] = (str(target), result.rows_accepted)
    return total, bad
