"""Tiers: who may see a row, from everybody to the owner of the lake alone.

A caller who may see a tier sees the ones before it too. Every release has a file for each tier but
the last, which is the whole release.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

TIERS = ("open", "restricted", "private")
WHOLE = TIERS[-1]


def seen_from(tier: str) -> tuple[str, ...]:
    """Return the tiers that somebody sees who may see up to this one."""
    return TIERS[: TIERS.index(tier) + 1]


def highest(tiers: Iterable[str]) -> str | None:
    """Return the last tier that may be seen with all those before it, None where there is none."""
    known = set(tiers)
    found = None
    for tier in TIERS:
        if tier not in known:
            break
        found = tier
    return found


def file_of(whole: Path, tier: str) -> Path:
    """Return where the file of a tier lies that belongs to a whole release file."""
    return whole if tier == WHOLE else whole.parent / tier / whole.name


def of_row_sql(column: str) -> str:
    """Return a row's tier in DuckDB; what is not said, or unknown, is the owner's alone."""
    return f"case when {column} in ('open', 'restricted') then {column} else '{WHOLE}' end"
