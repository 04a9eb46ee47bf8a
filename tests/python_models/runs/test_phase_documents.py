"""Kept phases as they are shown, exported and compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from python_models.runs import __main__ as commands
from tests.python_models.kept_runs import keep_run

ALL = tuple(range(1, 11))


def lake_with_two_runs() -> None:
    """Keep two runs of all phases, the second with another story in its report."""
    for number, (run_id, stories) in enumerate((("r1", "ab"), ("r2", "bc")), 1):
        keep_run(run_id, number, ALL, rows=phases_of(run_id, stories, number))
        row = {"invocation_id": f"i-{run_id}", "run_id": run_id, "status": "success"}
        journal.put("runs", [row | {"started_at": f"2026-01-0{number} 00:00:00.000000"}])
        told = {"arguments": "{}", "variables": "{}", "environment": "{}", "files": "{}"}
        known = {"invocation_id": f"i-{run_id}", "run_id": run_id, "selected": "[]"}
        journal.put("run_args", [known | told | {"recorded_at": "2026-01-01"}])


def phases_of(run_id: str, stories: str, number: int) -> dict[int, dict[str, list[dict[str, Any]]]]:
    """Return what phases leave of some stories, each of one article."""
    of_run = {"run_id": run_id}
    keys = [of_run | {"story_id": story, "lead_article_id": f"{story}1"} for story in stories]
    articles = [
        of_run | {"article_id": f"{story}1", "title": f"On {story}", "flags": '["x"]'}
        for story in stories
    ]
    tier1 = [key | {"article_id": key["lead_article_id"], "score": number} for key in keys]
    ranks = [
        key | {"rank": place, "selected": True, "weighted_score": 5.0 + number}
        for place, key in enumerate(keys, 1)
    ]
    config = [of_run | {"config": json.dumps({"report": {"top_n": number}}), "report": "daily"}]
    return {
        1: {"run": config, "categories": [of_run]},
        2: {"articles": articles, "sources_failed": [of_run]},
        3: {"tier1": tier1, "stories": keys},
        4: {"tier2": [key | {"relevance": 8.0} for key in keys]},
        6: {"ranking": ranks},
        10: {"reports": [of_run | {"markdown": f"# The report\n{run_id}"}]},
    }


def export(folder: Path, run_id: str, *more: str) -> dict[str, str]:
    """Export a run; returns {file: its text}."""
    assert commands.main(["export-run", run_id, str(folder), *more]) == 0
    return {path.name: path.read_text() for path in sorted(folder.rglob("*.*"))}


def test_an_export_of_kept_phases_opens_no_table_of_other_runs(tmp_path: Path) -> None:
    lake_with_two_runs()
    node = {"unique_id": "model.sluice.articles", "node": "articles", "resource_type": "model"}
    of_run = {"invocation_id": "i-r1", "run_id": "r1", "domain": "news", "phase": "2 scraping"}
    ran = {"status": "success", "started_at": "2026-01-01 00:00:00.000000"}
    journal.put("node_runs", [node | of_run | ran])
    lake().build_db.write_text("no database: whoever opens it fails")
    files = export(tmp_path / "out", "r1")
    assert len(files) == 10 and files["phase10_final_report.md"].startswith("# The report\nr1")


def test_a_run_is_exported_as_ten_files_and_the_last_is_the_report(tmp_path: Path) -> None:
    lake_with_two_runs()
    files = export(tmp_path / "out", "r1")
    assert "phase1_initialization.json" in files
    assert "phase9_validation.json" in files
    assert files["phase10_final_report.md"] == "# The report\nr1"
    assert len(files) == 10
    scraping = json.loads(files["phase2_scraping.json"])
    wanted = ("run_id", "phase_name", "phase_number", "timestamp", "duration_seconds")
    wanted += ("input_count", "output_count", "llm_calls", "cost_usd", "status")
    assert set(wanted) <= scraping["metadata"].keys()
    assert scraping["metadata"]["status"] == "completed"
    assert set(scraping["data"]) == {"articles", "sources_failed"}
    assert scraping["data"]["articles"][0]["flags"] == ["x"]
    ranking = json.loads(files["phase6_ranking.json"])["data"]["articles"]
    assert [(row["article_id"], row["story_id"], row["title"]) for row in ranking] == [
        ("a1", "a", "On a"),
        ("b1", "b", "On b"),
    ]
    assert (
        ranking[0] | {"score": 1, "relevance": 8.0, "rank": 1, "weighted_score": 6.0} == ranking[0]
    )


def test_an_unfinished_run_has_no_report_and_the_files_of_its_phases(tmp_path: Path) -> None:
    lake_with_two_runs()
    keep_run("r3", 3, (1, 2), rows=phases_of("r3", "d", 3))
    journal.put(
        "runs",
        [{"invocation_id": "i-r3", "run_id": "r3", "status": "failed", "started_at": "2026-01-03"}],
    )
    assert list(export(tmp_path / "out", "r3")) == [
        "phase1_initialization.json",
        "phase2_scraping.json",
    ]


def test_a_phase_of_an_old_run_is_shown_from_what_is_kept(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lake_with_two_runs()
    for phase in ("tier1_filter", "3", "3 tier1_filter"):
        assert commands.main(["phase-show", "--run", "r1", "--phase", phase, "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        assert [row["story_id"] for row in document["data"]["tier1"]] == ["a", "b"]
        assert document["phases"][0]["output_count"] == 2
    assert commands.main(["phase-show", "--run", "r1", "--phase", "11"]) == 1


def test_two_runs_are_compared_by_what_they_were_told_and_who_entered(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lake_with_two_runs()
    assert commands.main(["run-compare", "r1", "r2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["phases"]["news"]
    assert {"setting": "report.top_n", "a": "1", "b": "2"} in found["What the runs were told"]
    moves = [(row["what"], row["story_id"]) for row in found["Entered and left the report"]]
    assert moves == [("moved", "b"), ("entered", "c"), ("left", "a")]
    scores = [(row["phase"], row["a"], row["b"]) for row in found["Scores that moved"]]
    assert scores == [("tier1", 1, 2), ("ranking", 6.0, 7.0)]
    assert [row["phase"] for row in found["Phases of news"]][2] == "3 tier1_filter"


def test_what_keeps_no_phases_is_exported_beside_what_does(tmp_path: Path) -> None:
    lake_with_two_runs()
    of_run = {"invocation_id": "i-r1", "run_id": "r1", "domain": "telemetry"}
    ran = {"status": "pass", "started_at": "2026-01-01 00:00:00.000000", "resource_type": "test"}
    for at, phase in enumerate(("1 landing", "2 staging", "10 release")):
        node = {"unique_id": f"test.sluice.{at}", "node": f"n{at}", "phase": phase}
        journal.put("node_runs", [node | of_run | ran])
    files = export(tmp_path / "out", "r1")
    assert sorted(path.name for path in (tmp_path / "out" / "telemetry").iterdir()) == [
        "phase10_release.md", "phase1_landing.json", "phase2_staging.json",
    ]  # fmt: skip
    assert files["phase10_release.md"].startswith("# Release of run r1")
    assert len(list((tmp_path / "out" / "news").iterdir())) == 10
    only = export(tmp_path / "one", "r1", "--domain", "telemetry")
    assert len(only) == 3 and (tmp_path / "one" / "phase10_release.md").exists()
