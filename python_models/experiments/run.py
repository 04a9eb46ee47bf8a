"""Run experiments alone: `python -m python_models.experiments.run [--cohort ...] [--stage ...]`.

Only what is missing is asked; the options restrict it further. `--only-failed` asks again what
ended badly, and what waits for that, and nothing else.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from typing import Any

import duckdb

from ingestion.lakehouse.extensions import load_extensions
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT, told
from python_models.llm.ledger.forget import forget
from python_models.runs import run as ops_run

RESTRICTIONS = ("cohort", "stage", "template", "model", "gen")
BAD = ("failed", "invalid", "truncated", "refused", "blocked")
COLUMNS = {"stage": "stage", "template": "template_id", "model": "model_id", "gen": "gen_id"}


def main(arguments: list[str] | None = None) -> int:
    """Land, then build and release experiments; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m python_models.experiments.run", description=__doc__
    )
    for name in RESTRICTIONS:
        parser.add_argument(f"--{name}", help=f"only this {name} (several: separated by commas)")
    parser.add_argument("--only-failed", action="store_true", help="only what ended badly")
    parser.add_argument("--no-landing", action="store_true", help="plan what has landed already")
    parser.add_argument("--force", action="store_true", help="build even when nothing is new")
    options, more = parser.parse_known_args(arguments)
    chosen = chosen_from(options)
    if options.only_failed:
        found = failed_generations(chosen)
        if not found:
            sys.stdout.write("Nothing has failed: nothing to ask again.\n")
            return 0
        forget(lake().journal_db, [call for _, call in found if call])
        sys.stdout.write(f"{len(found)} generations that ended badly are asked again.\n")
        chosen["gen"] = ",".join(gen_id for gen_id, _ in found)
    for name in RESTRICTIONS:
        os.environ[variable(name)] = chosen.get(name, "")
    landed = 0 if options.no_landing else land()
    if landed not in ops_run.GOES_ON:
        return landed
    is_forced = options.force or options.only_failed or bool(more)
    if not is_forced and (last := ops_run.nothing_new_since({}, "experiments")):
        ops_run.say_nothing_new(last)
        return ops_run.say_refused(landed)
    code = ops_run.main(["--build-only", "--select", "experiments", *more])
    return code or ops_run.say_refused(landed)


def variable(name: str) -> str:
    """Return the environment variable that restricts a run."""
    return f"SLUICE_EXPERIMENTS_{name.upper()}"


def chosen_from(options: argparse.Namespace) -> dict[str, str]:
    """Return what the run is restricted to: by options, else by the environment."""
    given = {
        name: getattr(options, name) or os.environ.get(variable(name)) for name in RESTRICTIONS
    }
    return {name: value for name, value in given.items() if value}


def land() -> int:
    """Land the declared studies; returns the exit code."""
    command = [sys.executable, "-m", "ingestion", "experiments"]
    return subprocess.run(command, cwd=PROJECT_ROOT, check=False).returncode


def failed_generations(chosen: dict[str, str]) -> list[tuple[str, str | None]]:
    """Return (gen_id, call_id) of what ended badly in the last build, within a restriction.

    Raises:
        duckdb.Error: nothing was built yet, or somebody is building now.
    """
    conditions = ["generations.status in (select unnest(?))"]
    values: list[Any] = [list(BAD)]
    for name, value in chosen.items():
        listed = [one.strip() for one in value.split(",")]
        if name == "cohort":
            conditions.append(
                "generations.gen_id in (select gen_id from experiments.membership "
                "where cohort_id in (select unnest(?)))"
            )
        else:
            conditions.append(f"generations.{COLUMNS[name]} in (select unnest(?))")
        values.append(listed)
    with duckdb.connect(str(lake().build_db), read_only=True) as connection:
        load_extensions(connection)
        return connection.execute(
            "select gen_id, call_id from experiments.generations as generations where "
            + " and ".join(conditions),
            values,
        ).fetchall()


if __name__ == "__main__":
    sys.exit(told(main))
