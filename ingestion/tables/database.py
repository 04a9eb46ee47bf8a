"""Read an SQL database through dlt's `sql_database`, into the same shape as files.

Rows come as the driver gives them and go through the same mapping as JSON lines: a value that
does not fit is a rejected row, never a failed load. dlt keeps the cursor in the pipeline's state,
which is part of the package: a load that is set aside is read again.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import dlt
import sqlalchemy as sa
from dlt.sources.sql_database import sql_table

from ingestion.landing.declarations import Declared, variable
from ingestion.landing.deliveries import FoundFile
from ingestion.landing.package import Package
from ingestion.landing.resources import piecewise_source
from ingestion.tables.grammar import Sql

CHUNK_ROWS = 50_000


def open_database(entry: Declared) -> sa.Engine:
    """Open the database whose address stands in the declared variable."""
    assert entry.declaration.sql is not None
    url = variable(entry.declaration.sql.connection) or ""
    for short in ("postgresql://", "postgres://"):
        if url.startswith(short):  # SQLAlchemy 2.1 would look for another driver than ours
            url = "postgresql+psycopg2://" + url.removeprefix(short)
    return sa.create_engine(url)


def database_resource(
    entry: Declared,
    engine: sa.Engine,
    package: Package,
    count: Callable[[Package], None],
    sources: Any,
    era: str,
) -> Any:
    """Return the dlt source that lands a declared table or query.

    Where it goes on from is kept by `era`: with another one the table is read from its start.
    """
    declared = entry.declaration.sql
    assert declared is not None
    rows = _rows(declared, engine, entry.name, era)

    @dlt.transformer(data_from=rows, name=f"{entry.name}_canonical", max_table_nesting=0)
    def canonical_rows(items: list[dict[str, Any]]) -> Iterator[Any]:
        package.start_part()
        number = package.part_number
        path = package.folder / f"rows{number:05}.jsonl"
        byte_count = _write(items, path)
        address = f"{declared.connection}/{declared.table or 'query'}@{package.load_id}#{number}"
        found = FoundFile(entry.name, "rows", address, str(path), byte_count, "")
        for _ in package.read([found], str(path)):
            pass
        tables = package.finish(sources)
        count(package)
        yield tables

    return piecewise_source(package.product_source.domain, canonical_rows)


def _rows(declared: Sql, engine: sa.Engine, name: str, era: str) -> Any:
    """Return dlt's resource over the table, or over the query as if it were one."""
    metadata = sa.MetaData(schema=declared.schema_name)
    table, adapter = declared.table or name, None
    if declared.query:
        table = name
        metadata = sa.MetaData()
        sa.Table(table, metadata, *_query_columns(engine, declared.query))
        adapter = _query_adapter(declared.query)
    incremental: dlt.sources.incremental[Any] | None = None
    if declared.cursor:
        incremental = dlt.sources.incremental(declared.cursor)
    resource = sql_table(
        credentials=engine,
        table=table,
        metadata=metadata,
        incremental=incremental,
        chunk_size=CHUNK_ROWS,
        backend="sqlalchemy",
        reflection_level="minimal",
        table_adapter_callback=_as_the_driver_gives,
        query_adapter_callback=adapter,
    )
    return resource.with_name(f"{name}_rows{era}")


def _as_the_driver_gives(table: sa.Table) -> sa.Table:
    """Take SQLAlchemy's conversions off: one bad date in SQLite would end the whole load."""
    for column in table.columns:
        column.type = sa.types.NullType()
    return table


def _query_columns(engine: sa.Engine, query: str) -> list[sa.Column[Any]]:
    with engine.connect() as connection:
        result = connection.execute(sa.text(f"select * from ({query}) as sluice_query where 1 = 0"))
        return [sa.Column(name, sa.types.NullType()) for name in result.keys()]  # noqa: SIM118


def _query_adapter(query: str) -> Any:
    """Select from the query under the name of the table it stands for."""

    def adapt(select: Any, table: sa.Table, *_: Any) -> Any:
        named = sa.text(query).columns(*(sa.column(column.name) for column in table.columns))
        return select.add_cte(named.cte(table.name))

    return adapt


def _write(items: list[dict[str, Any]], path: Path) -> int:
    """Write rows as JSON lines; returns the bytes written."""
    with path.open("w", encoding="utf-8") as stream:
        for item in items:
            stream.write(json.dumps({key: _plain(value) for key, value in item.items()}) + "\n")
    return path.stat().st_size


def _plain(value: Any) -> Any:
    """A driver's value as JSON, exactly."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)
