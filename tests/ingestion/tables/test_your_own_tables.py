"""The examples of docs/your-own-tables.md, read as they stand there."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa
import yaml

from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.tables.database import _rows, _write
from ingestion.tables.declaration import Table
from tests.ingestion.tables.test_reader import taken

PAGE = (PROJECT_ROOT / "docs" / "your-own-tables.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
KEYS = {
    "orders": [(1, 1250.5), (2, 12.0)],
    "events": [("e1", '{"plan":"free"}'), ("e2", '{"plan":"pro"}')],
    "readings": [("north", 4.5), ("south", 9.25)],
    "customers": [(1, "Ada"), (2, "Bo")],
    "states": [(1, "open"), (2, "open"), (2, "closed")],
}
COLUMNS = {
    "orders": ("order_id", "amount"), "events": ("event_id", "user"),
    "readings": ("station", "celsius"), "customers": ("customer_id", "name"),
    "states": ("id", "state"),
}  # fmt: skip


def examples() -> dict[str, tuple[Table, list[tuple[str, str]]]]:
    """Return, by table, its declaration and the data above it."""
    found, data = {}, []
    for language, name, body in BLOCK.findall(PAGE):
        if language == "yaml":
            table = Table.model_validate(yaml.safe_load(body))
            found[table.table.partition(".")[2]] = (table, data)
            data = []
        else:
            data.append((name, body))
    return found


def put(folder: Path, name: str, body: str) -> Path:
    """Write an example's data: a text as it is, SQL as what it makes."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        duckdb.connect().execute(f"copy ({body}) to '{path}' (format parquet)")
    elif path.suffix == ".db":
        with sqlite3.connect(path) as database:
            database.executescript(body)
    else:
        path.write_text(body, encoding="utf-8")
    return path


def rows_of(folder: Path, path: Path, table: Table) -> list[dict[str, Any]]:
    if path.suffix == ".db":
        assert table.sql is not None
        engine = sa.create_engine(f"sqlite:///{path}")
        items = [row for page in [list(_rows(table.sql, engine, "customers", ""))] for row in page]
        path = folder / "rows.jsonl"
        _write(items, path)
    found, rows = taken(folder, path, table)
    assert not found.rejects
    return rows


@pytest.mark.parametrize("name", KEYS)
def test_an_example_is_read_as_its_page_says(tmp_path: Path, name: str) -> None:
    table, data = examples()[name]
    rows = [row for one in data for row in rows_of(tmp_path, put(tmp_path, *one), table)]
    assert [tuple(row[column] for column in COLUMNS[name]) for row in rows] == KEYS[name]
    assert all(row[table.time] is not None for row in rows if table.time)
