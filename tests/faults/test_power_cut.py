"""The order in which a landing and a release reach the disk, read from the system's own calls.

A power cut keeps what was synced: before the catalog or a link points to a file, the file and the
folders it lies in must have been.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT
from tests.ingestion.lakes import Plant, csv

WHY = "NOT TESTED: what survives a power cut (apt-get install strace)"
CALLS = "openat,fsync,fdatasync,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink"


@pytest.fixture(autouse=True)
def _needs_strace() -> None:
    if not shutil.which("strace"):
        assert not os.environ.get("SLUICE_CI"), WHY
        pytest.skip(WHY)


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    monkeypatch.setenv("SLUICE_SOURCES", "")
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", os.environ.get("PYTHONPYCACHEPREFIX", "/tmp/pycache"))
    return Plant(tmp_path / "plant")


@dataclass
class Trace:
    """What was done to files, one line a call, in order."""

    lines: list[str] = field(default_factory=list)

    def first(self, pattern: str, after: int = -1) -> int:
        """Return where a call is found first after a place."""
        for number in range(after + 1, len(self.lines)):
            if re.search(pattern, self.lines[number]):
                return number
        raise AssertionError(f"no call like {pattern}")

    def synced_before(self, path: Path, place: int) -> bool:
        """Say whether a file or folder was synced before a place."""
        return any(
            re.search(rf"f(data)?sync\(\d+<{re.escape(str(path))}>\)", line)
            for line in self.lines[:place]
        )


def traced(*command: str, folder: Path) -> Trace:
    """Run a command under strace; returns its calls."""
    out = folder / "strace"
    done = subprocess.run(
        ["strace", "-f", "-y", "-s", "1000", "-e", f"trace={CALLS}", "-o", str(out), *command],
        cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return Trace(out.read_text(errors="replace").splitlines())


def last_commit(trace: Trace) -> int:
    """Where the catalog's SQLite file was synced last: the commit is acknowledged after it."""
    pattern = rf"f(data)?sync\(\d+<{re.escape(str(lake().catalog_db))}[^>]*>\)"
    found = [at for at, line in enumerate(trace.lines) if re.search(pattern, line)]
    assert found, "the catalog was never synced"
    return found[-1]


def expect_durable(trace: Trace, namespace: str) -> None:
    """Every file of a namespace, and its folders, were synced before the last commit."""
    commit = last_commit(trace)
    # dlt's own marker in the namespace has no ending
    kinds = {".parquet", ".avro", ".json"}
    files = [path for path in (lake().warehouse / namespace).rglob("*.*") if path.suffix in kinds]
    assert {path.suffix for path in files} == kinds
    for path in files:
        assert trace.synced_before(path, commit), f"{path} was not synced before the commit"
        assert trace.synced_before(path.parent, commit), f"{path.parent} was not synced"
        assert trace.synced_before(path.parent.parent, commit)


def test_a_landing_syncs_files_and_folders_before_the_catalog_names_them(
    plant: Plant, tmp_path: Path
) -> None:
    plant.deliver("day1.csv", csv(0, 10))
    command = (sys.executable, "-m", "ingestion", "telemetry", "--source", "plant")
    expect_durable(traced(*command, folder=tmp_path), "raw_telemetry")


PUBLISH = (
    "from tests.python_models.publishing import *\n"
    "with build_database() as build:\n"
    "    make_things(build)\n"
    "    publish(build, mart())\n"
)


def test_a_release_syncs_its_tables_before_the_catalog_and_its_file_before_the_link(
    tmp_path: Path,
) -> None:
    lake()
    trace = traced(sys.executable, "-c", PUBLISH, folder=tmp_path)
    expect_durable(trace, "plant")
    linked = trace.first(r"rename\w*\(.*latest\.duckdb\.\d+.*latest\.duckdb\"")
    unfinished = lake().releases / f".{lake().latest.resolve().name}"
    assert trace.synced_before(unfinished, linked), "the release file was not synced"
    named = trace.first(rf"rename\w*\(.*{re.escape(str(unfinished))}\"")
    assert named < linked
    assert any(
        f"<{lake().releases}>)" in line and "sync(" in line for line in trace.lines[named:linked]
    ), "the folder of releases was not synced between the file's name and the link"
