"""The build an estimate makes in its copy: the SQL whose rows the first LLM steps read."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from ingestion.lakehouse.dbt_environment import DBT, DBT_FOLDER, target_folder
from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.lakehouse.sql_text import identifier
from ingestion.landing.products import PRODUCTS
from python_models.llm.scratch import COMPILED, NAME, PARSED, environment
from python_models.runs.dbt_command import variables_argument
from python_models.runs.slices import Choice

MANIFEST = "manifest.json"
# what does not wait for answers; gates would only say what the next build will say
EXCLUDED = ("--exclude", "tag:llm+", "gate_*", "--exclude-resource-type", "test", "unit_test")
_BUILT = re.compile(r"\b([0-9]+) of ([0-9]+) (?:OK|ERROR|SKIP)\b(?! hook)")
_STEPS = 4  # of a build that are told


def tell(what: str) -> None:
    """Say what is being done."""
    sys.stderr.write(f"estimate: {what} ..\n")
    sys.stderr.flush()


def build_inputs(folder: Path, products: Iterable[str], choice: Choice) -> dict[str, Any]:
    """Build the SQL whose rows the first LLM steps of products read; return dbt's manifest."""
    tell("building what the steps read, in the copy")
    _stand_in_for_gates(folder)
    named = set(products)
    # of all products it is the same, and dbt walks its graph once
    above_llm = (
        ["+tag:llm"] if named == set(PRODUCTS) else [f"+tag:llm,+{n}" for n in sorted(named)]
    )
    variables = variables_argument(choice.variables)
    run_dbt(folder, ["build", "--select", *above_llm, *EXCLUDED, *variables])
    return _manifest(folder / "target")


def _stand_in_for_gates(folder: Path) -> None:
    """Give the copy of a lake that was never built its gates' tables: Python models open them."""
    with duckdb.connect(folder / NAME) as connection:
        connection.execute("create schema if not exists ops")
        for gate in (PROJECT_ROOT / "python_models" / "models").glob("*/gate_*.py"):
            table = f"ops.{identifier(gate.stem)}"
            connection.execute(f"create table if not exists {table} (promise_id varchar)")


def last_manifest(folder: Path, invocation_id: str | None, choice: Choice) -> dict[str, Any]:
    """Return the manifest of a build that still stands, else parse the project.

    Args:
        folder: of the copy.
        invocation_id: of the last run, if nothing has changed since.
        choice: what the estimate is restricted to.
    """
    if invocation_id is not None and (target_folder() / MANIFEST).is_file():
        found = _manifest(target_folder())
        if found["metadata"].get("invocation_id") == invocation_id:
            return found
    run_dbt(folder, ["parse", *variables_argument(choice.variables)])
    return _manifest(folder / "target")


def _manifest(target: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
    return found


def run_dbt(folder: Path, arguments: list[str]) -> None:
    """Run dbt in a process of its own: one that has the build database open could not read it.

    What is built is counted as it goes on; of what dbt says the rest is shown if it failed.

    Raises:
        SystemExit: dbt failed; it has said why.
    """
    known = environment(folder)
    if not (folder / "target" / PARSED).exists():
        tell("the project is read for the first time, which takes longest")
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*DBT, *arguments, "--no-use-colors"], cwd=DBT_FOLDER, env=known, stdout=pipe, text=True
    ) as process:
        said = _followed(process.stdout or ())
    if process.returncode:
        sys.stderr.writelines(said)
        raise SystemExit(f"dbt {' '.join(arguments)} failed; mend that first")
    _keep_parsed(folder)


def _followed(lines: Iterable[str]) -> list[str]:
    """Tell how far a build is, a line a quarter; return all that dbt says."""
    said, told = [], 0
    for line in lines:
        said.append(line)
        found = _BUILT.search(line)
        if found and int(found[1]) * _STEPS // int(found[2]) > told:
            told = int(found[1]) * _STEPS // int(found[2])
            tell(f"{found[1]} of {found[2]} built")
    return said


def _keep_parsed(folder: Path) -> None:
    """Keep the project as dbt has read it for the next build, where none is kept yet.

    Reading all of it takes three quarters of a first estimate.
    """
    for name in (PARSED, COMPILED):
        read, kept = folder / "target" / name, target_folder() / name
        if kept.exists() or not read.exists():
            continue
        kept.parent.mkdir(parents=True, exist_ok=True)
        beside = kept.with_name(f"{name}.{os.getpid()}")
        shutil.copyfile(read, beside)
        beside.replace(kept)
