"""What every test shares: a lake of its own, no key, no network, loud words on what is skipped."""

from __future__ import annotations

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from ingestion.lakehouse.settings import Settings, reset_settings
from tests import unit_guard

PROJECT_ROOT = Path(__file__).resolve().parents[1]
os.environ.setdefault("DBT_LOG_LEVEL_FILE", "info")  # nobody reads the debug log of a test's build


def postgres_bin() -> Path | None:
    """Return the folder of an installed PostgreSQL server's programs."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if folders:
        return folders[-1]
    found = shutil.which("postgres")
    return Path(found).parent if found else None


def chromium_path() -> str | None:
    """Return an installed Chromium."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


# files that build lakes come first, the longest ahead: at the end no process is left alone with one
LONGEST_FIRST = (
    "gates/test_bad_delivery.py",
    "browser/test_browser.py",
    "ops/test_build.py",
    "gates/test_bad_conversations.py",
    "telemetry_models/test_incremental.py",
    "experiments_models/",
    "conversations_models/test_incremental.py",
    "ops/test_domains.py",
    "conversations_landing/test_landing.py",
    "ingestion/test_landing.py",
    "faults/",
    "benchmarks/",
    "conventions/",
    "llm/",
)
# files, and folders of files, that start no process and no server: `make unit`
UNIT = (
    "conventions/test_docs.py",
    "conversations/test_export.py",
    "conversations/test_judgement.py",
    "conversations/test_near_duplicates.py",
    "conversations/test_round_trip.py",
    "conversations_landing/test_decoding.py",
    "conversations_landing/test_formats.py",
    "experiments_agreement/test_agreement.py",
    "experiments_agreement/test_judging.py",
    "experiments_scores/",
    "ingestion/test_csv.py",
    "ingestion/test_declarations.py",
    "ingestion/test_times.py",
    "llm/test_pacing.py",
    "llm/test_prompts_and_answers.py",
    "ops/test_reader.py",
    "simulator/test_plant.py",
    "telemetry/test_claims.py",
    "telemetry/test_offline_rules.py",
    "telemetry/test_report.py",
    "test_unit_guard.py",
)
# those that build a lake, a project or an image
SLOW = (
    "benchmarks/",
    "browser/",
    "conversations_models/test_incremental.py",
    "end_to_end/",
    "experiments_models/",
    "faults/",
    "gates/test_bad_conversations.py",
    "gates/test_bad_delivery.py",
    "ops/test_build.py",
    "ops/test_domains.py",
    "ops/test_old_lake_run.py",
    "ops/test_repair.py",
    "telemetry_models/test_incremental.py",
)


def pytest_configure(config: pytest.Config) -> None:
    """Generate the same examples each time in `make test`; a plain `pytest` looks for new ones."""
    settings.register_profile("repeatable", derandomize=True)
    if config.getoption("markexpr") in ("not long", "unit"):
        settings.load_profile("repeatable")
    unit_guard.install()


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
    not_unit = ("slow", "long", "browser", "postgres")
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


@pytest.fixture(autouse=True)
def clean_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Give each test default settings and a lake of its own; no key or address leaks in."""
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
