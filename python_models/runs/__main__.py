"""Commands for whoever keeps the thing running: `python -m python_models.runs <command>`."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from ingestion.lakehouse.disk_space import DiskFull, room
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import SettingsError, settings, told

_LEAST_BYTES = 16_000_000
_DOMAIN = (["--domain"], {"help": "only this product's phases"})
# command: module and function that do it (loaded when asked for), what it needs beside --json
_COMMANDS: dict[str, tuple[str, list[tuple[list[str], dict]]]] = {
    "runs": ("runs.show:runs", [(["--limit"], {"type": int, "default": 20})]),
    "run-show": (
        "runs.show:run_show",
        [
            (["id"], {"nargs": "?", "default": "last"}),
            (["--nodes"], {"action": "store_true", "help": "all nodes, in their order"}),
        ],
    ),
    "run-compare": (
        "runs.compare:run_compare",
        [(["a"], {"nargs": "?"}), (["b"], {"nargs": "?", "help": "default: the last two"})],
    ),
    "resume": (
        "runs.resume:resume",
        [
            (["--run"], {"help": "default: the last run, when it failed or was killed"}),
            (["--from"], {"dest": "from_step", "help": "node or phase to begin with again"}),
            _DOMAIN,
        ],
    ),
    "phase-run": (
        "runs.resume:phase_run",
        [
            (["--run"], {"default": "last"}),
            (["--phase"], {"default": "", "help": "ordinal or name"}),
            _DOMAIN,
        ],
    ),
    "variant": (
        "runs.variants:variant",
        [
            (["--domain"], {"required": True, "help": "product whose runs are kept by phase"}),
            (["--run"], {"default": "last"}),
            (["--from"], {"dest": "from_step", "default": "", "help": "phase to begin with"}),
            (["--set"], {"default": "", "help": "settings that are others: name=value .."}),
        ],
    ),
    "phase-show": (
        "runs.show:phase_show",
        [
            (["--run"], {"default": "last"}),
            (["--phase"], {"default": "", "help": "ordinal or name"}),
            (["--rows"], {"type": int, "default": 5}),
            _DOMAIN,
        ],
    ),
    "releases": ("runs.show:releases", [(["--limit"], {"type": int, "default": 20})]),
    "release-rollback": (
        "release.rollback:release_rollback",
        [
            (["id"], {"nargs": "?", "default": ""}),
            (["--domain"], {"help": "only this domain's part"}),
        ],
    ),
    "release-diff": (
        "runs.compare:release_diff",
        [(["a"], {"nargs": "?"}), (["b"], {"nargs": "?", "help": "default: the last two"})],
    ),
    "export-run": (
        "runs.export:export_run",
        [
            (["id"], {}),
            (["dir"], {}),
            (["--rows"], {"type": int, "help": "at most this many rows of a table"}),
            _DOMAIN,
        ],
    ),
    "retention": ("upkeep.retention:retention", [(["--dry-run"], {"action": "store_true"})]),
    "compact": ("upkeep.compact:compact", [(["--dry-run"], {"action": "store_true"})]),
    "relocate": ("upkeep.relocate:relocate", []),
    "schedule": ("runs.automation:schedule", [(["--time"], {"default": "02:30"})]),
    "nightly": ("runs.nightly:nightly", [(["--demo"], {"action": "store_true"})]),
    "check-nightly": (
        "runs.nightly:check_nightly",
        [(["--hours"], {"type": float, "default": 26.0})],
    ),
    "watch": (
        "runs.automation:watch",
        [
            (["--interval"], {"type": float, "default": 30.0, "help": "seconds"}),
            (["--at-once"], {"action": "store_true", "help": "begin with a run"}),
        ],
    ),
    "doctor": (
        "runs.doctor:doctor",
        [(["--deep"], {"action": "store_true", "help": "read every byte of released files"})],
    ),
    "backup": ("upkeep.backup:backup", [(["dir"], {"help": "folder of the backups"})]),
    "restore": (
        "upkeep.restore:restore",
        [
            (["dir"], {"help": "folder of the backups"}),
            (["--number"], {"type": int, "help": "default: the newest"}),
            (["--overwrite"], {"action": "store_true", "help": "where there is a lake already"}),
        ],
    ),
    "repair": ("upkeep.repair:repair", []),
    "audit": ("upkeep.advisories:audit", [(["file"], {"help": "advisories in OSV's format"})]),
    "docs": ("runs.docs:docs", []),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    options = _parser().parse_args(arguments)
    module, _, function = _COMMANDS[options.command][0].partition(":")
    command = getattr(import_module(f"python_models.{module}"), function)
    try:
        with room(settings().sluice_lake, f"make {options.command}", _usual_bytes):
            return command(options)
    except (SettingsError, LookupError, RuntimeError, DiskFull) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _usual_bytes() -> int:
    """Return about what a command takes that says no more: the lake's databases once more."""
    stores = [settings().sluice_lake / name for name in ("journal.db", "catalog.db")]
    return _LEAST_BYTES + sum(path.stat().st_size for path in stores if path.exists())


def _parser() -> argparse.ArgumentParser:
    parser = Arguments(prog="python -m python_models.runs", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, (_, arguments) in _COMMANDS.items():
        command = commands.add_parser(name)
        command.add_argument("--json", action="store_true", help="for machines")
        for flags, more in arguments:
            command.add_argument(*flags, **more)
    return parser


if __name__ == "__main__":
    raise SystemExit(told(main))
