"""The data products there are: every `ingestion/<name>/product.py` is one.

A product is registered by that file and by nothing else: all that needs to know which products
there are asks here, and nothing here knows one by its name.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ingestion.landing.registration import Product, loaded


class UnknownProduct(LookupError):
    """A name is no product's; the message lists those there are."""


def _found() -> dict[str, Product]:
    folder = Path(__file__).parents[1]
    names = [path.parent.name for path in folder.glob("*/product.py")]
    found: list[Product] = [loaded(f"ingestion.{name}.product:PRODUCT") for name in names]
    return {one.name: one for one in sorted(found, key=lambda one: (one.order, one.name))}


PRODUCTS = _found()  # by name, in the order of the menu


def chosen_products(names: Iterable[str] | None) -> list[Product]:
    """Return the named products in the order of the menu, or all.

    Raises:
        UnknownProduct: a name is no product's.
    """
    wanted = list(names or ())
    if unknown := sorted(set(wanted) - set(PRODUCTS)):
        raise UnknownProduct(
            f"There is no product {', '.join(unknown)}; there are: {', '.join(PRODUCTS)}."
        )
    return [one for one in PRODUCTS.values() if not wanted or one.name in wanted]


def product_of_namespace(namespace: str) -> Product:
    """Return the product whose raw tables lie in a namespace."""
    return PRODUCTS[namespace.removeprefix("raw_")]


def entry_words() -> dict[str, str]:
    """Return how declarations start: {key of one: key of a list of them}."""
    words: dict[str, str] = {}
    for one in PRODUCTS.values():
        words |= {one.entry: one.entries, **dict(one.further_entries)}
    return words
