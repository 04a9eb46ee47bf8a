"""Jobs stand in the menu of every page while one goes on; a toast says when it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboards.jobs import jobs
from dashboards.parts import runner
from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import reset_settings
from tests.dashboards.pages import failures, page, words
from tests.dashboards.test_runs import program, state, until


def test_a_job_is_seen_on_every_page_until_it_is_over(released: Path) -> None:
    assert "Jobs" not in words(page("data"))
    runner.start(program("import time; time.sleep(60)"), "Files of *run*")
    tested = page("data")
    assert failures(tested) == []
    assert "Jobs" in words(tested) and "Files of \\*run\\*" in words(tested)
    assert [toast.value for toast in tested.toast] == []
    runner.cancel(runner.latest_run())
    until(lambda: state() == "cancelled")
    tested = tested.run()
    assert [toast.value for toast in tested.toast] == ["Files of \\*run\\*: cancelled"]
    assert [toast.value for toast in tested.run().toast] == []  # it is said once
    assert "Jobs" not in words(page("data"))  # a session that never saw it go on


def test_jobs_of_a_key_and_jobs_before_readers_of_a_tier_are_not_shown(
    released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.make("run", "of a key", program("import time; time.sleep(60)"), owner="abc")
    assert "Jobs" not in words(page("data"))
    runner_title = "of a page"
    jobs.make("page", runner_title, program("import time; time.sleep(60)"))
    said = words(page("data"))
    assert runner_title in said and "of a key" not in said
    newer = {"kind": "run", "title": "newer", "owner": "abc", "command": "[]", "environment": "{}"}
    newer |= {"state": "succeeded", "created_at": journal.now(), "ended_at": journal.now()}
    journal.put("jobs", [newer | {"job_id": f"k{number}"} for number in range(60)])
    assert runner_title in words(page("data")), "many newer jobs of keys hide none of a page"
    monkeypatch.setenv("SLUICE_TIERS", "open")
    reset_settings()
    assert runner_title not in words(page("data"))
    for job in jobs.listed():
        jobs.cancel(job)
