"""Bring one delivered CSV file into one relation of typed columns.

What cannot be read as a record of the declared shape is set aside with its line and text;
everything else keeps its place, so that a row's number leads back to its line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from ingestion.landing.rejecting import Unreadable
from ingestion.tables.causes import bad_header, missing_columns
from ingestion.tables.grammar import Dialect, Instant
from ingestion.tables.keeping import keep_in_order
from ingestion.tables.staged import (
    SAMPLE_ROWS,
    AheadTime,
    Column,
    Staged,
    Wanted,
    check_header,
    check_lines,
    count_rows,
    is_mostly_numeric,
    is_same,
    number_sql,
    quoted,
    split_line,
    staged_relation,
    time_ahead,
    written_columns,
)
from ingestion.tables.survey import BadLine, Text, blame, lines_at, readable_text
from ingestion.tables.unit_rows import unit_row


def stage_csv(
    con: duckdb.DuckDBPyConnection, path: Path, wanted: Wanted, scratch: Path, job: str
) -> Staged:
    """Stage a CSV file.

    Raises:
        Unreadable: the header does not fit the declaration, or the counts do not add up.
    """
    text = readable_text(path, wanted.dialect, scratch / "clean.csv")
    return stage_rows(con, text, csv_header(text, wanted), wanted, scratch, job)


@dataclass(frozen=True)
class Header:
    """What stands above the rows of a CSV file."""

    names: list[str]
    first_line: int  # of the rows
    units: str | None = None  # what the line under the names says, if it names units


def csv_header(text: Text, wanted: Wanted) -> Header:
    """Return the header of a CSV file.

    Raises:
        Unreadable: it does not fit the declaration.
    """
    names, first_line = _checked_header(text, wanted)
    units = unit_row(text, first_line, names, wanted)
    return Header(names, first_line + (units is not None), units)


def stage_rows(
    con: duckdb.DuckDBPyConnection,
    text: Text,
    header: Header,
    wanted: Wanted,
    scratch: Path,
    job: str,
) -> Staged:
    """Stage the rows of a CSV file.

    Raises:
        Unreadable: the counts do not add up.
    """
    names = header.names
    base = _csv_options(wanted.dialect, header.first_line)
    sample = _sample(con, text.path, base, names, wanted)
    columns = [
        _planned(name, f"c{index}", sample.get(index, (0, 0)), wanted)
        for index, name in enumerate(names)
    ]
    staged = Staged("", columns, 0, text.byte_count, list(text.bad_lines), text=text)
    staged.first_line = header.first_line
    staged.dialect = wanted.dialect
    staged.unit_row = header.units
    times = time_ahead(columns, wanted)
    staged.has_time = times is not None
    kept = _keep_csv(con, text, base, columns, wanted, times, scratch, job)
    if words := _sensors_with_words(con, columns, wanted, job):
        staged.columns = columns = [
            replace(column, kind="VARCHAR") if column.ident in words else column
            for column in columns
        ]
        kept = _keep_csv(con, text, base, columns, wanted, times, scratch, job)
    staged.relation = staged_relation(kept, columns, times)
    staged.row_count = count_rows(con, kept)
    _take_rejects(con, staged, job)
    check_lines(staged)
    return staged


def _checked_header(text: Text, wanted: Wanted) -> tuple[list[str], int]:
    """Return the columns of a header that fits the declaration, and the first line after it."""
    names, first_line = _header(text, wanted.dialect)
    try:
        check_header(names, wanted)
    except Unreadable as error:
        if error.reason != "missing_column":
            raise
        raise missing_columns(text, max(1, first_line - 1), wanted, error) from None
    return names, first_line


def _sensors_with_words(
    con: duckdb.DuckDBPyConnection, columns: list[Column], wanted: Wanted, job: str
) -> set[str]:
    """Return the sensors that hold other words than numbers; these cost their cell, not the row.

    What the reader refused for it has to be read again.
    """
    found = con.execute(
        f"select distinct column_name from errors_{job} where error_type = 'CAST'"
    ).fetchall()
    sensors = {column.ident for column in columns if not wanted.is_mapped(column.name)}
    words = {ident for (ident,) in found} & sensors
    if words:
        con.execute(f"drop table errors_{job}; drop table scans_{job}")
    return words


def _header(text: Text, dialect: Dialect) -> tuple[list[str], int]:
    """Return the column names and the number of the first line of data."""
    blank = set(text.blank_lines)
    line = dialect.skip_lines + 1
    bad = {one.number: one for one in text.bad_lines}
    while line in blank and line not in bad and line < text.line_count:
        line += 1
    if line in bad and dialect.header:
        raw = bad[line].text.encode("utf-8").decode("unicode_escape", "replace")
        raise bad_header(line, raw.encode("latin-1", "replace"), dialect, bad[line].reason)
    if not dialect.header:
        return [name.strip() for name in dialect.names], line
    content = lines_at(text.path, [line]).get(line, "").removeprefix("\ufeff")
    names = split_line(content, dialect)
    return [name.strip() for name in names], line + 1


def _csv_options(dialect: Dialect, first_line: int) -> str:
    nulls = ", ".join(quoted(word) for word in dialect.nulls) or "''"
    return (
        f"auto_detect = false, header = false, skip = {first_line - 1}, comment = '', "
        f"delim = {quoted(dialect.delimiter)}, quote = {quoted(dialect.quote)}, "
        f"escape = {quoted(dialect.escape if dialect.quote else '')}, nullstr = [{nulls}], "
        f"decimal_separator = {quoted(dialect.decimal)}"
    )


def _sample(
    con: duckdb.DuckDBPyConnection, path: Path, base: str, names: list[str], wanted: Wanted
) -> dict[int, tuple[int, int]]:
    """Return (values, numbers among them) in the first rows for the columns nobody declares."""
    asked = [index for index, name in enumerate(names) if not wanted.is_mapped(name)]
    if wanted.as_text or not asked:
        return {}
    columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(names)))
    counts = ", ".join(
        f"count(c{index}), count({number_sql(f'c{index}', 'VARCHAR', wanted.dialect)})"
        for index in asked
    )
    row = con.execute(
        f"select {counts} from (from read_csv({quoted(str(path))}, {base}, "
        f"ignore_errors = true, columns = {{{columns}}}) limit {SAMPLE_ROWS})"
    ).fetchone()
    assert row is not None
    return dict(zip(asked, zip(row[::2], row[1::2], strict=True), strict=True))


def _planned(name: str, ident: str, sample: tuple[int, int], wanted: Wanted) -> Column:
    """Decide the type a column is read with."""
    values, numbers = sample
    is_numeric = is_mostly_numeric(values, numbers)
    matched = {wish for wish in wanted.mapped if is_same(wish, name)}
    for wish in matched & set(wanted.times):
        return Column(name, ident, _time_type(wanted.times[wish], wanted), is_numeric)
    if wanted.as_text or matched & wanted.texts:
        return Column(name, ident, "VARCHAR", is_numeric)
    if matched & wanted.numbers:
        return Column(name, ident, "DOUBLE", True)
    is_sensor = bool(is_numeric) or name in wanted.known_sensors
    pure = is_sensor and numbers == values
    return Column(name, ident, "DOUBLE" if pure else "VARCHAR", is_sensor or is_numeric)


def _time_type(instant: Instant, wanted: Wanted) -> str:
    """Let the CSV reader parse a time where its result is exact: one format for all times."""
    forms = {form for time in wanted.times.values() for form in time.format}
    if len(instant.column) > 1 or len(forms) > 1:
        return "VARCHAR"
    form = instant.format[0]
    if form == "iso" and instant.zone == "UTC":
        return "TIMESTAMP WITH TIME ZONE"
    return "TIMESTAMP" if "%" in form and "%z" not in form and "%Z" not in form else "VARCHAR"


def _keep_csv(
    con: duckdb.DuckDBPyConnection,
    text: Text,
    base: str,
    columns: list[Column],
    wanted: Wanted,
    ahead: AheadTime | None,
    scratch: Path,
    job: str,
) -> str:
    """Return the relation of the rows that could be read, numbered."""
    typed = ", ".join(f"{quoted(column.ident)}: {quoted(column.kind)}" for column in columns)
    form = next(
        (
            f", timestampformat = {quoted(instant.format[0])}"
            for instant in wanted.times.values()
            if _time_type(instant, wanted) == "TIMESTAMP"
        ),
        "",
    )
    written = ", ".join(written_columns(columns, ahead))
    query = (
        f"select {written} from read_csv({quoted(str(text.path))}, {base}{form}, "
        f"columns = {{{typed}}}, store_rejects = true, rejects_table = 'errors_{job}', "
        f"rejects_scan = 'scans_{job}', rejects_limit = 0)"
    )
    try:
        return keep_in_order(con, query, scratch / "staged.parquet", text.byte_count)
    except duckdb.Error as error:
        raise blame(error, text.path, "unreadable") from None


_CODES = {
    "MISSING COLUMNS": "too_few_columns",
    "TOO MANY COLUMNS": "too_many_columns",
    "UNQUOTED VALUE": "open_quote",
    "LINE SIZE OVER MAXIMUM": "line_too_long",
    "INVALID ENCODING": "bad_encoding",
}


def _take_rejects(con: duckdb.DuckDBPyConnection, staged: Staged, job: str) -> None:
    """Move what the CSV reader could not read into the staged file's bad lines, one per line."""
    names = {column.ident: column for column in staged.columns}
    rows = con.execute(
        "select line, arg_min(error_type::varchar, column_idx), arg_min(column_name, column_idx), "
        "arg_min(csv_line, column_idx), arg_min(error_message, column_idx) "
        f"from errors_{job} group by line order by line"
    ).fetchall()
    con.execute(f"drop table if exists errors_{job}; drop table if exists scans_{job}")
    for line, kind, ident, text, message in rows:
        column = names.get(ident)
        if kind == "CAST" and column:
            is_time = column.kind.startswith("TIMESTAMP")
            reason = "bad_timestamp" if is_time else "not_a_number"
            what = "a time of the declared format" if is_time else "a number"
            error = f"{column.name}: the value is not {what}"
            staged.bad_columns[line] = column.name
        else:
            reason = _CODES.get(kind, "unreadable")
            error = (message or kind).strip().split("\n")[0]
        staged.bad_lines.append(BadLine(line, reason, error, (text or "").strip("\r\n")))
    staged.bad_lines.sort(key=lambda bad: bad.number)
