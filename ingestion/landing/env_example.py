"""`python -m ingestion.landing.env_example`: write products' own settings into `.env.example`.

A product says its settings in its `product.py`; what stands below the mark is made of them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.landing.products import PRODUCTS
from ingestion.landing.registration import Product

MARK = "# ==== settings of products, written by `make env-example` ====\n"
WIDTH = 95


def section(product: Product) -> str:
    """Return the lines of one product."""
    lines = [f"\n# ---- {product.name} ".ljust(WIDTH, "-")]
    for one in product.settings:
        lines += [f"# {one.help}.", f"# {one.name}={one.example}"]
    return "\n".join(lines) + "\n"


def whole(text: str) -> str:
    """Return the file with the part of the products written anew."""
    products = [one for one in PRODUCTS.values() if one.settings]
    return text.partition(MARK)[0].rstrip() + "\n\n" + MARK + "".join(map(section, products))


def main(path: Path = PROJECT_ROOT / ".env.example") -> int:
    """Write the file; returns 0."""
    path.write_text(whole(path.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
