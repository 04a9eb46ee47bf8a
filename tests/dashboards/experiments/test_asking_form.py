"""What failed is listed with its reason; a cohort is priced and asked for from the page."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dashboards.experiments.asking_form import FAILED, again_command
from dashboards.experiments.studies import price_command
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
    tested = page("experiments", {"view": "Studies"})
    assert failures(tested) == []
    assert not [one for one in tested.button if one.label in ("Price it", "Ask and build")]


@pytest.mark.unit
def test_values_are_joined_to_their_option_and_empty_ones_left_away() -> None:
    limits = {"cohort": "-a,b", "stage": "", "model": "m"}
    given = ["--domain=experiments", "--cohort=-a,b", "--model=m"]
    assert price_command(limits) == [sys.executable, "-m", "python_models.runs.estimate", *given]
    assert again_command(limits)[2:] == ["python_models.experiments.ask_failed", *given]
