"""Land in a process of its own, which a fault may kill."""

from __future__ import annotations

import os
import subprocess
import sys

from ingestion.lakehouse.settings import PROJECT_ROOT


def land_apart(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Type `python -m ingestion` and these words, with more variables in the environment."""
    return subprocess.run(
        [sys.executable, "-m", "ingestion", *words],
        cwd=PROJECT_ROOT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
