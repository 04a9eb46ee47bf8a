"""`python -m tests.benchmarks.llm`: prints every figure and writes it to a file."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ingestion.lakehouse.settings import PROJECT_ROOT
from tests.benchmarks.llm import speed, trouble
from tests.benchmarks.llm.setting import Figure
from tests.python_models.llm.server import Server

RESULTS = PROJECT_ROOT / "benchmarks" / "results"


def figures(server: Server, is_small: bool, only: set[str]) -> Iterator[Figure]:
    """Yield the figures one after the other."""
    rows = 200 if is_small else 1000
    parts = {
        "1": lambda: speed.dispatch(server, rows),
        "3": lambda: speed.uneven(server, rows),
        "4": lambda: speed.again(server, rows),
        "6": lambda: trouble.kills(server, rows, 3 if is_small else 20),
        "8": lambda: trouble.malformed(server, rows),
        "9": lambda: speed.limited(server, rows),
        "10": lambda: trouble.capped(server, rows),
        "11": lambda: trouble.cascades(5 if is_small else 100),
        "12": lambda: speed.behind_sql(server, rows),
        "14": lambda: trouble.failing(server, rows),
        "15": lambda: speed.memory(server, 2_000 if is_small else 100_000),
    }
    for name, part in parts.items():
        if not only or name in only:
            yield from part()


def main() -> int:
    """Read the arguments, measure, show, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a tenth of the work, for a look")
    parser.add_argument("--only", nargs="*", default=[], help="numbers: 1 3 4 6 8 9 10 11 12 14 15")
    arguments = parser.parse_args()
    server = Server()
    found: list[Figure] = []
    try:
        for figure in figures(server, arguments.small, set(arguments.only)):
            found.append(figure)
            sys.stderr.write(f"# {figure.number} {figure.measure}: {figure.value}\n")
    finally:
        server.stop()
    show(found)
    write(found, arguments.small)
    return 0 if all(figure.is_met for figure in found) else 1


def show(found: list[Figure]) -> None:
    """Print the table."""
    table = Table("#", "measure", "here", "beside it", "to reach", "met", title="LLM steps")
    for figure in found:
        cells = (figure.number, figure.measure, figure.value, figure.beside, figure.reach)
        table.add_row(*cells, "yes" if figure.is_met else "[red]no[/red]")
    Console(width=170).print(table)


def write(found: list[Figure], is_small: bool) -> Path:
    """Write the figures to a file named by the day."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    size = "small" if is_small else "full"
    path = RESULTS / f"llm-{size}-{datetime.now(UTC):%Y-%m-%dT%H%M}.json"
    path.write_text(json.dumps([asdict(figure) for figure in found], indent=1), encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
