"""The floor of landing: DuckDB reads the very same files and writes Parquet, nothing else.

`python -m tests.benchmarks.landing_floor <demo folder> <output folder>`; prints JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import duckdb

# typed as each site writes, malformed rows left out: what anybody would type by hand
READS = {
    "press": """read_csv('{files}/2*.csv', delim = ';', decimal_separator = ',', header = true,
        timestampformat = '%d.%m.%Y %H:%M:%S.%g', ignore_errors = true, columns = {{
        'Zeit': 'TIMESTAMP', 'Anlage': 'VARCHAR', 'Leistung_kW': 'DOUBLE',
        'Temperatur_C': 'DOUBLE', 'Phase': 'VARCHAR', 'Zyklus': 'VARCHAR'}})""",
    "kiln": """read_csv('{files}/2*.csv.gz', delim = ',', header = true,
        timestampformat = '%Y-%m-%dT%H:%M:%S.%gZ', ignore_errors = true, columns = {{
        'timestamp': 'TIMESTAMP', 'device': 'VARCHAR', 'voltage_v': 'DOUBLE',
        'current_a': 'DOUBLE', 'temp_c': 'DOUBLE', 'phase': 'VARCHAR', 'batch': 'VARCHAR'}})""",
    "oven": "read_parquet('{files}/2*.parquet')",
    "washer": """read_json('{files}/2*.jsonl', format = 'newline_delimited',
        ignore_errors = true, columns = {{'t': 'BIGINT', 'dev': 'VARCHAR', 'p': 'DOUBLE',
        'temp': 'DOUBLE', 'vibration_mm_s': 'DOUBLE'}})""",
    "furnace": """read_csv('{files}/2*.tsv', delim = '\\t', header = true,
        ignore_errors = true, columns = {{'date': 'DATE', 'time': 'TIME', 'furnace': 'VARCHAR',
        'kw': 'DOUBLE', 'kelvin': 'DOUBLE', 'counter': 'VARCHAR'}})""",
    "dryer": """read_json('{files}/2*.jsonl.gz', format = 'newline_delimited',
        ignore_errors = true, columns = {{'recorded': 'TIMESTAMP', 'machine': 'VARCHAR',
        'power': 'DOUBLE', 'temperature': 'DOUBLE', 'stage': 'VARCHAR', 'cycle': 'VARCHAR'}})""",
}


def land(files: Path, out: Path) -> dict:
    """Copy each site's files to one Parquet file; return seconds and rows."""
    out.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        config={"threads": os.environ.get("SLUICE_THREADS", "2"), "memory_limit": "1GB"}
    )
    connection.execute("set preserve_insertion_order = false")
    began = time.monotonic()
    rows = 0
    for site, reader in READS.items():
        folder = files / site
        if not folder.is_dir():
            continue
        source = reader.format(files=folder)
        target = out / f"{site}.parquet"
        (copied,) = connection.execute(
            f"copy (select * from {source}) to '{target}' (format parquet, compression zstd)"
        ).fetchone()
        rows += copied
    return {"seconds": time.monotonic() - began, "rows": rows}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(land(Path(sys.argv[1]), Path(sys.argv[2]))))
