"""Raw tables as Spark reads them: the ones a run pinned, under names of their own.

The catalog's name of a raw table goes with what lands. DuckDB reads the metadata file a run pinned;
so that Spark reads the same, it is registered in a namespace beside for as long as the run lasts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.lake import warehouse_uri
from ingestion.landing.products import PRODUCTS
from python_models.release.spark_names import PREFIX
from python_models.runs.raw_views import Pins

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.catalog import Catalog

VARIABLE = "SLUICE_PINNED"  # the prefix, for the schemas of dbt's sources


@contextmanager
def pinned(pins: Pins, products: Collection[str]) -> Iterator[dict[str, str]]:
    """Let the catalog name the raw tables of products as a run pinned them, for a block.

    Tables in which nothing has landed have no rows, columns of which nothing has landed are null.

    Yields:
        The variable that lets dbt's sources name them.
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
        yield {VARIABLE: PREFIX}
    finally:
        for name in products:
            _forget(opened, f"{PREFIX}{PRODUCTS[name].namespace}")


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
