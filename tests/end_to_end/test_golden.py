"""What the README's first command gives on a fresh lake, product by product, to the figure.

`make golden` writes the figures anew; a person reads the difference before it is committed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.landing.products import PRODUCTS
from tests.end_to_end.golden.figures import approved, figures, run_demo


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of its own: that the first command of all works on none is what is tested."""
    return run_demo(tmp_path_factory.mktemp("golden"))


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_demo_gives_the_figures_a_person_approved(lake: Path, product: str) -> None:
    assert figures(lake, product) == approved(product)
