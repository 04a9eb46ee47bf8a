"""A run of news that is killed in and between all of its phases comes to the same report."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import PROJECT_ROOT, reset_settings
from python_models.release import kept_phases
from python_models.release.reader import open_release
from tests.python_models.phased import NEWS, paid

# two before anything is built, then one in each phase, and one between it and the next; in those
# that ask a model also one among its answers
KILLS = (
    "run-begun",
    "answer-kept:90",
    "node.int_news__categories",
    "phase.initialization.snapshot",
    "node.int_news__passages",
    "phase.scraping.row",
    "node.int_news__story_vectors",
    "phase.tier1_filter.begun",
    "answer-journalled:2",
    "node.llm_news__relevance_scored",
    "phase.tier2_batch.snapshot",
    "node.int_news__evidence",
    "answer-journalled:7",
    "phase.tier3_5d.row",
    "node.int_news__ranking",
    "phase.ranking.snapshot",
    "answer-journalled:5",
    "node.llm_news__analyses_written",
    "phase.paraphrasing.begun",
    "node.int_news__entities_named",
    "phase.enrichment.row",
    "node.int_news__validations",
    "phase.validation.snapshot",
    "node.int_news__report_items",
    "phase.final_report.row",
    "publish.committed",
)
RUN = ("python_models.runs.run", "--domain", "news", "--demo")
RESUME = ("python_models.runs", "resume")
# of a run, or told by the clock
VOLATILE = {"run_id", "first_run_id", "reported_run_id", "joined_run_id", "call_id", "seconds",
            "fetched_at", "last_good_at", "as_of", "next_try_at", "written_at"}  # fmt: skip
TABLES = ("articles", "stories", "story_articles", "tier1", "tier2", "tier3", "ranking",
          "analyses", "backgrounds", "validations", "funnel")  # fmt: skip


def command(lake: Path, words: tuple[str, ...], fault: str = "", days: int = 0) -> tuple[int, str]:
    """Run a command of the project over a lake, some days later by its clock."""
    later = ["faketime", "-f", f"+{days}d"] if days and shutil.which("faketime") else []
    known = os.environ | {"SLUICE_LAKE": str(lake), "FAULT": fault, "SLUICE_NEWS_RUN": "1"}
    done = subprocess.run(
        [*later, sys.executable, "-m", *words],
        cwd=PROJECT_ROOT, env=known, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def left_by(lake: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the report and the tables a run left, without what names it."""
    monkeypatch.setenv("SLUICE_LAKE", str(lake))
    reset_settings()
    found: dict[str, Any] = {"paid": sorted(paid()), "calls": len(journal.rows(
        "select call_id from llm_calls"))}  # fmt: skip
    with open_release() as connection:
        found["reports"] = connection.sql("select markdown from news.reports").fetchall()
        for table in TABLES:
            names = [row[0] for row in connection.sql(f"describe news.{table}").fetchall()]
            kept = ", ".join(name for name in names if name not in VOLATILE)
            rows = connection.sql(f"select {kept} from news.{table} order by all").fetchall()
            found[table] = rows
    with kept_phases.reading() as connection:
        found["phases"] = [row["phase_number"] for row in kept_phases.runs_of(connection, NEWS)
                           if row["status"] == kept_phases.COMPLETED]  # fmt: skip
    return found


@pytest.mark.long
def test_a_run_of_the_demo_killed_in_and_between_its_ten_phases_makes_the_same_report(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    killed, quiet = tmp_path / "killed", tmp_path / "quiet"
    for number, point in enumerate(KILLS):
        # before anything is built it is `make news` that goes on, then `make resume`, days later
        words = RUN if number < 3 else RESUME
        code, said = command(killed, words, point, days=number // 4)
        assert code == 137, (point, said[-3000:])
    code, said = command(killed, RESUME, days=9)
    assert code == 0, said[-3000:]
    code, said = command(quiet, RUN)
    assert code == 0, said[-3000:]
    found, wanted = left_by(killed, monkeypatch), left_by(quiet, monkeypatch)
    record_property("kills", len(KILLS))
    record_property("answers", len(found["paid"]))
    record_property("paid for twice", len(found["paid"]) - len(set(found["paid"])))
    assert len(wanted["reports"]) == 1 and len(wanted["tier3"]) == 15
    assert found["phases"] == wanted["phases"] == list(range(1, 11))
    assert len(found["paid"]) == len(set(found["paid"]))  # no answer was paid for twice
    for name, rows in wanted.items():
        assert found[name] == rows, name


@pytest.mark.long
def test_an_old_run_is_read_compared_and_gone_on_from_after_newer_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, out = tmp_path / "lake", tmp_path / "out"
    monkeypatch.setenv("SLUICE_LAKE", str(lake))
    for day in (20, 21):
        monkeypatch.setenv("SLUICE_NEWS_AS_OF", f"2026-02-{day}T18:00:00")
        code, said = command(lake, RUN)
        assert code == 0, said[-3000:]
    reset_settings()
    with kept_phases.reading() as connection:
        runs = list(dict.fromkeys(row["run_id"] for row in kept_phases.runs_of(connection, NEWS)))
    assert len(runs) == 2
    report, released, spent = report_of(runs[0]), counts(), len(paid())
    shown = ("--run", runs[0], "--phase", "scraping")
    for words in (
        ("phase-show", *shown),
        ("export-run", runs[0], str(out)),
        ("run-compare", runs[0], runs[1]),
        ("resume", "--run", runs[0], "--from", "6"),
    ):
        code, said = command(lake, ("python_models.runs", *words))
        assert code == 0, (words, said[-3000:])
    (exported,) = out.rglob("phase10_final_report.md")
    assert exported.read_text() == report == report_of(runs[0])
    assert len(list(out.rglob("phase*"))) == 10
    with kept_phases.reading() as connection:
        rows = [row for row in kept_phases.runs_of(connection, NEWS) if row["run_id"] == runs[0]]
    assert [row["phase_number"] for row in rows if row["attempt"] == 2] == [6, 7, 8, 9, 10]
    # readers keep what they had, and nothing was asked again
    assert (counts(), len(paid())) == (released, spent)


def report_of(run_id: str) -> str:
    """Return a run's report as its newest attempt left it."""
    with kept_phases.reading() as connection:
        row = kept_phases.newest_phases(kept_phases.runs_of(connection, NEWS), run_id)[10]
        found: str = kept_phases.relation_rows(connection, NEWS, row, "reports")[0]["markdown"]
    return found


def counts() -> list[tuple[Any, ...]]:
    """Return how many rows of each run the release has."""
    with open_release() as connection:
        return connection.sql(
            "select run_id, count(*) from news.tier1 group by run_id order by run_id"
        ).fetchall()
