"""Which run a landing has begun: asked before anything that takes time to import is."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime
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


def asked_since(domain: str, since: datetime) -> tuple[int, dict[str, int]] | None:
    """Return how many sources a landing that goes on has, and {role: how many answers came}.

    Args:
        domain: the product.
        since: when whoever holds the lake began, UTC; what waits from before is of one that was
            stopped, and tells nothing of it.

    Returns None when no answer of this product has come since.
    """
    path = waiting_file(domain)
    files = [one for one in (path, path.with_name(f"{path.name}-wal")) if one.exists()]
    if max((one.stat().st_mtime for one in files), default=0.0) < since.timestamp():
        return None
    with closing(sqlite3.connect(path, timeout=1)) as connection:
        try:
            run = connection.execute("select row from run").fetchone()
            found = connection.execute("select role, count(*) from answers group by role")
            answers = {str(role): int(number) for role, number in found}
        except sqlite3.OperationalError:  # being made, or written for longer than we wait
            return None
    return (len(json.loads(run[0])["config"]["sources"]), answers) if run else None
