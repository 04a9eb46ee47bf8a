"""A delivered file once it is staged: its typed columns, its rows, and what could not be read."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field

import duckdb

from ingestion.lakehouse.sql_text import literal
from ingestion.landing.rejecting import Unreadable
from ingestion.tables.grammar import Dialect, Instant
from ingestion.tables.instants import instant_sql
from ingestion.tables.survey import BadLine, Text, lines_at

SAMPLE_ROWS = 2000
NUMERIC_SHARE = 0.5  # a column of which more are numbers is a sensor
NUMBER_TYPES = (
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT",
    "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE",
)  # fmt: skip


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
    reading_at: Instant | None = None  # the time to read while staging, if it is text
    as_text: bool = False  # no column is a number to the reader, whatever its values look like

    @property
    def mapped(self) -> set[str]:
        return self.numbers | set(self.times) | self.texts

    def is_mapped(self, name: str) -> bool:
        """Say whether the declaration names a column."""
        return any(is_same(wish, name) for wish in self.mapped)


@dataclass
class Staged:
    """One staged file: `relation` has the columns by ident and `r`, the record number."""

    relation: str
    columns: list[Column]
    row_count: int
    byte_count: int  # of the rows as text
    bad_lines: list[BadLine] = field(default_factory=list)
    bad_columns: dict[int, str] = field(default_factory=dict)
    text: Text | None = None  # the lines, when the file has lines
    first_line: int = 1
    counts_bad: bool = False  # record numbers count the bad lines too
    dialect: Dialect | None = None  # of a CSV file
    unit_row: str | None = None  # what the line under its header says, if it names units
    has_time: bool = False  # the relation has the columns `instant_sql` computes
    file_count: int = 1  # of several read as one, the relation has each row's `place`, from 1

    def column(self, name: str) -> Column | None:
        """Find a column by its declared name: exact first, then without regard to case."""
        return matching(self.columns, name)

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
        fields = split_line(line, self.dialect)
        index = self.columns.index(column)
        return index >= len(fields) or fields[index].strip() in ("", *self.dialect.nulls)


def split_line(line: str, dialect: Dialect) -> list[str]:
    """Return the fields of a line of a CSV file."""
    if len(dialect.delimiter) > 1 or not dialect.quote:
        return line.split(dialect.delimiter)
    return next(csv.reader([line], delimiter=dialect.delimiter, quotechar=dialect.quote), [])


def matching(columns: list[Column], name: str) -> Column | None:
    """Find a column by name: exact first, then without regard to case."""
    wanted = name.strip()
    exact = [column for column in columns if column.name == wanted]
    if exact:
        return exact[0]
    folded = [column for column in columns if column.name.casefold() == wanted.casefold()]
    return folded[0] if len(folded) == 1 else None


def is_same(wish: str, name: str) -> bool:
    """Say whether a declared name may mean a column."""
    return wish.strip() == name or wish.strip().casefold() == name.casefold()


def quoted(text: str) -> str:
    """Return a text as an SQL literal."""
    return literal(text)


def constant(text: str) -> str:
    """Return a text that is the same on every row: DuckDB writes an enum much faster."""
    return f"cast({quoted(text)} as enum({quoted(text)}))"


def numeric_by_sample(
    con: duckdb.DuckDBPyConnection, relation: str, idents: list[str], dialect: Dialect
) -> list[bool | None]:
    """Say which text columns hold numbers; None where the sample and the file hold no value."""
    if not idents:
        return []
    counts = ", ".join(
        f"count({ident}), count({number_sql(ident, 'VARCHAR', dialect)})" for ident in idents
    )
    row = con.execute(f"select {counts} from (from {relation} limit {SAMPLE_ROWS})").fetchone()
    assert row is not None
    found: list[bool | None] = []
    for index in range(len(idents)):
        values, numbers = row[2 * index], row[2 * index + 1]
        found.append(is_mostly_numeric(values, numbers))
    return found


def is_mostly_numeric(values: int, numbers: int) -> bool | None:
    """Say whether a column with so many numbers among its values is a sensor; None without any."""
    return numbers > NUMERIC_SHARE * values if values else None


@dataclass(frozen=True)
class AheadTime:
    """The reading's time, read while the rows are staged: every table asks for it."""

    computed: str  # columns of `instant_sql`
    spent: frozenset[str]  # text columns nobody asks for once it is read


def time_ahead(columns: list[Column], wanted: Wanted) -> AheadTime | None:
    """Return the time to read while staging; none where the reader has typed it already."""
    if wanted.reading_at is None:
        return None
    found = [matching(columns, name) for name in wanted.reading_at.column]
    parts = [(column.ident, column.kind) for column in found if column]
    if len(parts) < len(found) or not any(kind == "VARCHAR" for _, kind in parts):
        return None
    kept = {
        column.ident
        for name in wanted.texts | wanted.numbers | wanted.known_sensors
        if (column := matching(columns, name))
    }
    spent = frozenset(ident for ident, _ in parts if ident not in kept)
    return AheadTime(instant_sql(wanted.reading_at, parts, None, None).computed, spent)


def written_columns(columns: list[Column], ahead: AheadTime | None) -> list[str]:
    """Return the expressions of what is written of the columns."""
    spent = ahead.spent if ahead else frozenset()
    written = [column.ident for column in columns if column.ident not in spent]
    return [*written, ahead.computed] if ahead else written


def staged_columns(columns: list[Column], ahead: AheadTime | None) -> list[str]:
    """Return the columns of a staged file by ident, in place of what was not written: null."""
    listed = []
    for column in columns:
        is_spent = ahead is not None and column.ident in ahead.spent
        listed.append(f"cast(null as varchar) as {column.ident}" if is_spent else column.ident)
        if column.misfit:
            listed.append(column.misfit)
    return [*listed, "time_local", "time_is_utc", "time_is_empty"] if ahead else listed


def staged_relation(kept: str, columns: list[Column], ahead: AheadTime | None) -> str:
    """Return the relation over staged rows, with each record's number as `r`."""
    return f"(select {', '.join(staged_columns(columns, ahead))}, r from {kept})"


def count_rows(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = con.execute(f"select count(*) from {relation}").fetchone()
    return int(row[0]) if row else 0


def check_header(names: list[str], wanted: Wanted) -> None:
    """Refuse a header in which a name stands twice or a column without which nothing is known.

    Raises:
        Unreadable: names the columns.
    """
    seen: set[str] = set()
    if names and names[0].startswith(("{", "[{")):
        raise Unreadable(
            "json_file",
            "the file is JSON; see files.format (jsonl: one object on a line)",
        )
    for name in filter(None, names):
        if name in seen:
            raise Unreadable("header_collision", f"the header names the column {name!r} twice")
        seen.add(name)
    columns = [Column(name, "", "", None) for name in names]
    missing = sorted(name for name in wanted.required if not matching(columns, name))
    if missing:
        shown = ", ".join(names[:20])
        raise Unreadable(
            "missing_column", f"the file has no column {', '.join(missing)}; it has: {shown}"
        )


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
    text = ident  # the cast does not mind spaces around it
    if dialect.decimal == ",":
        text = f"case when contains({text}, '.') then null else replace({text}, ',', '.') end"
    return f"try_cast({text} as double)"
