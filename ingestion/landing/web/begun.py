"""Which run a landing has begun: asked before anything that takes time to import is."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from ingestion.lakehouse.file_lock import is_held
from ingestion.lakehouse.lake import lake


def waiting_file(domain: str) -> Path:
    """Where the answers of a product's open run wait."""
    return lake().dlt_dir / f"{domain}_waiting.db"


def landing_lock(domain: str) -> Path:
    """What a landing of a product holds for as long as it goes on."""
    return lake().dlt_dir / f"{domain}.lock"


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


def asked_so_far(domain: str) -> tuple[int, dict[str, int]] | None:
    """Return how many sources a landing has, and {role: how many answers came}, while it goes on.

    None when no landing of the product asks anything now.
    """
    path = waiting_file(domain)
    if not path.exists() or not is_held(landing_lock(domain)):
        return None
    with closing(sqlite3.connect(path, timeout=1)) as connection:
        try:
            run = connection.execute("select row from run").fetchone()
            found = connection.execute("select role, count(*) from answers group by role")
            answers = {str(role): int(number) for role, number in found}
        except sqlite3.OperationalError:  # being made, or written for longer than we wait
            return None
    return (len(json.loads(run[0])["config"]["sources"]), answers) if run else None
