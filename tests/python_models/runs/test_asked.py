"""A run that was stopped before the journal had it is asked again by `make resume`."""

from __future__ import annotations

import argparse
import subprocess
import sys

import pytest

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT, SettingsError
from python_models.release.run_states import record_not_started
from python_models.runs import asked, run, slices
from python_models.runs.__main__ import main as commands
from python_models.runs.invocation import record_start

KILLED = """
import os
from python_models.runs.asked import noted
with noted("r1", ["--demo", "--domain=telemetry"]):
    os._exit(137)
"""


def test_what_a_killed_run_was_asked_stays_until_the_journal_has_the_run() -> None:
    assert asked.unanswered() is None
    done = subprocess.run([sys.executable, "-c", KILLED], cwd=PROJECT_ROOT, check=False)
    assert done.returncode == 137
    assert asked.unanswered() == ["--demo", "--domain=telemetry"]
    record_not_started("r1", "run", "somebody built")  # it has landed, and built nothing
    assert asked.unanswered() == ["--demo", "--domain=telemetry"]
    record_start("i1", "r1", {}, [], {"which": "build"}, "local")
    assert asked.unanswered() is None


def test_nothing_is_left_of_a_run_that_ended_that_goes_on_or_that_cannot_be() -> None:
    with asked.noted("r1", []) as forget:
        assert asked.unanswered() is None  # it goes on
        with asked.noted("r2", []) as forget_other:
            forget_other()  # another that lands beside it has no say
    assert asked.unanswered() == []
    with asked.noted("r1", []) as forget:
        forget()
    assert asked.unanswered() is None
    with pytest.raises(SettingsError), asked.noted("r1", []):
        raise SettingsError("no such control")
    assert asked.unanswered() is None


def test_the_same_run_is_asked_again_whatever_the_environment_says_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parser = argparse.ArgumentParser()
    for name in ("--demo", "--build-only", "--force"):
        parser.add_argument(name, action="store_true")
    parser.add_argument("--accept")
    slices.add_options(parser)
    monkeypatch.setenv("CONTROLS", r"-a,b\,c")
    monkeypatch.setenv("DOMAIN", "telemetry")
    monkeypatch.setenv("MODE", "sequential")
    monkeypatch.setenv("SLUICE_MODE", "adaptive")
    options = parser.parse_args(["--demo", "--force", "--typed", "CONTROLS DOMAIN MODE"])
    choice = slices.choice_from(options)
    words = run._again(options, choice, ["--full-refresh"])
    for name in ("CONTROLS", "DOMAIN", "MODE"):
        monkeypatch.delenv(name)
    again, more = parser.parse_known_args(words)
    assert slices.choice_from(again) == choice
    assert (again.demo, again.build_only, again.force) == (True, False, True)
    assert (again.mode, more) == ("sequential", ["--full-refresh"])


def test_resume_says_when_nothing_has_run_yet(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands(["resume"]) == 0
    assert "Nothing has run yet" in capsys.readouterr().out
    assert not lake().asked.exists()
