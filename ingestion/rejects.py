"""`make rejects [SOURCE=]`: what landing refused, newest first, before and after any release."""

from __future__ import annotations

import json
import sys
from typing import Any

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import print_table, say
from ingestion.lakehouse.settings import scrub, told
from ingestion.lakehouse.sql_text import literal
from ingestion.landing.products import PRODUCTS

SHOWN = 20
_COLUMNS = ("source", "source_file", "line_number", "reason", "error", "raw_text", "rejected_at")


def main(arguments: list[str] | None = None) -> int:
    """Print the newest refusals; 2 when a named source has landed nothing."""
    parser = Arguments(prog="make rejects", description=__doc__)
    parser.add_argument("--source", help="of this declared source only")
    parser.add_argument("--limit", type=int, default=SHOWN, help=f"rows to show ({SHOWN})")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    sources, counts, rows = found_rejects(options.source, options.limit)
    if options.source and options.source not in sources:
        known = ", ".join(sorted(sources)) or "none yet"
        sys.stderr.write(f"Nothing of {options.source} has landed; what has: {known}.\n")
        return 2
    if options.json:
        sys.stdout.write(scrub(json.dumps(rows, default=str, indent=2, ensure_ascii=False)) + "\n")
    else:
        _print(counts, rows)
    return 0


def found_rejects(
    source: str | None, limit: int
) -> tuple[set[str], list[tuple[Any, ...]], list[dict[str, Any]]]:
    """Return all sources that landed, (source, reason, rows, files) and the newest rejects."""
    from ingestion.lakehouse.catalog import metadata_locations
    from ingestion.lakehouse.extensions import connect_duckdb

    files: list[str] = []
    rejects: list[str] = []
    for domain in PRODUCTS.values():
        tables = metadata_locations(domain.namespace)
        for name, found in (("files", files), ("rejects", rejects)):
            if name in tables:
                found.append(f"select * from iceberg_scan({literal(tables[name])})")
    if not files or not rejects:
        landed = _sources(files)
        return landed, [], []
    mine = f"where source = {literal(source)}" if source else ""
    with connect_duckdb() as connection:
        every = " union all by name ".join(rejects)
        connection.execute(f"create temp table rejects as select * from ({every}) {mine}")
        counts = connection.execute(
            "select source, reason, count(*), count(distinct source_file) from rejects "
            "group by all order by 3 desc, 1, 2"
        ).fetchall()
        newest = "order by rejected_at desc, source_file, line_number"
        rows = connection.execute(
            f"select {', '.join(_COLUMNS)} from (from rejects {newest} limit {int(limit)}) "
            "order by source, source_file, line_number"
        ).fetchall()
    return _sources(files), counts, [dict(zip(_COLUMNS, row, strict=True)) for row in rows]


def _sources(files: list[str]) -> set[str]:
    from ingestion.lakehouse.extensions import connect_duckdb

    if not files:
        return set()
    with connect_duckdb() as connection:
        every = " union all by name ".join(files)
        return {
            row[0]
            for row in connection.execute(f"select distinct source from ({every})").fetchall()
        }


def _print(counts: list[tuple[Any, ...]], rows: list[dict[str, Any]]) -> None:
    if not counts:
        say("Nothing was refused.")
        return
    names = ("source", "rows", "files", "reason")
    found = [(source, rows, files, why) for source, why, rows, files in counts]
    print_table([dict(zip(names, one, strict=True)) for one in found], "Refused, by source")
    for row in rows:
        line = f", line {row['line_number']}" if row["line_number"] is not None else ""
        say(scrub(f"{row['source']}: {row['source_file']}{line}: {row['error']}"))
        if row["raw_text"]:
            say("    " + scrub(row["raw_text"])[:200])
    shown, total = len(rows), sum(count[2] for count in counts)
    if shown < total:
        say(f'{total - shown:,} more; ARGS="--limit {total}" shows all.')


if __name__ == "__main__":
    sys.exit(told(main))
