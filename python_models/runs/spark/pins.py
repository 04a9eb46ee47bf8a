"""Raw tables, and what phases of earlier runs left, as Spark reads them: under names of their own.

The catalog's name of a raw table goes with what lands. DuckDB reads the metadata file a run pinned;
so that Spark reads the same, it is registered in a namespace beside for as long as the run lasts.
Tables of phases are what they are when the run begins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingestion.lakehouse.catalog import catalog, metadata_locations
from ingestion.lakehouse.extensions import iceberg_session
from ingestion.lakehouse.lake import warehouse_uri
from ingestion.lakehouse.sql_text import identifier
from ingestion.landing.products import PRODUCTS
from ingestion.landing.registration import Product
from python_models.release.spark_names import PREFIX
from python_models.runs.phase_views import NEWEST, create_phase_views, refill_phases, shapes
from python_models.runs.raw_views import Pins

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.catalog import Catalog


@contextmanager
def pinned(pins: Pins, products: Collection[str]) -> Iterator[None]:
    """Let the catalog name the raw tables of products as a run pinned them, for a block.

    Tables in which nothing has landed have no rows, columns of which nothing has landed are null.
    Rows of phases that a kill kept from being written are written before.
    """
    opened = catalog()
    try:
        for name in products:
            product = PRODUCTS[name]
            namespace = f"{PREFIX}{product.namespace}"
            _forget(opened, namespace)  # a run that was killed leaves its own
            opened.create_namespace_if_not_exists(namespace)
            for table, shape in product.tables.items():
                metadata = pins.get(product.namespace, {}).get(table)
                _name(opened, (namespace, table), metadata, shape)
        _pin_phases(opened, [PRODUCTS[name] for name in products if PRODUCTS[name].phases])
        yield
    finally:
        for name in products:
            _forget(opened, f"{PREFIX}{PRODUCTS[name].namespace}")
            if PRODUCTS[name].phases:
                _forget(opened, f"{PREFIX}{PRODUCTS[name].phase_namespace}")


def _pin_phases(opened: Catalog, products: Collection[Product]) -> None:
    if not products:
        return
    with iceberg_session() as session:
        refill_phases(session)
        create_phase_views(session)
        for product in products:
            namespace = f"{PREFIX}{product.phase_namespace}"
            _forget(opened, namespace)
            opened.create_namespace_if_not_exists(namespace)
            there = metadata_locations(product.phase_namespace)
            for table, shape in shapes(product).items():
                _name(opened, (namespace, table), there.get(table), shape)
            query = f"from {identifier(product.phase_namespace)}.{NEWEST}"
            newest = session.execute(query).to_arrow_table()
            place = f"{warehouse_uri()}/{namespace}/{NEWEST}"
            opened.create_table((namespace, NEWEST), newest.schema, location=place).append(newest)


def _name(opened: Catalog, key: tuple[str, str], metadata: str | None, shape: pa.Schema) -> None:
    if metadata is None:
        opened.create_table(key, shape, location=f"{warehouse_uri()}/{key[0]}/{key[1]}")
        return
    table = opened.register_table(key, metadata)
    if not set(shape.names) <= set(table.schema().column_names):
        # beside the raw table's own metadata it would be taken for a newer state of that
        place = f"{warehouse_uri()}/{key[0]}/{key[1]}/metadata"
        with table.transaction() as transaction:
            transaction.set_properties({"write.metadata.path": place})
            with transaction.update_schema() as update:
                update.union_by_name(shape)


def _forget(opened: Catalog, namespace: str) -> None:
    from pyiceberg.exceptions import NoSuchNamespaceError

    try:
        for key in opened.list_tables(namespace):
            opened.drop_table(key)
    except NoSuchNamespaceError:
        return
