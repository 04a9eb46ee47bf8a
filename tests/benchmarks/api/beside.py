"""Reads while a build goes on beside the server: what either costs the other."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from ingestion.lakehouse.settings import PROJECT_ROOT
from tests.benchmarks.api import load

RATE = 40  # requests offered a second
_BUILD = ("dbt_main", "build", "--full-refresh", "--select", "telemetry")
_FOLDERS = ("--project-dir", "dbt_project", "--profiles-dir", "dbt_project")


def measured(url: str, key: str, built: Path, folder: Path, seconds: float) -> tuple[float, float]:
    """Return p95 beside a build by p95 alone, and the build's seconds by its seconds alone.

    Args:
        url: where the server answers.
        key: key that may read.
        built: a lake of `make run`; its copy is built anew, by one thread.
        folder: where the copy may lie.
        seconds: how long the reads alone take.
    """
    copy = folder / "built"
    shutil.copytree(built, copy, symlinks=True)
    environment = os.environ | {"SLUICE_LAKE": str(copy), "SLUICE_THREADS": "1"}
    subprocess.run(_command("__main__", "relocate"), env=environment, **_QUIET).check_returncode()
    alone = asyncio.run(load.offered(url, key, RATE, seconds)).p95()
    began = time.monotonic()
    subprocess.run(_command(*_BUILD, *_FOLDERS), env=environment, **_QUIET).check_returncode()
    build_alone = time.monotonic() - began

    began = time.monotonic()
    with subprocess.Popen(_command(*_BUILD, *_FOLDERS), env=environment, **_QUIET) as build:
        beside = asyncio.run(load.offered(url, key, RATE, build_alone)).p95()
        if build.wait():
            raise RuntimeError("the build failed")
        build_beside = time.monotonic() - began
    return beside / alone, build_beside / build_alone


_QUIET = {"cwd": PROJECT_ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def _command(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-W", "ignore", "-m", f"python_models.runs.{module}", *arguments]
