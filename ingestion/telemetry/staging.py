"""Bring one delivered file, of whatever format, into one Parquet file of typed columns.

What cannot be read as a record of the declared shape is set aside with its line and text;
everything else keeps its place, so that a row's number leads back to its line.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from ingestion.telemetry.declaration import Dialect, Instant
from ingestion.telemetry.survey import BadLine, Text, Unreadable, blame, lines_at, readable_text

SAMPLE_ROWS = 2000
NUMERIC_SHARE = 0.9
NUMBER_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT")
NUMBER_TYPES += ("UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE")


@dataclass(frozen=True)
class Column:
    """A column of the delivered file and where it lies in the staged one."""

    name: str
    ident: str
    kind: str  # DuckDB type
    is_numeric: bool | None  # None: it holds no value at all
    misfit: str | None = None  # column with the text of values that are no number


@dataclass
class Wanted:
    """What the declaration asks of the columns of a file."""

    numbers: set[str]
    times: dict[str, Instant]
    texts: set[str]
    required: set[str]
    known_sensors: set[str]  # numeric in earlier files of the source: stays numeric
    dialect: Dialect

    @property
    def mapped(self) -> set[str]:
        return self.numbers | set(self.times) | self.texts


@dataclass
class Staged:
    """One staged file: `relation` has the columns by ident and `r`, the record number."""

    relation: str
    columns: list[Column]
    row_count: int
    bad_lines: list[BadLine] = field(default_factory=list)
    bad_columns: dict[int, str] = field(default_factory=dict)
    text: Text | None = None  # the lines, when the file has lines
    first_line: int = 1
    counts_bad: bool = False  # record numbers count the bad lines too
    dialect: Dialect | None = None  # of a CSV file

    def column(self, name: str) -> Column | None:
        """Find a column by its declared name: exact first, then without regard to case."""
        return _matching(self.columns, name)

    def line_numbers(self, records: list[int]) -> dict[int, int]:
        """Return the physical line of each record, by its number among the records read."""
        if self.text is None:
            return {record: record for record in records}
        left_out = set(self.text.blank_lines)
        if not self.counts_bad:
            left_out |= {bad.number for bad in self.bad_lines}
        skipped = sorted(number for number in left_out if number >= self.first_line)
        found, before = {}, 0
        for record in sorted(records):
            line = self.first_line + record - 1 + before
            while before < len(skipped) and skipped[before] <= line:
                before += 1
                line += 1
            found[record] = line
        return found

    def texts(self, records: list[int]) -> dict[int, tuple[int, str]]:
        """Return (line number, line) of each record of a text file."""
        lines = self.line_numbers(records)
        assert self.text is not None
        content = lines_at(self.text.path, list(lines.values()))
        return {record: (line, content.get(line, "")) for record, line in lines.items()}

    def is_blank(self, name: str, line: str) -> bool:
        """Say whether a column is blank on a line of a CSV file: the reader gives null both for
        a blank and for a time it cannot read."""
        column = self.column(name)
        if self.dialect is None or column is None:
            return True
        fields = _split(line, self.dialect)
        index = self.columns.index(column)
        return index >= len(fields) or fields[index].strip() in ("", *self.dialect.nulls)


def _split(line: str, dialect: Dialect) -> list[str]:
    if len(dialect.delimiter) > 1 or not dialect.quote:
        return line.split(dialect.delimiter)
    return next(csv.reader([line], delimiter=dialect.delimiter, quotechar=dialect.quote), [])


def _matching(columns: list[Column], name: str) -> Column | None:
    wanted = name.strip()
    exact = [column for column in columns if column.name == wanted]
    if exact:
        return exact[0]
    folded = [column for column in columns if column.name.casefold() == wanted.casefold()]
    return folded[0] if len(folded) == 1 else None


def quoted(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def constant(text: str) -> str:
    """Return a text that is the same on every row: DuckDB writes an enum much faster."""
    return f"cast({quoted(text)} as enum({quoted(text)}))"


def stage_csv(
    con: duckdb.DuckDBPyConnection, path: Path, wanted: Wanted, scratch: Path, job: str
) -> Staged:
    """Stage a CSV file.

    Raises:
        Unreadable: the header does not fit the declaration, or the counts do not add up.
    """
    text = readable_text(path, wanted.dialect, scratch / "clean.csv")
    names, first_line = _header(text, wanted.dialect)
    check_header(names, wanted)
    base = _csv_options(wanted.dialect, first_line)
    sample = _sample(con, text.path, base, len(names), wanted.dialect)
    columns = [
        _planned(names[index], f"c{index}", sample[index], wanted) for index in range(len(names))
    ]
    staged = Staged("", columns, 0, list(text.bad_lines), text=text, first_line=first_line)
    staged.dialect = wanted.dialect
    target = scratch / "staged.parquet"
    _copy_csv(con, text.path, base, columns, wanted, target, job)
    staged.relation = staged_relation(target, columns)
    staged.row_count = count_rows(con, target)
    _take_rejects(con, staged, job)
    check_lines(staged)
    return staged


def staged_relation(path: Path, columns: list[Column]) -> str:
    """Return the relation over a staged file, with each record's number as `r`."""
    idents = ", ".join(column.ident for column in columns)
    return (
        f"(select {idents}, file_row_number + 1 as r "
        f"from read_parquet({quoted(str(path))}, file_row_number = true))"
    )


def count_rows(con: duckdb.DuckDBPyConnection, path: Path) -> int:
    row = con.execute(f"select count(*) from read_parquet({quoted(str(path))})").fetchone()
    return int(row[0]) if row else 0


def check_header(names: list[str], wanted: Wanted) -> None:
    """Refuse a header in which a name stands twice or a column without which nothing is known.

    Raises:
        Unreadable: names the columns.
    """
    seen: set[str] = set()
    for name in filter(None, names):
        if name in seen:
            raise Unreadable("header_collision", f"the header names the column {name!r} twice")
        seen.add(name)
    columns = [Column(name, "", "", None) for name in names]
    missing = sorted(name for name in wanted.required if not _matching(columns, name))
    if missing:
        shown = ", ".join(names[:20])
        raise Unreadable(
            "missing_column", f"the file has no column {', '.join(missing)}; it has: {shown}"
        )


def _header(text: Text, dialect: Dialect) -> tuple[list[str], int]:
    """Return the column names and the number of the first line of data."""
    blank = set(text.blank_lines)
    line = dialect.skip_lines + 1
    while line in blank and line < text.line_count:
        line += 1
    if any(bad.number == line for bad in text.bad_lines):
        raise Unreadable("bad_header", f"the header on line {line} cannot be read")
    if not dialect.header:
        return [name.strip() for name in dialect.names], line
    content = lines_at(text.path, [line]).get(line, "").removeprefix("\ufeff")
    names = _split(content, dialect)
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
    con: duckdb.DuckDBPyConnection, path: Path, base: str, width: int, dialect: Dialect
) -> list[tuple[int, int]]:
    """Return (values, numbers among them) for each column in the first rows."""
    columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(width))
    counts = ", ".join(
        f"count(c{index}), count({number_sql(f'c{index}', 'VARCHAR', dialect)})"
        for index in range(width)
    )
    row = con.execute(
        f"select {counts} from (from read_csv({quoted(str(path))}, {base}, "
        f"ignore_errors = true, columns = {{{columns}}}) limit {SAMPLE_ROWS})"
    ).fetchone()
    assert row is not None
    return [(row[2 * index], row[2 * index + 1]) for index in range(width)]


def _planned(name: str, ident: str, sample: tuple[int, int], wanted: Wanted) -> Column:
    """Decide the type a column is read with."""
    values, numbers = sample
    is_numeric = numbers >= NUMERIC_SHARE * values if values else None
    matched = {wish for wish in wanted.mapped if _is_same(wish, name)}
    for wish in matched & set(wanted.times):
        return Column(name, ident, _time_type(wanted.times[wish], wanted), is_numeric)
    if matched & wanted.texts:
        return Column(name, ident, "VARCHAR", is_numeric)
    if matched & wanted.numbers or name in wanted.known_sensors:
        return Column(name, ident, "DOUBLE", True)
    return Column(name, ident, "DOUBLE" if is_numeric else "VARCHAR", is_numeric)


def _is_same(wish: str, name: str) -> bool:
    return wish.strip() == name or wish.strip().casefold() == name.casefold()


def _time_type(instant: Instant, wanted: Wanted) -> str:
    """Let the CSV reader parse a time where its result is exact: one format for all times."""
    forms = {form for time in wanted.times.values() for form in time.format}
    if len(instant.column) > 1 or len(forms) > 1:
        return "VARCHAR"
    form = instant.format[0]
    if form == "iso" and instant.zone == "UTC":
        return "TIMESTAMP WITH TIME ZONE"
    return "TIMESTAMP" if "%" in form and "%z" not in form and "%Z" not in form else "VARCHAR"


def _copy_csv(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    base: str,
    columns: list[Column],
    wanted: Wanted,
    target: Path,
    job: str,
) -> None:
    typed = ", ".join(f"{quoted(column.ident)}: {quoted(column.kind)}" for column in columns)
    form = next(
        (
            f", timestampformat = {quoted(instant.format[0])}"
            for instant in wanted.times.values()
            if _time_type(instant, wanted) == "TIMESTAMP"
        ),
        "",
    )
    try:
        con.execute(
            f"copy (from read_csv({quoted(str(path))}, {base}{form}, columns = {{{typed}}}, "
            f"store_rejects = true, rejects_table = 'errors_{job}', "
            f"rejects_scan = 'scans_{job}', rejects_limit = 0)) "
            f"to {quoted(str(target))} (format parquet, compression lz4_raw)"
        )
    except duckdb.Error as error:
        raise blame(error, path, "unreadable") from None


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
            error = message.strip().split("\n")[0]
        staged.bad_lines.append(BadLine(line, reason, error, (text or "").strip("\r\n")))
    staged.bad_lines.sort(key=lambda bad: bad.number)


def check_lines(staged: Staged) -> None:
    """Every line is a record, a bad line, or blank: else nothing of the file is taken."""
    text = staged.text
    assert text is not None
    blank = {number for number in text.blank_lines if number >= staged.first_line}
    bad = {line.number for line in staged.bad_lines if line.number >= staged.first_line}
    expected = max(0, text.line_count - staged.first_line + 1)
    if staged.row_count + len(blank | bad) != expected:
        raise Unreadable(
            "count_mismatch",
            f"{expected} lines gave {staged.row_count} records, {len(bad)} bad lines and "
            f"{len(blank - bad)} blank lines; the file is not loaded, so that no line is lost",
        )


def number_sql(ident: str, kind: str, dialect: Dialect) -> str:
    """Return a staged column as a number; null when it holds none or something else."""
    if kind in NUMBER_TYPES or kind.startswith("DECIMAL"):
        return ident if kind == "DOUBLE" else f"cast({ident} as double)"
    if kind != "VARCHAR":
        return "cast(null as double)"
    text = f"trim({ident})"
    if dialect.decimal == ",":
        text = f"case when contains({text}, '.') then null else replace({text}, ',', '.') end"
    return f"try_cast({text} as double)"
