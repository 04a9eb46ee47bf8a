"""What a gate promises, as plain data: read it without running anything."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Severity = Literal["critical", "warn"]

_REFERENCE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Groups:
    """What a promise asks of the groups of rows that share the value of a column."""

    by: str
    aggregates: Mapping[str, str]  # {name: SQL}
    having: str


@dataclass(frozen=True)
class Promise:
    """One expectation about a table; `because` is the sentence a reader of the docs sees."""

    name: str
    severity: Severity
    expectation: str
    arguments: dict[str, Any]
    because: str = ""
    # what its query says, in parts: those of several promises are counted together
    groups: Groups | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.severity not in ("critical", "warn"):
            raise ValueError(f"{self.name}: a promise is critical or warn, not {self.severity!r}")
        if not self.expectation.startswith("expect_") and not self.query:
            raise ValueError(f"{self.name}: {self.expectation!r} is no expectation")
        if self.query and "batch" not in self.references:
            raise ValueError(f"{self.name}: the query must read its own table as {{batch}}")

    @property
    def query(self) -> str | None:
        """The SQL of a promise that lists the rows that break it."""
        return self.arguments.get("unexpected_rows_query")

    @property
    def constants(self) -> dict[str, str]:
        """{name in braces: query of one value} of what is asked for before the query is."""
        return self.arguments.get("constants", {})

    @property
    def references(self) -> set[str]:
        """Names in braces that the query reads: `batch` and other tables of the gate."""
        named = "".join([self.query or "", *self.constants.values()])
        return set(_REFERENCE.findall(named)) - set(self.constants)


@dataclass(frozen=True)
class Table:
    """The promises about one table that a gate is given.

    With `since`, a column that only ever grows (the load id), rows that a passing gate has
    judged before are not judged again: a delivery is weighed alone, not watered down by all
    that came before it, and a day costs a day's work.
    """

    name: str
    key: tuple[str, ...]
    promises: tuple[Promise, ...]
    since: str | None = None

    def __post_init__(self) -> None:
        names = [promise.name for promise in self.promises]
        if len(set(names)) < len(names):
            raise ValueError(f"{self.name}: two promises bear the same name")

    @property
    def fingerprint(self) -> str:
        """A digest of the promises: when they change, everything is judged again."""
        return hashlib.sha256(repr((self.since, self.promises)).encode()).hexdigest()[:16]


def table(
    name: str, promises: Sequence[Promise], *, key: Sequence[str] = (), since: str | None = None
) -> Table:
    """Declare the promises about one table; `key` names the rows shown as examples."""
    return Table(name, tuple(key), tuple(promises), since)


def promise(
    name: str, severity: Severity, expectation: str, *, because: str = "", **arguments: Any
) -> Promise:
    """Declare an expectation from Great Expectations' gallery with its arguments."""
    return Promise(name, severity, expectation, arguments, because)


def landed(name: str = "something has landed") -> Promise:
    """Promise that a table has a row; an empty one is worth a word and stops nothing."""
    return promise(name, "warn", "expect_table_row_count_to_be_between", min_value=1)


def no_rows(
    name: str,
    severity: Severity,
    query: str,
    because: str = "",
    constants: Mapping[str, str] | None = None,
) -> Promise:
    """Declare that a query finds nothing.

    `{batch}` stands for the table itself, `{other}` for another table of the same gate, and a name
    of `constants` for the one value its query gives, null or a text: a bound by which a view is
    read in part.
    """
    text = "\n".join(line.strip() for line in query.strip().splitlines())
    arguments: dict[str, Any] = {"unexpected_rows_query": text}
    if constants:
        arguments["constants"] = dict(constants)
    return Promise(name, severity, "unexpected_rows_expectation", arguments, because)


def no_groups(
    name: str,
    severity: Severity,
    by: str,
    having: str,
    because: str = "",
    **aggregates: str,
) -> Promise:
    """Declare that a condition holds for no group of rows that share the value of a column.

    Groups are few, as those of a source are: what is promised of them and of single values costs
    one scan of the table.

    Args:
        name: the promise.
        severity: what it does to a build when it is broken.
        by: the column.
        having: the condition, over the names of the aggregates.
        because: why it is promised.
        aggregates: what is counted of a group, in SQL.
    """
    counted = ", ".join([by, *(f"{text} as {name}" for name, text in aggregates.items())])
    query = f"select * from (select {counted} from {{batch}} group by {by}) where {having}"
    return replace(no_rows(name, severity, query, because), groups=Groups(by, aggregates, having))


def has_columns(*columns: str) -> list[Promise]:
    """Declare columns without which nothing below can be built."""
    return [
        promise(f"{column} is there", "critical", "expect_column_to_exist", column=column)
        for column in columns
    ]


def filled(*columns: str, severity: Severity = "critical", mostly: float = 1) -> list[Promise]:
    """Declare that columns have a value, at least in the share `mostly` of the rows."""
    expectation = "expect_column_values_to_not_be_null"
    return [
        promise(f"{column} is filled", severity, expectation, column=column, mostly=mostly)
        for column in columns
    ]


def between(
    name: str, severity: Severity, column: str, low: Any, high: Any, *, mostly: float = 1
) -> Promise:
    """Declare the range of a column's values; rows without a value are not counted."""
    return promise(
        name,
        severity,
        "expect_column_values_to_be_between",
        column=column,
        min_value=low,
        max_value=high,
        mostly=mostly,
    )


def one_of(column: str, values: Sequence[Any], severity: Severity = "critical") -> Promise:
    """Declare the values a column may have; rows without a value are not counted."""
    return promise(
        f"{column} is a known one",
        severity,
        "expect_column_values_to_be_in_set",
        column=column,
        value_set=list(values),
    )


def unique(*columns: str, severity: Severity = "critical") -> Promise:
    """Declare that no two rows agree in these columns."""
    name = f"{' + '.join(columns)} is unique"
    if len(columns) == 1:
        known = "expect_column_values_to_be_unique"
        return promise(name, severity, known, column=columns[0])
    known = "expect_compound_columns_to_be_unique"
    return promise(name, severity, known, column_list=list(columns))


def refers(column: str, other: str, other_column: str, severity: Severity = "critical") -> Promise:
    """Declare that each value of a column is one of another table's column."""
    return no_rows(
        f"{column} is one of {other}",
        severity,
        f"""
        select distinct {column} from {{batch}}
        where {column} not in (
            select {other_column} from {{{other}}} where {other_column} is not null
        )
        """,
    )


def not_shrunk(
    released: str, share: float = 0.5, severity: Severity = "critical", counted: str | None = None
) -> Promise:
    """Declare that a table keeps a share of the rows it had in the last release.

    `counted` is another table to count, where that costs less.
    """
    return no_rows(
        f"{released} has at least {share:.0%} of the rows of the last release",
        severity,
        f"""
        select table_name, row_count as released_count, new_count
        from {{last_release}}
        cross join (select count(*) as new_count from {{{counted or released}}})
        where table_name = '{released}' and new_count < {share} * row_count
            and (true or exists (select 1 from {{batch}}))
        """,
        because="history does not vanish over night: a source or a filter did",
    )


# delivered files without the rows that lie before the declared `since`: these were not wanted,
# and say nothing of how well the others could be read
FILES_WANTED = """(
    select
        * exclude (left_out_count)
        replace (rows_rejected - coalesce(left_out_count, 0) as rows_rejected)
    from {batch} left join (
        select load_id, source, source_file, count(*) as left_out_count from {rejects}
        where reason = 'before_since' group by load_id, source, source_file
    ) using (load_id, source, source_file)
)"""


def complete(row: str, delivery: str = "delivery") -> Promise:
    """Promise that rows (what one is called) came with a delivery, or a run, that is whole."""
    key, table_name = ("run_id", "runs") if delivery == "run" else ("load_id", "files")
    rows = f"{row[:-1]}ies" if row.endswith("y") else f"{row}s"
    return no_rows(
        f"{rows} belong to a {delivery} that is complete",
        "warn",
        f"""
        select {key}, count(*) as {row}_count from {{batch}}
        where {key} not in (select {key} from {{{table_name}}})
        group by {key}
        """,
        because="a landing is under way, or was killed: the next one completes it",
    )


def files_add_up() -> list[Promise]:
    """Promise that each delivered file is named and that its rows are all accounted for."""
    return [
        *filled("load_id", "source", "source_file", "file_hash", "status", "landed_at"),
        one_of("status", ["loaded", "duplicate", "rejected"]),
        no_rows(
            "rows in = accepted + duplicate + rejected",
            "critical",
            """
            select source_file, rows_in, rows_accepted, rows_duplicate, rows_rejected
            from {batch}
            where rows_in is distinct from rows_accepted + rows_duplicate + rows_rejected
            """,
        ),
    ]


def few_rejects(whole: str, share: float, said: str) -> Promise:
    """Promise that of what a source (how one is called) delivered at most a share was refused."""
    return no_rows(
        f"a {whole} is at most {said} rejects",
        "warn",
        f"""
        select source, sum(rows_in) as rows_in, sum(rows_rejected) as rows_rejected
        from {FILES_WANTED} group by source
        having sum(rows_rejected) > {share} * sum(rows_in)
        """,
    )
