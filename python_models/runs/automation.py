"""Commands that let it run by itself: `schedule` and `watch`."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.output import emit_document, say
from ingestion.lakehouse.settings import PROJECT_ROOT, Settings, of_file

_CHECK_AFTER_HOURS = 4
_CRON = """# crontab -e: every night at {time}, the log in the lake; four hours later, whether it happened
{minute} {hour} * * * mkdir -p {shell_logs} && cd {shell_root} && {make} nightly >> {shell_logs}/nightly.log 2>&1
{minute} {check_hour} * * * mkdir -p {shell_logs} && cd {shell_root} && {make} check-nightly >> {shell_logs}/nightly.log 2>&1
"""  # noqa: E501  cron takes no continued lines
_SERVICE = """# ~/.config/systemd/user/{name}.service
[Unit]
Description=Sluice: {what}

[Service]
Type=oneshot
WorkingDirectory={unit_root}
ExecStart={make} {name_of_target}
"""
_TIMER = """# ~/.config/systemd/user/{name}.timer, then: systemctl --user enable --now {name}.timer
[Unit]
Description=Sluice: {what}

[Timer]
OnCalendar=*-*-* {at}:00
Persistent=true

[Install]
WantedBy=timers.target
"""


def schedule(options: argparse.Namespace) -> int:
    """Print a cron entry and a systemd timer for a nightly run."""
    hour, _, minute = options.time.partition(":")
    hours, minutes = int(hour), int(minute or 0)
    later = (hours + _CHECK_AFTER_HOURS) % 24
    make = shutil.which("make") or "/usr/bin/make"
    values = {
        # cron ends the command at a bare %, systemd fills in what follows one
        "shell_root": _for_cron(PROJECT_ROOT),
        "shell_logs": _for_cron(lake().root / "logs"),
        "unit_root": str(PROJECT_ROOT).replace("%", "%%"),
        "make": make,
        "time": f"{hours:02d}:{minutes:02d}",
        "hour": hours,
        "minute": minutes,
        "check_hour": later,
    }
    night = values | {"name": "sluice", "what": "nightly run", "at": values["time"]}
    check = values | {"name": "sluice-check", "what": "did the nightly run happen"}
    check |= {"at": f"{later:02d}:{minutes:02d}"}
    entries = {
        "cron": _CRON.format(**values),
        "systemd_service": _SERVICE.format(**night, name_of_target="nightly"),
        "systemd_timer": _TIMER.format(**night),
        "systemd_check_service": _SERVICE.format(**check, name_of_target="check-nightly"),
        "systemd_check_timer": _TIMER.format(**check),
    }
    if options.json:
        emit_document(entries)
    else:
        sys.stdout.write("\n".join(entries.values()))
    if here := _set_here_alone():
        sys.stderr.write(
            f"\nSet in this shell alone, where neither cron nor systemd knows of it: "
            f"{', '.join(here)}. Put it into {PROJECT_ROOT / '.env'}.\n"
        )
    return 0


def _set_here_alone() -> list[str]:
    """Return the names of settings that this process was given and `.env` does not have so."""
    known, written = (name.upper() for name in Settings.model_fields), of_file()
    return sorted(
        name for name in known if (value := os.environ.get(name)) and written.get(name) != value
    )


def _for_cron(path: Path) -> str:
    return shlex.quote(str(path)).replace("%", r"\%")


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
