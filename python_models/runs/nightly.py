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
    """Run, drop what is beyond keeping, join small files, back up; the first bad exit code."""
    commands = [["python_models.runs.run", *(["--demo"] if options.demo else [])]]
    commands += [["python_models.runs", name] for name in ("retention", "compact")]
    if folder := settings().sluice_backup_dir:
        commands.append(["python_models.runs", "backup", "--", str(folder)])
    codes = []
    for command in commands:
        done = subprocess.run([sys.executable, "-m", *command], cwd=PROJECT_ROOT, check=False)
        codes.append(done.returncode)
        if len(codes) == 1:
            (lake().root / MARK).write_text(f"{_now().isoformat()} exit code {codes[0]}\n")
        if done.returncode:
            say(f"{' '.join(command)} ended with {done.returncode}")
    return next((code for code in codes if code), 0)


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
