"""SYNTHETIC files of a product with ordinary tables: what its declarations ask for, seeded."""

from __future__ import annotations

import csv
import json
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.make_words import Arguments
from ingestion.landing.products import PRODUCTS
from ingestion.tables.declaration import Column, Table

START = datetime(2026, 10, 1)
NAMES = ("north", "south", "east", "west", "centre", "harbour")
README = """# SYNTHETIC data

Made by `python -m {module}` with seed {seed}: {rows} rows a table. Nothing here was measured.
"""


def main(product: str, arguments: list[str] | None = None) -> int:
    """Write a product's demo files, its README last; returns 0."""
    demo = PRODUCTS[product].demo
    parser = Arguments(prog=f"python -m {demo}", description=__doc__)
    parser.add_argument("--rows", type=int, default=240, help="rows of each table (240)")
    parser.add_argument("--seed", type=int, default=7, help="decides every byte (7)")
    parser.add_argument("--out", type=Path, help=f"folder (default: demo/{product} in the lake)")
    given = parser.parse_args(arguments)
    out = given.out or lake().demo / product
    out.mkdir(parents=True, exist_ok=True)
    for name, entry in PRODUCTS[product].source.declared().items():
        write_table(out, entry.declaration, given.rows, random.Random(f"{given.seed}/{name}"))
    readme = README.format(module=demo, seed=given.seed, rows=given.rows)
    (out / "README.md").write_text(readme, encoding="utf-8")
    sys.stdout.write(f"Wrote SYNTHETIC files to {out}. Seed {given.seed}.\n")
    return 0


def write_table(out: Path, table: Table, rows: int, chance: random.Random) -> Path:
    """Write one file as its declaration says that files are written."""
    columns = {one.column or name: one for name, one in table.columns.items()}
    # one column that names rows alone has to differ in each
    alone = table.columns[table.key[0]].column or table.key[0] if len(table.key) == 1 else None
    values = [
        {name: _value(one, at, name == alone, chance) for name, one in columns.items()}
        for at in range(rows)
    ]
    is_json = table.files is not None and table.files.format == "jsonl"
    path = out / f"{table.name}.{'jsonl' if is_json else 'csv'}"
    with path.open("w", encoding="utf-8", newline="") as stream:
        if is_json:
            stream.writelines(json.dumps(row) + "\n" for row in values)
        else:
            writer = csv.writer(stream, delimiter=table.dialect.delimiter, lineterminator="\n")
            writer.writerow(columns)
            decimal = table.dialect.decimal
            writer.writerows([_cell(value, decimal) for value in row.values()] for row in values)
    return path


def _value(one: Column, at: int, is_key: bool, chance: random.Random) -> Any:
    """Return one value; in the column that names rows no two are the same."""
    moment = START + timedelta(hours=at)
    if one.type in ("date", "timestamp"):
        return _time(one, moment if one.type == "timestamp" else START + timedelta(days=at))
    if one.type == "text":
        name = NAMES[at % len(NAMES)]
        return f"{name}-{at:04}" if is_key else name
    if one.type == "integer":
        return at + 1 if is_key else chance.randrange(100)
    if one.type == "number":
        return round(chance.gauss(50, 12), 2)
    return chance.random() < 0.5


def _time(one: Column, moment: datetime) -> Any:
    form = one.format[0]
    if form.startswith("epoch"):
        scale = {"epoch_s": 1, "epoch_ms": 10**3, "epoch_us": 10**6, "epoch_ns": 10**9}[form]
        return int((moment - datetime(1970, 1, 1)).total_seconds()) * scale
    if form == "iso":
        return moment.date().isoformat() if one.type == "date" else moment.isoformat()
    return moment.strftime(form)


def _cell(value: Any, decimal: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).replace(".", decimal) if isinstance(value, float) else str(value)
