"""Commands that let it run by itself: `schedule` and `watch`."""

from __future__ import annotations

import argparse
import contextlib
import shlex
import subprocess
import sys
import time

from ingestion.lakehouse.output import emit_document, say
from ingestion.lakehouse.settings import PROJECT_ROOT

_CRON = """# crontab -e: every night at {time}, the log beside the lake
{minute} {hour} * * * cd {shell_root} && make run >> logs/nightly.log 2>&1
"""
_SERVICE = """# ~/.config/systemd/user/sluice.service
[Unit]
Description=Sluice nightly run

[Service]
Type=oneshot
WorkingDirectory={unit_root}
ExecStart=/usr/bin/make run
"""
_TIMER = """# ~/.config/systemd/user/sluice.timer, then: systemctl --user enable --now sluice.timer
[Unit]
Description=Sluice nightly run

[Timer]
OnCalendar=*-*-* {time}:00
Persistent=true

[Install]
WantedBy=timers.target
"""


def schedule(options: argparse.Namespace) -> int:
    """Print a cron entry and a systemd timer for a nightly run."""
    hour, _, minute = options.time.partition(":")
    values = {
        # cron ends the command at a bare %, systemd fills in what follows one
        "shell_root": shlex.quote(str(PROJECT_ROOT)).replace("%", r"\%"),
        "unit_root": str(PROJECT_ROOT).replace("%", "%%"),
        "time": f"{int(hour):02d}:{int(minute or 0):02d}",
        "hour": int(hour),
        "minute": int(minute or 0),
    }
    entries = {
        "cron": _CRON.format(**values),
        "systemd_service": _SERVICE.format(**values),
        "systemd_timer": _TIMER.format(**values),
    }
    if options.json:
        emit_document(entries)
    else:
        sys.stdout.write("\n".join(entries.values()))
    return 0


def watch(options: argparse.Namespace) -> int:
    """Run whenever a declared source has new files; ends with Ctrl-C."""
    seen = offered_files()
    if not options.json:
        say(f"{len(seen)} files are offered now; looking every {options.interval:g} s.")
    if options.at_once:
        _run()
    while True:
        try:
            time.sleep(options.interval)
        except KeyboardInterrupt:
            return 0
        seen = step(seen)


def step(seen: dict[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
    """Run when files are new or changed and no longer growing; returns what was seen."""
    now = offered_files()
    if now == seen:
        return seen
    # a file that is still being written is larger a moment later
    time.sleep(1)
    if offered_files() != now:
        return seen
    fresh = sum(seen.get(path) != state for path, state in now.items())
    say(f"{fresh} new or changed files")
    _run()
    return now


def offered_files() -> dict[str, tuple[int, str]]:
    """Return {address: (size, stamp)} of the files that the declared sources offer now."""
    from ingestion.landing.deliveries import SourceAbsent, SourceFailed
    from ingestion.landing.products import PRODUCTS

    found: dict[str, tuple[int, str]] = {}
    for domain in PRODUCTS.values():
        for entry in domain.source.declared().values():
            with contextlib.suppress(SourceAbsent, SourceFailed):
                for file in domain.source.watched(entry):
                    found[file.address] = (file.byte_count, file.stamp)
    return found


def _run() -> None:
    subprocess.run([sys.executable, "-m", "python_models.runs.run"], cwd=PROJECT_ROOT, check=False)
