"""Writes a named set of the release as files: `make export SET=.. FORMAT=.. TEMPLATE=..`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import SettingsError, told
from python_models.conversations.exporting import Written, export_set
from python_models.conversations.released_set import SetRefused, released_set
from python_models.conversations.request import TIERS, Request
from python_models.conversations.templates import TEMPLATES, TRAINING
from python_models.conversations.trainers import TRAINERS
from python_models.conversations.writers import COMPRESSIONS, FORMATS
from python_models.release import kept_rows
from python_models.release.reader import NothingReleased, open_release


def main(
    arguments: list[str] | None = None, done: Callable[[Written], object] = lambda written: None
) -> int:
    """Export one set; returns the exit code (1: refused, nothing was written).

    Args:
        done: is told what was written.
    """
    options = _parser().parse_args(arguments)
    request = Request(
        format=options.format,
        compression=options.compress,
        tiers=tuple(part.strip() for part in options.tiers.split(",") if part.strip()),
        **shape_of(options),
    )
    try:
        written, is_shown = run(options.set, request, options.dir)
    except (NothingReleased, SetRefused, SettingsError, OSError, duckdb.Error) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    done(written)
    sys.stdout.write(report(written))
    if not is_shown:
        sys.stdout.write("A build is running: conversations.exports shows this when it ends.\n")
    return 0


def run(name: str, request: Request, folder: Path | None = None) -> tuple[Written, bool]:
    """Export a set of the release in force and write it down.

    Returns:
        What was written, and whether `conversations.exports` shows it already.

    Raises:
        SetRefused: see `export_set`; nothing is written then.
        NothingReleased: there is no release yet.
    """
    request.check()
    with open_release() as connection:
        wanted = released_set(connection, name)
        shape = request.template + (f"-{request.trainer}" if request.is_training else "")
        stem = f"{name}-{request.format}-{shape}-r{wanted.release_id or 0}"
        written = export_set(wanted, request, folder or _free(lake().root / "exports" / stem))
    return written, kept_rows.record("conversations", "exports", written.rows())


def report(written: Written) -> str:
    """Return what was written, for a person."""
    told = written.manifest
    lines = [f"{told['exported']} of {told['members']} conversations of {told['set']}"]
    lines += [
        f"  {one['file']}: {one['rows']} rows, {one['bytes']} bytes, sha256 {one['sha256']}"
        for one in told["files"]
    ]
    lines += [f"  left out: {count} ({why})" for why, count in told["left_out"]["reasons"].items()]
    lines += [f"  masked: {count} of kind {kind}" for kind, count in told["masked"].items()]
    lines += [f"  not carried: {kind} of {count}" for kind, count in told["not_carried"].items()]
    return "\n".join([*lines, f"  in {written.folder}, release {told['release_id']}"]) + "\n"


def _free(folder: Path) -> Path:
    """Return the folder, or the first numbered one that is not there yet."""
    number, found = 1, folder
    while found.exists():
        number += 1
        found = folder.with_name(f"{folder.name}-{number}")
    return found


def add_shape(parser: argparse.ArgumentParser) -> None:
    """Add the choices that say in which shape a conversation is written."""
    parser.add_argument("--template", choices=[*sorted(TEMPLATES), *TRAINING], default="messages")
    parser.add_argument(
        "--for", dest="trainer", choices=TRAINERS, default="trl", help="who reads sft, dpo or kto"
    )
    parser.add_argument(
        "--names",
        type=_names,
        default=(),
        help="its fields and roles: messages=dialogue,user=human",
    )


def shape_of(options: argparse.Namespace) -> dict[str, Any]:
    """Return what was chosen by `add_shape`, as `Request` takes it."""
    return {
        "template": options.template,
        "trainer": options.trainer,
        "names": dict(options.names),
    }


def _names(text: str) -> tuple[tuple[str, str], ...]:
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if any(not (name.strip() and value.strip()) for name, _, value in pairs):
        raise argparse.ArgumentTypeError("write it as messages=dialogue,user=human")
    return tuple((name.strip(), value.strip()) for name, _, value in pairs)


def _parser() -> argparse.ArgumentParser:
    parser = Arguments(prog="python -m python_models.conversations.export", description=__doc__)
    parser.add_argument("--set", default="", help="name, as in conversations.sets")
    parser.add_argument("--format", choices=FORMATS, default="jsonl")
    add_shape(parser)
    parser.add_argument("--compress", choices=sorted(COMPRESSIONS), default="none")
    parser.add_argument("--dir", type=Path, help="folder to make (default: exports/ in the lake)")
    parser.add_argument(
        "--tiers", default="open", help=f"tiers you may have: {', '.join(TIERS)} (default: open)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(told(main))
