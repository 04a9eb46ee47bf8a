"""What the next run would land, of products that can tell it without landing anything."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from ingestion.landing.products import PRODUCTS, chosen_products
from ingestion.landing.registration import Product, loaded


def tellers(domains: Collection[str]) -> list[Product]:
    """Return those of some products (none named: of all) that can tell what they would land."""
    chosen = chosen_products(domains) if domains else PRODUCTS.values()
    return [product for product in chosen if product.landing_ahead]


@contextmanager
def rows_ahead(domains: Collection[str]) -> Iterator[Path | None]:
    """Give a folder with the rows, `<raw schema>/<table>.parquet`; none where there are none."""
    with tempfile.TemporaryDirectory(prefix="sluice-ahead-") as name:
        folder = Path(name)
        for product in tellers(domains):
            import pyarrow.parquet as pq

            for table, rows in loaded(product.landing_ahead)().items():
                path = file_of(folder, product.namespace, table)
                path.parent.mkdir(exist_ok=True)
                pq.write_table(rows, path)
        yield folder if any(folder.iterdir()) else None


def file_of(folder: Path, namespace: str, table: str) -> Path:
    """Return where the rows of a raw table lie in such a folder."""
    return folder / namespace / f"{table}.parquet"
