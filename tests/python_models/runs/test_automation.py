"""The printed schedule is run as it is printed, and somebody learns when it did not happen."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT, Settings, reset_settings
from python_models.runs import __main__ as commands
from python_models.runs.nightly import commands as of_a_night


@pytest.fixture
def entries(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    assert commands.main(["schedule", "--time", "23:05", "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A `make` that takes the place of the real one: it notes where and with what it was called."""
    program = tmp_path / "bin" / "make"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "called in $PWD with $*"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    return {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}  # cron's own


def test_times_are_those_that_were_asked_for(entries: dict[str, str]) -> None:
    assert re.search(r"^5 23 \* \* \* ", entries["cron"], re.M)
    assert re.search(r"^5 3 \* \* \* .* check-nightly", entries["cron"], re.M)
    assert "OnCalendar=*-*-* 23:05:00" in entries["systemd_timer"]
    assert "OnCalendar=*-*-* 03:05:00" in entries["systemd_check_timer"]


def test_what_the_schedule_would_not_know_is_named_and_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / ".env"
    written.write_text(f"SLUICE_LAKE={os.environ['SLUICE_LAKE']}\n")
    monkeypatch.setitem(Settings.model_config, "env_file", written)
    monkeypatch.setenv("LLM_API_KEY", "sk-not-to-be-told")
    reset_settings()
    assert commands.main(["schedule"]) == 0
    said = capsys.readouterr()
    assert "LLM_API_KEY" in said.err and "SLUICE_LAKE" not in said.err
    assert "sk-not-to-be-told" not in said.out + said.err


def test_the_lines_of_cron_work_in_crons_environment(
    recorded: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    commands.main(["schedule", "--json"])
    lines = json.loads(capsys.readouterr().out)["cron"].splitlines()[1:]
    assert not (lake().root / "logs").exists()
    for line in lines:
        command = line.split(maxsplit=5)[5].replace(r"\%", "%")
        done = subprocess.run(["/bin/sh", "-c", command], env=recorded, cwd="/", check=False)
        assert done.returncode == 0
    assert (lake().root / "logs" / "nightly.log").read_text().splitlines() == [
        f"called in {PROJECT_ROOT} with nightly",
        f"called in {PROJECT_ROOT} with check-nightly",
    ]


@pytest.mark.parametrize("unit", ["systemd_service", "systemd_check_service"])
def test_the_units_command_starts(
    unit: str, recorded: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    commands.main(["schedule", "--json"])
    text = json.loads(capsys.readouterr().out)[unit]
    folder = re.search(r"^WorkingDirectory=(.*)$", text, re.M)[1].replace("%%", "%")
    command = shlex.split(re.search(r"^ExecStart=(.*)$", text, re.M)[1])
    done = subprocess.run(
        command, cwd=folder, env=recorded, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"called in {PROJECT_ROOT} with {command[1]}\n"


@pytest.mark.skipif(
    not shutil.which("systemd-analyze"),
    reason="NOT TESTED: no systemd-analyze (apt-get install systemd)",
)
def test_systemd_finds_nothing_wrong_with_the_units(
    entries: dict[str, str], tmp_path: Path
) -> None:
    named = {"sluice-page.service": _of_docs("sluice-page.service")}
    for kind in ("service", "timer"):
        named[f"sluice.{kind}"] = entries[f"systemd_{kind}"]
        named[f"sluice-check.{kind}"] = entries[f"systemd_check_{kind}"]
    for name, text in named.items():
        (tmp_path / name).write_text(text)
    for name in ("sluice-page.service", "sluice.timer", "sluice-check.timer"):
        done = subprocess.run(
            ["systemd-analyze", "verify", "--user", "--man=no", str(tmp_path / name)],
            env={"XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path), "PATH": os.defpath},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")  # what it does not know it ignores, aloud


def _of_docs(name: str) -> str:
    page = (PROJECT_ROOT / "docs" / "deploy.md").read_text()
    text = re.search(rf"```ini\n# {name} .*?\n(.*?)```", page, re.S)[1]
    return text.replace("/srv/sluice", str(PROJECT_ROOT))


def test_the_targets_of_the_schedule_exist_in_the_makefile(entries: dict[str, str]) -> None:
    makefile = (PROJECT_ROOT / "Makefile").read_text()
    for name in re.findall(r"make ([a-z-]+)", entries["cron"]):
        assert re.search(rf"^{name}: .*\n\t@\$\(PY\) -m python_models.runs {name} ", makefile, re.M)


def test_a_night_writes_and_sends_the_report_where_a_setting_asks_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert [command[0] for command in of_a_night(demo=True)] == [
        "python_models.runs.run", "python_models.runs", "python_models.runs",
    ]  # fmt: skip
    monkeypatch.setenv("SLUICE_REPORT_MAIL_TO", "me@example.com")
    reset_settings()
    reports = lake().root / "reports"
    assert of_a_night(demo=False)[-1] == [
        "dashboards.report", f"--dir={reports}", "--mail-to=me@example.com",
    ]  # fmt: skip
    monkeypatch.setenv("SLUICE_REPORT_DIR", "/srv/reports")
    reset_settings()
    assert of_a_night(demo=False)[-1][1] == "--dir=/srv/reports"
