"""Raw tables that a release shows are described in it as dbt's sources describe them."""

from __future__ import annotations

import pytest

from ingestion.landing.products import PRODUCTS
from python_models.release.source_words import words_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=list(PRODUCTS))
def test_what_was_refused_is_described_for_every_product(product) -> None:
    words = words_of(product.namespace, product.rejects)
    assert words[""]
    assert [name for name in product.tables[product.rejects].names if not words.get(name)] == []


def test_the_ledger_is_described() -> None:
    assert words_of("llm", "calls")[""]
