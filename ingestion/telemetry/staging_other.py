"""Stage JSON lines and Parquet files; see `staging` for CSV and what staging means."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.telemetry.declaration import Dialect
from ingestion.telemetry.staging import (
    NUMBER_TYPES,
    NUMERIC_SHARE,
    SAMPLE_ROWS,
    Column,
    Staged,
    Wanted,
    check_header,
    check_lines,
    count_rows,
    number_sql,
    quoted,
)
from ingestion.telemetry.survey import MAX_LINE, BadLine, Unreadable, blame, readable_text


def stage_jsonl(
    con: duckdb.DuckDBPyConnection, path: Path, wanted: Wanted, scratch: Path, job: str
) -> Staged:
    """Stage a file with one JSON object on each line.

    Raises:
        Unreadable: a declared column is in no line, or the counts do not add up.
    """
    whole = wanted.dialect.model_copy(update={"quote": ""})  # quotes are JSON's own affair
    text = readable_text(path, whole, scratch / "clean.jsonl")
    lines = scratch / "lines.parquet"
    con.execute(
        f"copy (select line, {_JSON_PROBLEM} as problem "
        f"from read_csv({quoted(str(text.path))}, auto_detect = false, header = false, "
        "delim = '\x01', quote = '', escape = '', nullstr = '\x02', comment = '', "
        f"max_line_size = {2 * MAX_LINE}, columns = {{'line': 'VARCHAR'}})) "
        f"to {quoted(str(lines))} (format parquet, compression lz4_raw)"
    )
    shapes = con.execute(
        f"select distinct json_keys(line) from read_parquet({quoted(str(lines))}) "
        "where problem is null"
    ).fetchall()
    doubled = any(len(set(keys)) < len(keys) for (keys,) in shapes)
    problem = f"coalesce(problem, {_DOUBLED})" if doubled else "problem"
    records = (
        f"(select line, file_row_number + 1 as r, {problem} as problem "
        f"from read_parquet({quoted(str(lines))}, file_row_number = true))"
    )
    keys = {key for (shape,) in shapes for key in shape}
    names = sorted(keys) or sorted(wanted.required)
    if keys:  # else each line is bad, and each says why
        check_header(names, wanted)
    staged = Staged("", [], 0, list(text.bad_lines), text=text, counts_bad=True)
    broken = con.execute(
        f"select r, problem, line from {records} where problem is not null order by r"
    ).fetchall()
    for (_, reason, line), place in zip(
        broken, staged.line_numbers([row[0] for row in broken]).values(), strict=True
    ):
        staged.bad_lines.append(BadLine(place, reason, _JSON_ERRORS[reason], line[:MAX_LINE]))
    target = scratch / "staged.parquet"
    staged.columns = _write_values(con, records, names, wanted, target)
    staged.relation = _relation(target, staged.columns)
    staged.row_count = count_rows(con, target)
    staged.bad_lines.sort(key=lambda bad: bad.number)
    check_lines(staged)
    return staged


_JSON_PROBLEM = (
    "case when not json_valid(line) then 'bad_json' "
    "when json_type(line) <> 'OBJECT' then 'not_an_object' end"
)
_DOUBLED = (
    "case when problem is null and len(json_keys(line)) <> len(list_distinct(json_keys(line))) "
    "then 'duplicate_key' end"
)
_JSON_ERRORS = {
    "bad_json": "the line is not valid JSON",
    "not_an_object": "the line is JSON, but no object",
    "duplicate_key": "the object names a key twice",
}


def _write_values(
    con: duckdb.DuckDBPyConnection,
    records: str,
    names: list[str],
    wanted: Wanted,
    target: Path,
) -> list[Column]:
    """Write each key's values, numbers as such with a column for what is none; returns the
    columns."""
    paths = ", ".join(quoted('$."' + name.replace('"', '\\"') + '"') for name in names)
    nulls = ", ".join(quoted(word) for word in wanted.dialect.nulls) or "''"
    texts = ", ".join(
        f"case when v[{index + 1}] in ({nulls}) then null else v[{index + 1}] end as c{index}"
        for index in range(len(names))
    )
    values = (
        f"(select r, {texts} from (select r, json_extract_string(line, [{paths}]) as v "
        f"from {records} where problem is null))"
    )
    idents = [f"c{index}" for index in range(len(names))]
    numeric = numeric_by_sample(con, values, idents, wanted.dialect)
    columns = [
        _json_column(name, f"c{index}", numeric[index], wanted) for index, name in enumerate(names)
    ]
    written = ["r"]
    for column in columns:
        if column.misfit:
            number = number_sql(column.ident, "VARCHAR", wanted.dialect)
            written.append(f"{number} as {column.ident}")
            written.append(f"case when {number} is null then {column.ident} end as {column.misfit}")
        else:
            written.append(column.ident)
    con.execute(
        f"copy (select {', '.join(written)} from {values}) to {quoted(str(target))} "
        "(format parquet, compression lz4_raw)"
    )
    return columns


def _json_column(name: str, ident: str, is_numeric: bool | None, wanted: Wanted) -> Column:
    text = {*wanted.texts, *wanted.times}
    known = name in wanted.numbers or name in wanted.known_sensors
    if name not in text and (is_numeric or known):
        return Column(name, ident, "DOUBLE", True, misfit=f"x{ident}")
    return Column(name, ident, "VARCHAR", is_numeric)


def _relation(path: Path, columns: list[Column]) -> str:
    idents = ["r"]
    for column in columns:
        idents += [column.ident, column.misfit] if column.misfit else [column.ident]
    return f"(select {', '.join(idents)} from read_parquet({quoted(str(path))}))"


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
        found.append(numbers >= NUMERIC_SHARE * values if values else None)
    return found


def stage_parquet(
    con: duckdb.DuckDBPyConnection, path: Path, wanted: Wanted, scratch: Path, job: str
) -> Staged:
    """Read a Parquet file in place; its columns are addressed by position, not by name.

    Raises:
        Unreadable: it is no Parquet file, or damaged, or lacks a declared column.
    """
    file = quoted(str(path))
    try:
        tree = con.execute(f"select name, num_children from parquet_schema({file})").fetchall()
        kinds = [
            str(row[1]) for row in con.execute(f"describe from read_parquet({file})").fetchall()
        ]
    except duckdb.Error as error:
        raise blame(error, path, "corrupt_parquet") from None
    names = _top_level(tree)
    if len(names) != len(kinds):
        raise Unreadable("corrupt_parquet", "the file's schema cannot be read")
    check_header([name.strip() for name in names], wanted)
    idents = [f"c{index}" for index in range(len(names))]
    relation = (
        f"(select {', '.join(idents)}, r + 1 as r "
        f"from read_parquet({file}, file_row_number = true) as t({', '.join(idents)}, r))"
    )
    texts = [ident for ident, kind in zip(idents, kinds, strict=True) if kind == "VARCHAR"]
    try:
        sampled = numeric_by_sample(con, relation, texts, wanted.dialect)
        row_count = count_rows(con, path)
    except duckdb.Error as error:
        raise blame(error, path, "corrupt_parquet") from None
    numeric = dict(zip(texts, sampled, strict=True))
    columns = [
        Column(name.strip(), ident, kind, numeric.get(ident, _is_number(kind)))
        for name, ident, kind in zip(names, idents, kinds, strict=True)
    ]
    return Staged(relation, columns, row_count)


def _top_level(tree: list[tuple[str, int | None]]) -> list[str]:
    """Return the names of the columns from the schema, which lists nested fields in between."""
    names: list[str] = []
    position = 1

    def skip(at: int) -> int:
        children = tree[at][1] or 0
        at += 1
        for _ in range(children):
            at = skip(at)
        return at

    while position < len(tree):
        names.append(tree[position][0])
        position = skip(position)
    return names


def _is_number(kind: str) -> bool:
    return kind in NUMBER_TYPES or kind.startswith("DECIMAL")
