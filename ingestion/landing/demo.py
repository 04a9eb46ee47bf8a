"""Write demo data: `python -m ingestion.landing.demo [--domain NAMES] [options of the demo]`."""

from __future__ import annotations

import os
import subprocess
import sys

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.landing.products import PRODUCTS, UnknownProduct, chosen_products

_NOT_OF_THE_DEMO = {"DOMAIN", "ARGS", "PYTHON", "PY", "VENV"}


def main(arguments: list[str] | None = None) -> int:
    """Run the demos of the named products, or of all; returns the first exit code that is not 0.

    Options and words typed on make's command line (DAYS=60 is --days 60) go to the demo; without
    a name they are meant for the first product.
    """
    parser = Arguments(prog="python -m ingestion.landing.demo", description=__doc__, add_help=False)
    parser.add_argument("--domain")
    parser.add_argument("--typed", default="")
    options, more = parser.parse_known_args(arguments)
    for word in options.typed.split():
        if word not in _NOT_OF_THE_DEMO and os.environ.get(word):
            more += [f"--{word.lower().replace('_', '-')}", os.environ[word]]
    typed = os.environ.get("DOMAIN") if "DOMAIN" in options.typed.split() else None
    named = (options.domain or typed or "").replace(",", " ").split()
    try:
        wanted = chosen_products(named or (next(iter(PRODUCTS)),) if more else named)
    except UnknownProduct as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for product in wanted:
        command = [sys.executable, "-m", product.demo, *more]
        if code := subprocess.run(command, cwd=PROJECT_ROOT, check=False).returncode:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
