"""What the nightly schedule does, and how somebody learns that it did not.

The run comes first; upkeep and backup follow whatever it came to. Each is a process of its own,
so that one that is killed does not take the others along.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from datetime import UTC, datetime

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.output import say
from ingestion.lakehouse.settings import PROJECT_ROOT, settings
from python_models.runs import alerts

MARK = "nightly"


def nightly(options: argparse.Namespace) -> int:
    """Do what a night does, in order; returns the first bad exit code."""
    codes = []
    for command in commands(demo=options.demo):
        done = subprocess.run([sys.executable, "-m", *command], cwd=PROJECT_ROOT, check=False)
        codes.append(done.returncode)
        if len(codes) == 1:
            (lake().root / MARK).write_text(f"{_now().isoformat()} exit code {codes[0]}\n")
        if done.returncode:
            say(f"{' '.join(command)} ended with {done.returncode}")
    return next((code for code in codes if code), 0)


def commands(*, demo: bool) -> list[list[str]]:
    """Return what a night does: run, retention, compaction, backup, the day's report.

    The last two where a setting asks for them.
    """
    found = [["python_models.runs.run", *(["--demo"] if demo else [])]]
    found += [["python_models.runs", name] for name in ("retention", "compact")]
    asked = settings()
    if asked.sluice_backup_dir:
        found.append(["python_models.runs", "backup", "--", str(asked.sluice_backup_dir)])
    if asked.sluice_report_dir or asked.sluice_report_mail_to:
        report = f"--dir={asked.sluice_report_dir or lake().root / 'reports'}"
        to = asked.sluice_report_mail_to
        found.append(["dashboards.report", report, *([f"--mail-to={to}"] if to else [])])
    return found


def check_nightly(options: argparse.Namespace) -> int:
    """Alert when no nightly run has come to its end for so many hours."""
    mark = lake().root / MARK
    ended = datetime.fromtimestamp(mark.stat().st_mtime, UTC) if mark.exists() else None
    hours = (_now() - ended).total_seconds() / 3600 if ended else None
    if hours is not None and hours <= options.hours:
        say(f"The last nightly run ended {hours:.1f} h ago.")
        return 0
    last = f"{ended:%Y-%m-%d %H:%M} UTC" if ended else "never"
    body = {"kind": "nightly_missed", "last_ended_at": last, "expected_within_hours": options.hours}
    alerts.deliver(f"missed {last} {_now():%Y-%m-%d}", body)
    say(f"No nightly run has ended for {options.hours:g} h (the last one: {last}).")
    return 1


def _now() -> datetime:
    return datetime.now(UTC)
