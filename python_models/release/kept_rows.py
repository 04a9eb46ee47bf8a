"""Rows of tables that a command fills, kept and shown to readers at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ingestion.lakehouse import lock
from python_models.release import kept_tables, release_file


def record(domain: str, name: str, rows: Iterable[Mapping[str, Any]]) -> bool:
    """Keep rows and show them to readers now.

    Returns:
        Whether readers see them; while somebody builds, they do when that build ends.
    """
    kept_tables.keep(domain, name, rows)
    try:
        with lock.build_lock(f"record {domain}.{name}"):
            release_file.refresh(None)
    except lock.LakeLocked:
        return False
    return True
