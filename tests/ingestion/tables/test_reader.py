"""An ordinary table: every declared type, and a reason for each row that does not fit."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from ingestion.landing.rejecting import Provenance, Unreadable
from ingestion.landing.worker import FileRead, Job, ReaderContext
from ingestion.tables.declaration import Table
from ingestion.tables.reader import read
from ingestion.tables.shapes import shape

COLUMNS = {
    "id": "integer",
    "name": "text",
    "size": "number",
    "is_open": "boolean",
    "day": "date",
    "seen_at": "timestamp",
}


def declared(**more: Any) -> Table:
    entry = {"table": "shop.orders", "files": {"paths": "*"}, "columns": COLUMNS, "key": "id"}
    return Table.model_validate(entry | more)


def taken(tmp_path: Path, path: Path, table: Table) -> tuple[FileRead, list[dict[str, Any]]]:
    """Read one file as the reading process does; returns what came of it, and the rows."""
    connection = duckdb.connect()
    connection.execute("set global TimeZone = 'UTC'")
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    origin = Provenance("l1", "orders", path.name, "hash")
    text = table.model_dump_json(by_alias=True, exclude_defaults=True)
    job = Job(1, "data", path, path.name, origin, scratch, text, {})
    found = read(ReaderContext(connection, 1, scratch), job)
    assert found.rows_in == found.rows_accepted + len(found.rejects)
    rows = pq.read_table(found.parts[0][1]) if found.parts else None
    if rows is None:
        return found, []
    assert rows.schema.names == shape(table).names
    wanted = [field.type for field in shape(table)]
    assert [one.type for one in rows.cast(shape(table)).schema] == wanted
    return found, rows.to_pylist()


def csv_file(tmp_path: Path, *lines: str, name: str = "orders.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


HEADER = "id,name,size,is_open,day,seen_at"
GOOD = "1,Näd,1.5,yes,2026-01-05,2026-01-05T10:00:00+02:00"


def test_every_type_is_read_as_declared(tmp_path: Path) -> None:
    found, rows = taken(tmp_path, csv_file(tmp_path, HEADER, GOOD), declared())
    own = {name: rows[0][name] for name in COLUMNS}
    assert own == {
        "id": 1,
        "name": "Näd",
        "size": 1.5,
        "is_open": True,
        "day": date(2026, 1, 5),
        "seen_at": datetime(2026, 1, 5, 8),
    }
    assert (rows[0]["source"], rows[0]["source_file"], rows[0]["record_number"]) == (
        "orders", "orders.csv", 1,
    )  # fmt: skip
    assert not found.rejects


@pytest.mark.parametrize(
    ("line", "column", "reason", "said"),
    [
        ("x,a,1,yes,2026-01-05,2026-01-05", "id", "not_of_type", "the value is no integer"),
        ("3.5,a,1,yes,2026-01-05,2026-01-05", "id", "not_of_type", "no integer"),
        (",a,1,yes,2026-01-05,2026-01-05", "id", "missing_value", "there is no value"),
        ("2,a,big,yes,2026-01-05,2026-01-05", "size", "not_of_type", "no number"),
        ("2,a,inf,yes,2026-01-05,2026-01-05", "size", "not_finite", "infinite"),
        ("2,a,1,perhaps,2026-01-05,2026-01-05", "is_open", "not_of_type", "no boolean"),
        ("2,a,1,yes,2026-02-30,2026-01-05", "day", "bad_timestamp", "not a time"),
        ("2,a,1,yes,2026-01-05,soon", "seen_at", "bad_timestamp", "not a time"),
        ("2,a,1", None, "too_few_columns", "column"),
    ],
)
def test_a_row_that_does_not_fit_is_a_reject_with_line_column_and_text(
    tmp_path: Path, line: str, column: str | None, reason: str, said: str
) -> None:
    found, rows = taken(tmp_path, csv_file(tmp_path, HEADER, GOOD, line), declared())
    assert len(rows) == 1
    (reject,) = found.rejects
    assert (reject.line_number, reject.reason, reject.raw_text) == (3, reason, line)
    assert reject.column_name == column
    assert said in reject.error.lower()


def test_an_empty_cell_is_no_value_and_no_reject_where_none_is_needed(tmp_path: Path) -> None:
    found, rows = taken(tmp_path, csv_file(tmp_path, HEADER, "1,,NA,,-,"), declared())
    assert [rows[0][name] for name in list(COLUMNS)[1:]] == [None] * 5
    assert not found.rejects
    needed = COLUMNS | {"name": {"type": "text", "required": True}}
    found, _ = taken(tmp_path, csv_file(tmp_path, HEADER, "1,,1,,,"), declared(columns=needed))
    assert [one.reason for one in found.rejects] == ["missing_value"]


def test_columns_go_by_other_names_and_those_not_declared_are_noted(tmp_path: Path) -> None:
    columns = {"id": {"type": "integer", "column": "Nr."}, "name": "text"}
    path = csv_file(tmp_path, "Nr.;Name;Extra", "7;a;word", "8;b;3")
    table = declared(columns=columns, files={"paths": "*", "dialect": {"delimiter": ";"}})
    found, rows = taken(tmp_path, path, table)
    assert [(row["id"], row["name"]) for row in rows] == [(7, "a"), (8, "b")]
    assert found.notes["columns"] == {"Nr.": "mapped", "Name": "mapped", "Extra": "ignored"}


def test_a_file_without_a_key_column_is_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="the file has no column id; it has: name"):
        taken(tmp_path, csv_file(tmp_path, "name", "a"), declared())


def test_times_are_read_in_the_zone_of_the_table_or_column(tmp_path: Path) -> None:
    columns = {
        "id": "integer",
        "a": {"type": "timestamp", "format": "%d.%m.%Y %H:%M"},
        "b": {"type": "timestamp", "zone": "America/New_York"},
    }
    table = declared(columns=columns, zone="Europe/Berlin")
    lines = ("1,05.07.2026 12:00,2026-01-05 12:00", "2,29.03.2026 02:30,2026-01-05 12:00")
    found, rows = taken(tmp_path, csv_file(tmp_path, "id,a,b", *lines), table)
    assert [(row["a"], row["b"]) for row in rows] == [
        (datetime(2026, 7, 5, 10), datetime(2026, 1, 5, 17))
    ]
    assert [(one.line_number, one.reason) for one in found.rejects] == [
        (3, "nonexistent_local_time")
    ]


def test_rows_before_since_are_left_out_each_with_a_reject_that_says_so(tmp_path: Path) -> None:
    table = declared(time="day", since="2026-01-01")
    path = csv_file(tmp_path, "id,day", "1,2025-12-31", "2,2026-01-01")
    found, rows = taken(tmp_path, path, table)
    assert [row["id"] for row in rows] == [2]
    assert [one.reason for one in found.rejects] == ["before_since"]
    assert found.notes["first_at"] == found.notes["last_at"]


def test_json_lines_and_parquet_give_the_same_rows_as_csv(tmp_path: Path) -> None:
    csv_rows = taken(tmp_path, csv_file(tmp_path, HEADER, GOOD), declared())[1]
    one = {"id": 1, "name": "Näd", "size": 1.5, "is_open": True, "day": "2026-01-05"}
    lines = tmp_path / "orders.jsonl"
    lines.write_text(json.dumps(one | {"seen_at": "2026-01-05T10:00:00+02:00"}) + "\n")
    parquet = tmp_path / "orders.parquet"
    typed = one | {"day": date(2026, 1, 5), "seen_at": datetime(2026, 1, 5, 8)}
    pq.write_table(pa.Table.from_pylist([typed]), parquet)
    for path in (lines, parquet):
        _, rows = taken(tmp_path, path, declared())
        assert [row | {"source_file": ""} for row in rows] == [
            row | {"source_file": ""} for row in csv_rows
        ]


def own_rows(path: Path) -> list[dict[str, Any]]:
    """A reader of one's own, for files of no known format."""
    text = path.read_text()
    if "broken" in text:
        raise ValueError("not this one")
    return [{"id": int(part), "name": f"n{part}"} for part in text.split("|")]


def test_a_reader_of_ones_own_yields_rows(tmp_path: Path) -> None:
    table = declared(columns={"id": "integer", "name": "text"}, reader=f"{__name__}:own_rows")
    path = tmp_path / "odd.bin"
    path.write_text("4|5")
    assert [row["name"] for row in taken(tmp_path, path, table)[1]] == ["n4", "n5"]
    path.write_text("broken")
    with pytest.raises(Unreadable, match="own_rows: ValueError: not this one"):
        taken(tmp_path, path, table)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"table": "orders"}, "pattern"),
        ({"table": "shop.files"}, "files is a table every product has"),
        ({"columns": {"load_id": "text"}}, "load_id: every table has this column"),
        ({"columns": {"id": "float"}}, "'text', 'integer'"),
        ({"key": "nothing"}, "key: nothing is none of the columns"),
        ({"time": "name"}, "time: name is no column of type date or timestamp"),
        ({"since": "2026-01-01"}, "since: needs `time`"),
        ({"zone": "Mars/Olympus", "time": "seen_at"}, "Mars/Olympus"),
        ({"files": None}, "exactly one of `files` and `sql`"),
        ({"tier": "secret"}, "'open', 'restricted'"),
    ],
)
def test_a_declaration_that_cannot_be_used_says_why(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        declared(**change)
