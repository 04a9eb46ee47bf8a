"""What a `.env` file says, read again only when it has changed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path


def variables_of(path: Path) -> dict[str, str]:
    """Return the variables that `path` gives a value; none where there is no such file."""
    return _read(path, path.stat().st_mtime_ns) if path.exists() else {}


@lru_cache(maxsize=2)
def _read(path: Path, changed_at: int) -> dict[str, str]:
    from dotenv import dotenv_values

    return {name: value for name, value in dotenv_values(path).items() if value}
