"""What earlier runs left, phase by phase, as views of a build: as it was when the build began."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duckdb import DuckDBPyConnection

from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.sql_text import identifier
from ingestion.landing.products import PRODUCTS
from ingestion.landing.registration import Product
from python_models.release import phase_tables
from python_models.runs.raw_views import view_body

if TYPE_CHECKING:
    import pyarrow as pa

NEWEST = "newest_attempts"
# Of a run the newest attempt that came as far as any other did: what a later one that stopped
# half way has made is not put together with what an earlier one made after it. A variant is read by
# its name only.
_NEWEST = """
    select done.run_id, done.phase_name, done.phase_number, max(done.attempt) as attempt
    from {runs} as done
    inner join (
        select run_id, max(attempt) as attempt
        from {runs} as other
        where status = 'completed' and phase_number = (
            select max(phase_number) from {runs} as same
            where same.run_id = other.run_id and same.status = 'completed'
        )
        group by run_id
    ) as furthest on done.run_id = furthest.run_id and done.attempt <= furthest.attempt
    where done.status = 'completed' and done.variant_of is null
    group by done.run_id, done.phase_name, done.phase_number
"""


def shapes(product: Product) -> dict[str, pa.Schema]:
    """Return the tables of a product's phases, and what is in each."""
    return {
        **dict.fromkeys(product.phases, phase_tables.ROW),
        phase_tables.RUNS: phase_tables.RUN,
    }


def create_phase_views(conn: DuckDBPyConnection) -> None:
    """Make a view for each table of phases; one that is not there yet has no rows."""
    for product in PRODUCTS.values():
        if not product.phases:
            continue
        namespace = product.phase_namespace
        conn.execute(f"create schema if not exists {identifier(namespace)}")
        there = metadata_locations(namespace)
        for table, shape in shapes(product).items():
            name = f"{identifier(namespace)}.{identifier(table)}"
            body = view_body(conn, there.get(table), shape)
            conn.execute(f"create or replace view {name} as {body}")
        runs = f"{identifier(namespace)}.{phase_tables.RUNS}"
        query = _NEWEST.format(runs=runs)
        conn.execute(f"create or replace view {identifier(namespace)}.{NEWEST} as {query}")


def refill_phases(conn: DuckDBPyConnection) -> None:
    """Write the rows of phases that a kill kept from being written, before they are pinned."""
    for product in PRODUCTS.values():
        if product.phases and metadata_locations(product.phase_namespace):
            phase_tables.refill(conn, product.phase_namespace)
