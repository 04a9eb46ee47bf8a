"""What every test shares: a lake of its own, no key, no network, loud words on what is skipped."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from ingestion.lakehouse.settings import Settings, reset_settings
from tests import forked, parsed_once, unit_guard
from tests.shared_by_workers import shared

PROJECT_ROOT = Path(__file__).resolve().parents[1]
os.environ.setdefault("DBT_LOG_LEVEL_FILE", "info")  # nobody reads the debug log of a test's build


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a parameter of bytes that are no text by its size.

    Every worker collects for itself: a packed file's bytes hold the second in which it was packed,
    so two workers would collect two tests and none would run.
    """
    if isinstance(val, bytes) and not (val.isascii() and val.decode("ascii").isprintable()):
        return f"{len(val)}_bytes"
    return None


def postgres_bin() -> Path | None:
    """Return the folder of an installed PostgreSQL server's programs."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if folders:
        return folders[-1]
    found = shutil.which("postgres")
    return Path(found).parent if found else None


def pgvector_there() -> str | None:
    """Return the pgvector that tests may use: an address, or a file of the installed extension."""
    if address := os.environ.get("SLUICE_TEST_PGVECTOR"):
        return address
    version = folder.parent.name if (folder := postgres_bin()) else ""
    found = Path(f"/usr/share/postgresql/{version}/extension/vector.control")
    return str(found) if found.exists() else None


def chromium_path() -> str | None:
    """Return an installed Chromium."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


# files that build lakes come first, the longest ahead: at the end no process is left alone with one
LONGEST_FIRST = (
    "end_to_end/",
    "expectations/test_bad_delivery.py",
    "dashboards/browser/test_browser.py",
    "python_models/runs/test_build.py",
    "expectations/test_bad_conversations.py",
    "dbt_project/telemetry/test_incremental.py",
    "dbt_project/experiments/",
    "dbt_project/news/",
    "dbt_project/conversations/test_incremental.py",
    "python_models/runs/",
    "python_models/upkeep/",
    "ingestion/conversations/test_landing.py",
    "ingestion/landing/test_landing.py",
    "faults/",
    "benchmarks/",
    "conventions/",
    "python_models/llm/",
)
# files, and folders of files, that start no process and no server: `make unit`
UNIT = (
    "conventions/test_docs.py",
    "expectations/test_outcome.py",
    "expectations/test_wording.py",
    "python_models/conversations/test_export.py",
    "python_models/conversations/test_judgement.py",
    "python_models/conversations/test_near_duplicates.py",
    "python_models/conversations/test_round_trip.py",
    "ingestion/conversations/test_decoding.py",
    "ingestion/conversations/test_formats.py",
    "python_models/experiments/agreement/test_agreement.py",
    "python_models/experiments/agreement/test_judging.py",
    "python_models/experiments/scores/",
    "ingestion/telemetry/test_csv.py",
    "ingestion/landing/test_declarations.py",
    "ingestion/telemetry/test_times.py",
    "python_models/llm/test_pacing.py",
    "python_models/llm/test_prompts_and_answers.py",
    "python_models/release/test_reader.py",
    "python_models/release/test_reuse.py",
    "ingestion/telemetry/simulator/test_plant.py",
    "python_models/llm/test_parse_response.py",
    "python_models/telemetry/test_claims.py",
    "python_models/telemetry/test_detection.py",
    "python_models/telemetry/test_offline_rules.py",
    "python_models/telemetry/test_report.py",
    "test_unit_guard.py",
)
# those that build a lake, a project or an image
SLOW = (
    "benchmarks/",
    "dashboards/browser/",
    "dbt_project/conversations/test_incremental.py",
    "end_to_end/",
    "dbt_project/experiments/",
    "dbt_project/news/",
    "faults/",
    "expectations/test_bad_conversations.py",
    "expectations/test_bad_delivery.py",
    "python_models/runs/test_build.py",
    "python_models/runs/test_domains.py",
    "python_models/runs/test_old_lake_run.py",
    "python_models/upkeep/test_repair.py",
    "dbt_project/telemetry/test_incremental.py",
)


def pytest_configure(config: pytest.Config) -> None:
    """Generate the same examples each time in `make test`; a plain `pytest` looks for new ones."""
    # `make test ARGS=-x` hands it on to every make that a test types
    for name in ("ARGS", "MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL"):
        os.environ.pop(name, None)
    # how long an example takes says how busy the machine is, and nothing of the code
    patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("new", patient)
    settings.register_profile("repeatable", patient, derandomize=True)
    settings.load_profile("new")
    if config.getoption("markexpr") in ("not long", "unit"):
        settings.load_profile("repeatable")
    unit_guard.install()
    # by Python's own thresholds all that a worker has imported is walked over and over
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """While a unit test runs, with all its fixtures, what starts a process raises."""
    if item.get_closest_marker("unit") is None:
        return (yield)
    with unit_guard.watching(item.nodeid):
        return (yield)


def _path(item: pytest.Item) -> str:
    inside = item.path.is_relative_to(PROJECT_ROOT / "tests")
    return item.path.relative_to(PROJECT_ROOT / "tests").as_posix() if inside else ""


def _mark(item: pytest.Item) -> None:
    """Mark a test by the place it lies in; its own marks go before."""
    path = _path(item)
    if path.startswith(SLOW):
        item.add_marker(pytest.mark.slow)
    not_unit = ("slow", "long", "browser", "postgres", "pgvector")
    if path.startswith(UNIT) and not any(map(item.get_closest_marker, not_unit)):
        item.add_marker(pytest.mark.unit)


def _place(item: pytest.Item) -> int:
    path = _path(item)
    places = (at for at, start in enumerate(LONGEST_FIRST) if path.startswith(start))
    return next(places, len(LONGEST_FIRST))


@pytest.hookimpl(tryfirst=True)  # before `-m` picks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        _mark(item)
    items.sort(key=_place)
    needs = {
        "browser": (chromium_path(), "chromium is not installed (apt-get install chromium)"),
        "pgvector": (
            pgvector_there(),
            "no pgvector (Debian 13: apt-get install postgresql-17-pgvector), nor an address of a "
            "server that has it in SLUICE_TEST_PGVECTOR",
        ),
        "postgres": (postgres_bin(), "no PostgreSQL server (apt-get install postgresql)"),
    }
    for item in items:
        for mark, (found, why) in needs.items():
            if item.get_closest_marker(mark) and not found:
                item.add_marker(pytest.mark.skip(reason=f"NOT TESTED: {why}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    loud = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if "NOT TESTED" in str(report.longrepr)
    ]
    if loud:
        terminalreporter.section("NOT TESTED ON THIS MACHINE", sep="!", red=True, bold=True)
        for reason in sorted({str(report.longrepr[2]) for report in loud}):
            terminalreporter.line(reason)


@pytest.fixture(scope="session", autouse=True)
def _parsed_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    parsed_once.STORE = shared(tmp_path_factory, "parsed")


@pytest.fixture(autouse=True)
def _dbt_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let dbt commands that code under test starts in this process be forked: see tests.forked."""
    if starting := sys.modules.get("python_models.runs.dbt_command"):
        starts = Namespace(**vars(subprocess) | {"run": forked.run_as_subprocess})
        monkeypatch.setattr(starting, "subprocess", starts)


@pytest.fixture(autouse=True)
def clean_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Give each test default settings and a lake of its own; no key or address leaks in."""
    # landing in this process tells dlt where it lies: the next test's dlt lies elsewhere
    monkeypatch.delenv("DLT_DATA_DIR", raising=False)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    monkeypatch.setenv("SLUICE_LAKE", str(tmp_path / "lake"))
    # the flags of a dbt run in this process outlive it: gates would take each build for a refresh
    flags = sys.modules.get("dbt.flags")
    if flags and getattr(flags.get_flags(), "FULL_REFRESH", False):
        monkeypatch.setattr(flags, "GLOBAL_FLAGS", Namespace(USE_COLORS=True))
    reset_settings()
    yield
    reset_settings()
