"""The job that exports a set; takes the options of an export."""

from __future__ import annotations

import os
import sys

from dashboards.jobs.progress import tell, tell_result
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import told
from python_models.conversations import export
from python_models.conversations.exporting import Written


def main(arguments: list[str] | None = None) -> int:
    """Export one set and tell the job what came of it; returns the exit code."""
    tell(0, 1, "sets", "writing")
    written: list[Written] = []
    # a folder named by its job: found by whoever may see the job
    folder = lake().root / "exports" / os.environ["SLUICE_JOB_ID"]
    given = sys.argv[1:] if arguments is None else arguments
    code = export.main([*given, f"--dir={folder}"], written.append)
    if written:
        tell_result(written[0].manifest)
        tell(1, 1, "sets", "written")
    return code


if __name__ == "__main__":
    sys.exit(told(main))
