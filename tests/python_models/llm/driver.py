"""A build in its own process: `python -m tests.python_models.llm.driver ROWS OUT [BYTES]`."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from python_models.llm import StepFailed, run_step
from tests.python_models.llm.steps import SINGLE, machines


def main() -> int:
    """Run the step and write what came of it."""
    rows, out = int(sys.argv[1]), Path(sys.argv[2])
    if len(sys.argv) > 3:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
    try:
        table = run_step(None, machines(rows), SINGLE, "llm_driver")
    except StepFailed as failure:
        sys.stderr.write(f"StepFailed: {failure}\n")
        return 3
    out.write_text(json.dumps(table.select(["machine", "status", "call_id"]).to_pylist()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
