"""Stage JSON lines; see `staging` for CSV and what staging means.

Nearly all lines of a file name the same keys in the same order: these are taken apart in one pass.
The others (damaged, of another shape, with a key twice) are looked at one by one.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import duckdb

from ingestion.landing.rejecting import Unreadable
from ingestion.tables.grammar import Dialect
from ingestion.tables.keeping import keep
from ingestion.tables.staged import (
    SAMPLE_ROWS,
    AheadTime,
    Column,
    Staged,
    Wanted,
    check_header,
    check_lines,
    count_rows,
    number_sql,
    numeric_by_sample,
    quoted,
    staged_columns,
    time_ahead,
)
from ingestion.tables.survey import MAX_LINE, BadLine, Text

ODD_SHARE = 0.2  # with more odd lines than this there is no usual shape

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


def stage_lines(
    con: duckdb.DuckDBPyConnection, text: Text, wanted: Wanted, scratch: Path
) -> Staged:
    """Stage a text with one JSON object on each line.

    Raises:
        Unreadable: a declared column is in no line, or the counts do not add up.
    """
    staged = _stage_usual(con, text, wanted, scratch) or _stage_each(con, text, wanted, scratch)
    check_lines(staged)
    return staged


def _numbered_lines(text: Text) -> str:
    return (
        f"(select line, row_number() over () as r "
        f"from read_csv({quoted(str(text.path))}, auto_detect = false, header = false, "
        "delim = '\x01', quote = '', escape = '', nullstr = '\x02', comment = '', "
        f"max_line_size = {2 * MAX_LINE}, buffer_size = {4 * MAX_LINE}, "
        "columns = {'line': 'VARCHAR'}))"
    )


def _begun(text: Text) -> Staged:
    return Staged("", [], 0, text.byte_count, list(text.bad_lines), text=text, counts_bad=True)


def _stage_usual(
    con: duckdb.DuckDBPyConnection, text: Text, wanted: Wanted, scratch: Path
) -> Staged | None:
    """Stage a file whose lines have one shape; None when too many have another."""
    if (usual := _usual_shape(con, text, wanted)) is None:
        return None
    shape, has_booleans = usual
    staged = _begun(text)
    names = sorted(shape)
    values = _usual_values(text, shape, names, wanted.dialect, frozenset())
    staged.columns = _columns(con, f"(from {values} where odd is null)", names, wanted)
    ahead = time_ahead(staged.columns, wanted)
    typed = frozenset[str]()
    if not has_booleans and _takes_numbers_as_written(wanted.dialect):
        typed = frozenset(column.ident for column in staged.columns if column.misfit)
        values = _usual_values(text, shape, names, wanted.dialect, typed)
    written = _written(staged.columns, ahead, wanted.dialect, typed)
    rows = f"select r, odd, {written} from {values}"
    read = keep(con, rows, scratch / "staged.parquet", text.byte_count)
    total, odd = con.execute(f"select count(*), count(odd) from {read}").fetchall()[0]
    if odd > max(100, ODD_SHARE * total):
        return None
    parts = [f"{read} where odd is null"]
    if odd:
        lines = f"(select odd as line, r from {read} where odd is not null)"
        keys, records = _examined(con, lines, text.byte_count, scratch)
        if not keys <= set(names):
            return None
        _take_broken(con, staged, records)
        written = _written(staged.columns, ahead, wanted.dialect, frozenset())
        rows = f"select r, {written} from {_each_value(records, names, wanted.dialect)}"
        parts.append(keep(con, rows, scratch / "odd.parquet", text.byte_count))
        odd -= count_rows(con, parts[-1])
    _finish(staged, ahead, parts, total - odd)
    return staged


def _usual_values(
    text: Text, shape: list[str], names: list[str], dialect: Dialect, typed: frozenset[str]
) -> str:
    """Return the values of lines of the usual shape, and the other lines whole as `odd`.

    Values are texts; those of `typed` columns are numbers, beside the text of what is none.
    """
    idents = {name: f"c{index}" for index, name in enumerate(names)}
    kinds = {name: "DOUBLE" if idents[name] in typed else "VARCHAR" for name in shape}
    keys = ", ".join(quoted(name) for name in shape)
    usual = f"case when json_valid(line) then json_keys(line) = [{keys}] else false end"
    if typed:  # true would be read as the number 1
        usual = f"({usual}) and not contains(line, 'true') and not contains(line, 'false')"
    values = []
    for name, ident in idents.items():
        value = f"struct_extract_at(v, {shape.index(name) + 1})"
        if ident in typed:
            other = f"json_extract_string(whole, {_path(name)})"
            values.append(
                f"{value} as {ident}, case when {value} is null then {other} end as x{ident}"
            )
        else:
            values.append(f"{_nulled(value, dialect)} as {ident}")
    types = quoted(json.dumps(kinds, ensure_ascii=False))
    return (
        f"(select r, odd, {', '.join(values)} from (select *, from_json(whole, {types}) as v "
        f"from (select r, case when usual then line end as whole, "
        f"case when not usual then line end as odd "
        f"from (select r, line, {usual} as usual from {_numbered_lines(text)}))))"
    )


def _takes_numbers_as_written(dialect: Dialect) -> bool:
    """Say whether a JSON number is what it says: no decimal comma, and none stands for null."""
    return dialect.decimal == "." and not any(_is_number(word) for word in dialect.nulls)


def _is_number(word: str) -> bool:
    try:
        return not math.isnan(float(word))  # NaN is no value, whichever way it is read
    except ValueError:
        return False


def _usual_shape(
    con: duckdb.DuckDBPyConnection, text: Text, wanted: Wanted
) -> tuple[list[str], bool] | None:
    """Return the keys most of the first lines name, and whether truth values are among theirs.

    None where the keys cannot be the columns.
    """
    keys, has_booleans = con.execute(
        "select mode(json_keys(line)), bool_or(contains(line, 'true') or contains(line, 'false')) "
        f"from (from {_numbered_lines(text)} limit {SAMPLE_ROWS}) where ({_JSON_PROBLEM}) is null"
    ).fetchall()[0]
    shape: list[str] = keys or []
    if not shape or "" in shape or len({key.casefold() for key in shape}) < len(shape):
        return None
    try:
        check_header(shape, wanted)
    except Unreadable:
        return None  # other lines may name what these do not
    return shape, has_booleans


def _stage_each(
    con: duckdb.DuckDBPyConnection, text: Text, wanted: Wanted, scratch: Path
) -> Staged:
    """Stage a file whose lines have many shapes."""
    staged = _begun(text)
    keys, records = _examined(con, _numbered_lines(text), text.byte_count, scratch)
    names = sorted(keys) or sorted(wanted.required)
    if keys:  # else each line is bad, and each says why
        check_header(names, wanted)
    _take_broken(con, staged, records)
    values = _each_value(records, names, wanted.dialect)
    staged.columns = _columns(con, values, names, wanted)
    ahead = time_ahead(staged.columns, wanted)
    written = _written(staged.columns, ahead, wanted.dialect, frozenset())
    rows = f"select r, {written} from {values}"
    kept = keep(con, rows, scratch / "staged.parquet", text.byte_count)
    _finish(staged, ahead, [kept], count_rows(con, kept))
    return staged


def _examined(
    con: duckdb.DuckDBPyConnection, lines: str, byte_count: int, scratch: Path
) -> tuple[set[str], str]:
    """Return the keys that occur, and the lines with the problem of each: `line, r, problem`."""
    rows = f"select line, r, {_JSON_PROBLEM} as problem from {lines}"
    kept = keep(con, rows, scratch / "lines.parquet", byte_count)
    shapes = con.execute(
        f"select distinct json_keys(line) from {kept} where problem is null"
    ).fetchall()
    doubled = any(len(set(keys or ())) < len(keys or ()) for (keys,) in shapes)
    problem = f"coalesce(problem, {_DOUBLED})" if doubled else "problem"
    records = f"(select line, r, {problem} as problem from {kept})"
    return {key for (keys,) in shapes for key in keys or ()}, records


def _take_broken(con: duckdb.DuckDBPyConnection, staged: Staged, records: str) -> None:
    """Set the lines aside that cannot be used."""
    broken = con.execute(
        f"select r, problem, line from {records} where problem is not null order by r"
    ).fetchall()
    places = staged.line_numbers([row[0] for row in broken]).values()
    for (_, reason, line), place in zip(broken, places, strict=True):
        staged.bad_lines.append(BadLine(place, reason, _JSON_ERRORS[reason], line[:MAX_LINE]))
    staged.bad_lines.sort(key=lambda bad: bad.number)


def _each_value(records: str, names: list[str], dialect: Dialect) -> str:
    paths = ", ".join(_path(name) for name in names)
    texts = ", ".join(
        f"{_nulled(f'v[{index + 1}]', dialect)} as c{index}" for index in range(len(names))
    )
    return (
        f"(select r, {texts} from (select r, json_extract_string(line, [{paths}]) as v "
        f"from {records} where problem is null))"
    )


def _path(name: str) -> str:
    return quoted('$."' + name.replace('"', '\\"') + '"')


def _nulled(value: str, dialect: Dialect) -> str:
    words = dialect.nulls or ("",)
    nulls = ", ".join(quoted(word) for word in words)
    longest = max(len(word.encode()) for word in words)  # most values are told by their length
    return (
        f"case when strlen({value}) <= {longest} and {value} in ({nulls}) then null "
        f"else {value} end"
    )


def _columns(
    con: duckdb.DuckDBPyConnection, values: str, names: list[str], wanted: Wanted
) -> list[Column]:
    told = wanted.mapped | wanted.known_sensors
    asked = [index for index, name in enumerate(names) if name not in told]
    sampled = numeric_by_sample(con, values, [f"c{index}" for index in asked], wanted.dialect)
    numeric = dict(zip(asked, sampled, strict=True))
    return [
        _json_column(name, f"c{index}", numeric.get(index), wanted)
        for index, name in enumerate(names)
    ]


def _json_column(name: str, ident: str, is_numeric: bool | None, wanted: Wanted) -> Column:
    text = {*wanted.texts, *wanted.times}
    known = name in wanted.numbers or name in wanted.known_sensors
    if name not in text and (is_numeric or known):
        return Column(name, ident, "DOUBLE", True, misfit=f"x{ident}")
    return Column(name, ident, "VARCHAR", is_numeric)


def _written(
    columns: list[Column], ahead: AheadTime | None, dialect: Dialect, typed: frozenset[str]
) -> str:
    """Return what is kept of each key's values: numbers as such, beside the text of what is none.

    Columns of `typed` come as numbers already.
    """
    written = []
    for column in columns:
        if column.ident in typed:
            misfit = _nulled(f"x{column.ident}", dialect)
            written += [column.ident, f"{misfit} as {column.misfit}"]
        elif column.misfit:
            number = number_sql(column.ident, "VARCHAR", dialect)
            written.append(f"{number} as {column.ident}")
            written.append(f"case when {number} is null then {column.ident} end as {column.misfit}")
        elif ahead is None or column.ident not in ahead.spent:
            written.append(column.ident)
    if ahead:
        written.append(ahead.computed)
    return ", ".join(written)


def _finish(staged: Staged, ahead: AheadTime | None, parts: list[str], rows: int) -> None:
    shown = ", ".join(["r", *staged_columns(staged.columns, ahead)])
    staged.relation = f"({' union all '.join(f'select {shown} from {part}' for part in parts)})"
    staged.has_time = ahead is not None
    staged.row_count = rows
