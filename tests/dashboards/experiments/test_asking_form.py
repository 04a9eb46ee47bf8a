"""What failed is listed with its reason; a cohort is priced and asked for from the page."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from dashboards.experiments.asking_form import COST, FAILED, again_command
from dashboards.experiments.price import PRICE, most, price_command
from dashboards.jobs import jobs
from dashboards.parts import runner
from dashboards.parts.release import current_release, rows_of
from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import reset_settings
from tests.dashboards.pages import failures, page, words


def test_failed_texts_have_a_reason_and_another_try(released: Path) -> None:
    with journal.journal():  # a lake of its own, not a copy of released files alone
        pass
    found = rows_of(str(current_release().path), FAILED, (("cohort", "all"),)).to_pylist()
    assert all(row["reason"] for row in found)
    tested = page("experiments", {"view": "Ask"})
    assert failures(tested) == []
    labels = [button.label for button in tested.button]
    assert {"What will it cost?", "Ask and build"} <= set(labels)
    assert any(label.startswith("Ask for") for label in labels) == bool(found)


def test_readers_of_a_tier_start_nothing(released: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_TIERS", "open")
    reset_settings()
    tested = page("experiments", {"view": "Ask"})
    assert failures(tested) == []
    assert "Ask for a cohort" not in words(tested)
    assert "make " not in words(tested)  # not theirs to run
    tested = page("experiments", {"view": "Studies"})
    assert failures(tested) == []
    assert "make " not in words(tested)
    assert not [one for one in tested.button if one.label in ("Price it", "Ask and build")]


@pytest.mark.unit
def test_values_are_joined_to_their_option_and_empty_ones_left_away() -> None:
    limits = {"cohort": "-a,b", "stage": "", "model": "m"}
    given = ["--domain=experiments", "--cohort=-a,b", "--model=m"]
    priced = [sys.executable, "-m", "python_models.runs.estimate", *given, "--json"]
    assert price_command(limits) == priced
    assert again_command(limits)[2:] == ["python_models.experiments.ask_failed", *given]


@pytest.mark.unit
def test_what_nobody_can_price_yet_is_no_zero() -> None:
    known = {"usd": 0.03, "most_usd": 0.5, "most_calls": 6}
    assert most([known]) == "$0.5000"
    unknown = {"usd": 0.0, "most_usd": None, "most_calls": 1_200}
    assert most([known, unknown]) == "$0.5000 and what 1,200 calls cost that nobody can price yet"


def test_a_price_asked_for_is_shown_as_a_table(released: Path) -> None:
    with journal.journal():  # a lake of its own, not a copy of released files alone
        pass
    step = {"step": "experiments_draft", "model": "m", "rows": 3, "calls": 3, "most_calls": 3,
            "cached_calls": 0, "prompt_tokens": 300, "completion_tokens": 900, "usd": 0.03,
            "most_usd": 0.03, "basis": "none"}  # fmt: skip
    job = runner.start(
        [sys.executable, "-c", f"print({json.dumps([step])!r})"], f"{COST} all cohorts", PRICE
    )
    while not (job := jobs.named(job.job_id) or job).is_over:
        time.sleep(0.05)
    tested = page("experiments", {"view": "Ask"})
    assert failures(tested) == []
    assert "Up to 3 calls and $0.0300" in words(tested).replace("\\", "")
    prices = [shown.value for shown in tested.dataframe if "most_usd" in shown.value]
    assert [list(shown["step"]) for shown in prices] == [["Experiments draft"]]
