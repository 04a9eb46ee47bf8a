"""Which run a landing has begun: asked before anything that takes time to import is."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from ingestion.lakehouse.lake import lake


def waiting_file(domain: str) -> Path:
    """Where the answers of a product's open run wait."""
    return lake().dlt_dir / f"{domain}_waiting.db"


def begun_run(domain: str) -> str | None:
    """Return the run of a product that was begun, or landed last; None when there is none."""
    path = waiting_file(domain)
    if not path.exists():
        return None
    with closing(sqlite3.connect(path, timeout=60)) as connection:
        try:
            found = connection.execute("select row from run union all select row from last_run")
            row = found.fetchone()
        except sqlite3.OperationalError:  # made, and left, before its tables
            return None
    return str(json.loads(row[0])["run_id"]) if row else None
