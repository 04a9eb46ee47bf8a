"""Each example of docs/open-elsewhere.md runs as it stands, on a lake beside it."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.lakehouse.settings import PROJECT_ROOT, reset_settings
from tests.python_models.publishing import build_database, mart, publish

PAGE = (PROJECT_ROOT / "docs" / "open-elsewhere.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```(sh|python)\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = "".join(text for language, text in EXAMPLES if language == "sh").splitlines()
SCRIPTS = [text for language, text in EXAMPLES if language == "python"]
NOTEBOOK = PROJECT_ROOT / "docs" / "examples" / "first_look.ipynb"
CYCLES = """
create table plant.cycles as
select
    i as thing_id,
    ['oven-01', 'press-01'][1 + i % 2] as control_id,
    date '2026-01-01' + (i // 4)::integer as cycle_date
from range(12) as numbers (i)
"""


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a `lake` in it that has a release of `telemetry.cycles`."""
    folder = tmp_path_factory.mktemp("beside")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLUICE_LAKE", str(folder / "lake"))
        reset_settings()
        (folder / "lake").mkdir()
        with build_database() as build:
            build.execute(CYCLES)
            publish(build, mart("cycles", domain="telemetry"))
    reset_settings()
    return folder


def run(beside: Path, *command: str) -> bytes:
    done = subprocess.run(
        command,
        cwd=beside,
        env=os.environ
        | {"SLUICE_LAKE": str(beside / "lake"), "PYTHONPATH": str(PROJECT_ROOT)}
        | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, (command, done.stdout[-800:], done.stderr[-800:])
    return done.stdout


def of_make_sql(command: str) -> tuple[str, str]:
    """Return the query and the format of a line `make sql Q=".." FORMAT=..`."""
    found = re.fullmatch(r'make sql Q="(.*?)" FORMAT=(\w+)(?: > \S+)?', command)
    assert found, command
    return found[1], found[2]


def test_make_sql_writes_markdown_parquet_and_arrow(beside: Path) -> None:
    said = {}
    for command in (line for line in COMMANDS if line.startswith("make sql")):
        query, form = of_make_sql(command)
        module = (sys.executable, "-m", "python_models.release.sql")
        said[form] = run(beside, *module, "--query", query, "--format", form)
    rows = said["md"].decode().splitlines()
    assert rows[:2] == ["| control_id | cycles |", "| --- | --- |"]
    assert sorted(rows[2:]) == ["| oven-01 | 6 |", "| press-01 | 6 |"]
    as_parquet = pq.read_table(io.BytesIO(said["parquet"]))
    assert len(as_parquet) == 12 and as_parquet["control_id"][0].as_py() == "oven-01"
    assert pa.ipc.open_stream(said["arrow"]).read_all().equals(as_parquet)


def test_the_shell_of_duckdb_opens_a_release(beside: Path) -> None:
    (command,) = (line for line in COMMANDS if not line.startswith("make"))
    assert b"control_id" in run(beside, "bash", "-euc", command)


@pytest.mark.parametrize("script", SCRIPTS, ids=["duckdb", "ibis", "pyiceberg"])
def test_a_script_of_the_page_runs_as_it_stands(beside: Path, script: str) -> None:
    said = run(beside, sys.executable, "-c", script).decode()
    assert "oven-01" in said


def test_under_another_name_the_catalog_is_empty(beside: Path) -> None:
    script = next(script for script in SCRIPTS if "pyiceberg" in script)
    wrong = script.replace('"sluice"', '"default"')
    done = subprocess.run(
        [sys.executable, "-c", wrong], cwd=beside, capture_output=True, timeout=120, check=False
    )
    assert b"NoSuchTableError" in done.stderr


def test_the_notebook_runs_from_top_to_bottom(beside: Path) -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert all(not cell.get("outputs") for cell in cells), "results are not part of it"
    whole = "\n".join([*code, "assert len(tables) and per_day['cycles'].sum() == 12"])
    run(beside, sys.executable, "-c", whole)
