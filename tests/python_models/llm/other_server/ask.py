"""Ask any OpenAI-compatible server: `python -m tests.python_models.llm.other_server.ask URL MODEL`.

`docs/other-server.md` says how to start one on a CPU, with a model that is made on the spot.
Its answers are noise; what is shown is that each row ends in a state, that the ledger holds what
the server said it counted, and that a second run asks nothing.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import tempfile
from collections import Counter
from dataclasses import replace

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import reset_settings
from python_models.llm import fold_journal, run_step
from python_models.llm.asking.runtime import close_runtime
from tests.python_models.llm.steps import PROMPTS, SINGLE, TEXT, machines

ROWS = 4
# a random model writes until it may not: short answers, on a CPU
STEPS = (
    replace(TEXT, template=PROMPTS / "short_note.jinja", error_tolerance=1.0),
    replace(SINGLE, template=PROMPTS / "short_verdict.jinja", error_tolerance=1.0),
)


def main() -> int:
    """Ask, show what came, and say whether all promises held."""
    url, model = sys.argv[1:3]
    with tempfile.TemporaryDirectory(prefix="other-server-") as folder:
        os.environ |= {
            "SLUICE_LAKE": folder,
            "LLM_BASE_URL": url,
            "LLM_MODEL": model,
            "LLM_CONCURRENCY": "2",
            "LLM_PRICE_INPUT_USD_PER_MILLION": "0",
            "LLM_PRICE_OUTPUT_USD_PER_MILLION": "0",
        }
        reset_settings()
        shown = [show(step) for step in STEPS]
        attempts = journal("select count(*), sum(prompt_tokens), sum(completion_tokens) ")
        before = attempts[0][0]
        for step in STEPS:
            run_step(None, machines(ROWS), step, "llm_other_server")
        again = journal("select count(*) ")[0][0] - before
        folded = fold_journal()
        close_runtime()
    report = {"steps": shown, "attempts_and_tokens": attempts, "asked_again": again}
    sys.stdout.write(json.dumps(report | {"folded": folded}, indent=1) + "\n")
    is_whole = all(sum(one["statuses"].values()) == ROWS for one in shown)
    return 0 if is_whole and again == 0 and folded["attempts"] == before else 1


def show(step) -> dict:
    """Run a step and return what its rows became."""
    table = run_step(None, machines(ROWS), step, "llm_other_server")
    errors = Counter(str(error)[:90] for error in table.column("error").to_pylist() if error)
    return {
        "step": step.name,
        "statuses": Counter(table.column("status").to_pylist()),
        "errors": errors,
        "providers": sorted(set(table.column("provider").to_pylist())),
        "prompt_tokens": table.column("prompt_tokens").to_pylist(),
    }


def journal(what: str) -> list[tuple]:
    """Read the attempts."""
    connection = sqlite3.connect(lake().journal_db)
    try:
        return connection.execute(f"{what} from llm_attempts").fetchall()
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
