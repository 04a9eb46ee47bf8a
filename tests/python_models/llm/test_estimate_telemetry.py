"""What `make estimate` says before a build of telemetry is what the ledger says after it."""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.expectations.plant import Plant
from tests.python_models.llm.server import Server

WRITTEN, EVALUATED = "llm_telemetry__assessments_written", "llm_telemetry__assessments_evaluated"
# few readings, many faults: a history of answers first, then some more days of them
SIZE = ("--controls", "2", "--days", "24", "--hz", "0.0166", "--clean-days", "5")
FAULTS = ("--fault-scale", "4", "--seed", "7")


def deliver(plant: Plant, *days: str) -> None:
    """Write some days of the machines' files and land them."""
    folder = plant.lake / "demo" / "telemetry"
    command = [sys.executable, "-m", "ingestion.telemetry.simulator", *SIZE, *FAULTS, *days]
    done = plant.run(*command, "--out", str(folder))
    assert done.returncode == 0, done.stderr
    plant.land()


def build(plant: Plant) -> None:
    done = plant.build("--select", f"+{EVALUATED}")
    assert done.returncode == 0, done.stdout[-6000:]


def estimated(plant: Plant) -> dict[str, dict[str, Any]]:
    """Return {node: estimate} as the command prints it."""
    done = plant.run(
        sys.executable, "-m", "python_models.runs.estimate", "--domain", "telemetry", "--json"
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return {one["node"]: one for one in json.loads(done.stdout.splitlines()[-1])}


def spent(plant: Plant) -> dict[str, dict[str, Any]]:
    """Return {node: what its last run took} from the journal."""
    with sqlite3.connect(plant.lake / "journal.db") as connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute("select * from llm_step_runs order by started_at").fetchall()
    return {row["node"]: dict(row) for row in found}


@pytest.mark.long
def test_estimate_and_ledger_of_telemetry_agree(tmp_path: Path) -> None:
    server = Server()
    priced = {
        "LLM_BASE_URL": server.url,
        "LLM_ENDPOINT_NAME": "test-server",
        "LLM_PRICE_INPUT_USD_PER_MILLION": "3",
        "LLM_PRICE_OUTPUT_USD_PER_MILLION": "9",
        "LLM_BUDGET_USD": "50",
    }
    plant = Plant(tmp_path, "telemetry", priced)
    try:
        deliver(plant, "--to-day", "18")
        build(plant)
        deliver(plant, "--from-day", "18")
        before = estimated(plant)
        server.show()
        build(plant)
        counted = server.counters()
    finally:
        server.stop()
    after = spent(plant)

    assert after[WRITTEN]["calls"] > 0
    # the evaluations' rows are answers still to come: one for each, and none asked twice
    assert before[WRITTEN]["calls"] == after[WRITTEN]["calls"]
    assert before[EVALUATED]["most_calls"] == after[EVALUATED]["calls"]
    again = sum(after[node]["requests"] - after[node]["calls"] for node in after)
    assert counted["requests"] - again == sum(after[node]["calls"] for node in after)
    # how long a dozen answers will be is known from earlier ones, and no better than that
    for kind, off in (("prompt_tokens", 0.1), ("completion_tokens", 0.2)):
        assert sum(after[node][kind] for node in after) == counted[kind]
        assert before[WRITTEN][kind] == pytest.approx(after[WRITTEN][kind], rel=off)
    assert before[WRITTEN]["usd"] == pytest.approx(after[WRITTEN]["cost_usd"], rel=0.15)
    usd = (3 * counted["prompt_tokens"] + 9 * counted["completion_tokens"]) / 1e6
    assert sum(after[node]["cost_usd"] for node in after) == pytest.approx(usd)
