"""What of a result is our code: a hash of it, and whether dbt was asked to use nothing old."""

from __future__ import annotations

import hashlib
import sys
from functools import lru_cache

from ingestion.lakehouse.settings import PROJECT_ROOT

HASH = "inputs_hash"  # column of a table whose rows can be reused
_ENDINGS = (".py", ".jinja", ".yml")


def is_full_refresh() -> bool:
    """Say whether dbt was asked to build anew; outside of dbt nobody asks that."""
    flags = sys.modules.get("dbt.flags")
    return bool(flags and getattr(flags.get_flags(), "FULL_REFRESH", False))


@lru_cache
def code_hash(product: str) -> str:
    """Return one hash over all that turns a product's rows into results, pinned packages too."""
    folders = (f"python_models/{product}", "python_models/llm")
    paths = [path for part in folders for path in (PROJECT_ROOT / part).rglob("*")]
    paths.append(PROJECT_ROOT / "python_models/release/reuse.py")
    digest = hashlib.sha256((PROJECT_ROOT / "requirements.lock").read_bytes())
    for path in sorted(path for path in paths if path.suffix in _ENDINGS):
        digest.update(str(path.relative_to(PROJECT_ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
