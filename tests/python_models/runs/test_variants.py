"""Variants: a second run from the kept phases of one, with something else said to it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ingestion.lakehouse.extensions import iceberg_session
from python_models.release import kept_phases, release_file
from python_models.runs import __main__ as commands
from python_models.runs.phase_views import create_phase_views
from python_models.upkeep.phase_retention import droppable
from tests.python_models.conftest import Ran
from tests.python_models.phased import relation, released, report, states, stored


def _ids() -> list[str]:
    return list(dict.fromkeys(row["run_id"] for row in stored()))


def test_a_variant_killed_half_way_is_gone_on_with_and_releases_nothing(ran: Ran) -> None:
    phased = ran.after(2)
    release, rows = release_file.current_release_id(), released("from news.scores order by all")
    earlier = report("r1")
    killed = subprocess.run(
        [sys.executable, "-m", "tests.python_models.phased", "variant", "--domain", "news"]
        + ["--run", "r1", "--from", "3"],
        env=os.environ
        | phased.environment()
        | {"FAULT": "node.int_news__tier2", "TINY_FACTOR": "100"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == 137, killed.stdout + killed.stderr
    *others, variant = _ids()
    assert others == ["r1", "r2"]
    # taken over, then made
    assert states(variant) == [(1, 1, "completed"), (2, 1, "completed"), (3, 2, "completed")]
    assert commands.main(["resume"]) == 0
    assert [state for state in states(variant) if state[0] > 3] == [
        (number, 3, "completed") for number in (4, 6, 10)
    ]
    # what it was told moved its report, and nobody else's
    assert [row["passed"] for row in relation(variant, 3, "tier1")] == [True] * 3
    assert report(variant)[0]["markdown"] == "# Report\n1. 3\n2. 1\n3. 2"
    assert {row["run_id"] for row in relation(variant, 2, "articles")} == {variant}
    assert report("r1") == earlier
    # asked for once more, its last phase: still nothing that readers see
    assert commands.main(["resume", "--run", variant, "--from", "10"]) == 0
    assert (10, 4, "completed") in states(variant)
    assert release_file.current_release_id() == release
    assert released("from news.scores order by all") == rows
    assert kept_phases.newest_run(stored()) == "r2"
    assert kept_phases.variants(stored(), "r1") == [variant]
    assert {row["variant_of"] for row in stored() if row["run_id"] == variant} == {"r1"}
    taken = [row for row in stored() if row["run_id"] == variant and row["phase_number"] < 3]
    assert [(row["llm_calls"], row["cost_usd"]) for row in taken] == [(0, 0.0)] * 2
    with iceberg_session() as connection:
        create_phase_views(connection)
        found = connection.execute("select distinct run_id from news_phases.newest_attempts")
        assert {run_id for (run_id,) in found.fetchall()} == {"r1", "r2"}


@pytest.mark.parametrize("step", ["2", "", "eleventh"])
def test_a_variant_begins_with_a_phase_that_reads_nothing_that_landed(
    ran: Ran, capsys: pytest.CaptureFixture[str], step: str
) -> None:
    ran.after(2)
    assert commands.main(["variant", "--domain", "news", "--run", "r1", "--from", step]) == 1
    assert "say from which phase on" in capsys.readouterr().err
    assert _ids() == ["r1", "r2"]


def test_a_variant_takes_no_place_of_the_runs_that_stay(ran: Ran) -> None:
    from datetime import datetime

    from python_models.release.kept_phases import newest_phases
    from python_models.runs.variants import take_over
    from tests.python_models.phased import NEWS

    ran.after(2)
    kept = newest_phases(stored(), "r2")
    for name in ("v1", "v2"):
        take_over(NEWS, {1: kept[1]}, name, {})
    later = datetime(2999, 1, 1)
    assert droppable(2, later) == {}
    assert droppable(1, later) == {"news": ["r1", "v1"]}
