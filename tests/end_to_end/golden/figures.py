"""Key figures of each product's demo: what the real commands give, and what a person approved.

`python -m tests.end_to_end.golden` (`make golden`) builds the demo in a fresh lake and writes
`<product>.json` anew; whoever commits it has read the difference.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.settings import PROJECT_ROOT, Settings

FOLDER = Path(__file__).parent
DIGITS = 9  # significant ones: the last of a float sum are the processor's

Figures = dict[str, float | int | None]


def run_demo(folder: Path) -> Path:
    """Do in a fresh lake what the README's first command does; returns the lake."""
    lake = folder / "lake"
    known = {name.upper() for name in Settings.model_fields} | {"SLUICE_SOURCES", "SLUICE_CI"}
    environment = {name: value for name, value in os.environ.items() if name not in known}
    environment |= {
        "SLUICE_LAKE": str(lake),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    done = subprocess.run(
        ["make", "--no-print-directory", "run", f"PY={sys.executable}"],
        cwd=PROJECT_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return lake


def figures(lake: Path, product: str) -> Figures:
    """Return {figure: value} of a product in the release readers see."""
    queries = [
        (FOLDER / f"{name}.sql").read_text().replace("$product", product)
        for name in (product, "llm")
    ]
    with connect_duckdb(lake / "latest.duckdb", read_only=True) as connection:
        rows = [row for query in queries for row in connection.execute(query).fetchall()]
    found = {name: _rounded(value) for name, value in sorted(rows)}
    assert len(found) == len(rows), f"{product}.sql gives a figure twice"
    return found


def approved(product: str) -> Figures:
    """Return the figures a person approved."""
    found: Figures = json.loads((FOLDER / f"{product}.json").read_text())
    return found


def approve(product: str, found: Figures) -> None:
    """Write figures down as the approved ones."""
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (FOLDER / f"{product}.json").write_text(f"{text}\n", encoding="utf-8")


def _rounded(value: object) -> float | int | None:
    if value is None or isinstance(value, int):
        return value
    return float(f"{float(str(value)):.{DIGITS}g}")
