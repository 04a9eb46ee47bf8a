"""Write the approved figures anew: `python -m tests.end_to_end.golden`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from ingestion.landing.products import PRODUCTS
from tests.end_to_end.golden.figures import approve, figures, run_demo


def main() -> None:
    """Build the demo and write each product's figures."""
    with tempfile.TemporaryDirectory() as folder:
        lake = run_demo(Path(folder))
        for product in PRODUCTS:
            approve(product, figures(lake, product))
            sys.stdout.write(f"tests/end_to_end/golden/{product}.json\n")


if __name__ == "__main__":
    main()
