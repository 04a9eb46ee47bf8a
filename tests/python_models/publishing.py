"""A build database made by hand, to publish from without dbt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.lake import lake
from python_models.release import publish as release
from python_models.release.mart_parts import Mart
from python_models.release.published_table import PublishedTable


@contextmanager
def build_database() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the build database of the lake in force, as a dbt build has it open."""
    with connect_duckdb(lake().build_db) as connection:
        connection.execute("create schema if not exists plant")
        yield connection


def mart(name: str = "things", **more: Any) -> Mart:
    """Describe a mart of the domain `plant`."""
    values = {
        "domain": more.pop("domain", "plant"),
        "name": name,
        "relation": f"plant.{name}",
        "key": ("thing_id",),
        "partition_by": None,
        "volatile": (),
        "comment": "One row per thing.",
        "column_comments": {"thing_id": "Number of the thing."},
    }
    return Mart(**values | more)


def publish(
    connection: duckdb.DuckDBPyConnection, *marts: Mart, run: str = "run"
) -> tuple[int, list[PublishedTable]]:
    """Publish marts as a build does, in the name of a run."""
    return release.publish_marts(connection, marts[0].domain, list(marts), f"i-{run}", run)


def make_things(connection: duckdb.DuckDBPyConnection, days: int = 3, per_day: int = 4) -> None:
    """Make the table `plant.things`: some things for each of some days."""
    connection.execute(
        "create or replace table plant.things as select i as thing_id, i * 1.5 as value,"
        " 'thing ' || i as name, date '2026-01-01' + (i // ?)::int as thing_date"
        " from range(? * ?) as numbers (i)",
        [per_day, days, per_day],
    )
