from __future__ import annotations

import json

import pytest

from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.runs import __main__ as commands


def test_schedule_is_given_for_machines_with_the_time_that_was_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert commands.main(["schedule", "--time", "03:05", "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)
    assert sorted(entries) == ["cron", "systemd_service", "systemd_timer"]
    assert f"5 3 * * * cd {PROJECT_ROOT} && make run" in entries["cron"]
    assert "OnCalendar=*-*-* 03:05:00" in entries["systemd_timer"]
    assert f"WorkingDirectory={PROJECT_ROOT}" in entries["systemd_service"]
