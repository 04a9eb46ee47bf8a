"""`python -m ingestion.telemetry.simulator`: write SYNTHETIC telemetry files."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date
from pathlib import Path

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import told
from ingestion.telemetry.simulator.delivery import Delivered, OtherSimulation, deliver
from ingestion.telemetry.simulator.render import Plant


def main(arguments: list[str] | None = None) -> int:
    """Write what is missing and say what was done; 0 when all is there."""
    given = _parser().parse_args(arguments)
    out = given.out or lake().demo / "telemetry"
    plant = Plant(
        seed=given.seed,
        controls=given.controls,
        hz=given.hz,
        fault_scale=given.fault_scale,
        clean_days=given.clean_days,
        start=given.start,
    )
    days = range(given.from_day, given.days if given.to_day is None else given.to_day)
    began = time.monotonic()
    try:
        done = _delivered(plant, days, out)
    except OtherSimulation as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(_said(done, out, given.seed, time.monotonic() - began))
    return 0


def _delivered(plant: Plant, days: range, out: Path) -> Delivered:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("simulating days", total=len(days))
        return deliver(plant, days, out, lambda _: progress.advance(task))


def _said(done: Delivered, out: Path, seed: int, seconds: float) -> str:
    if not done.written:
        return f"Nothing to do: {out} holds these {done.kept} SYNTHETIC files (seed {seed}).\n"
    return (
        f"Wrote {done.written} SYNTHETIC files, {done.rows:,} rows ({done.dirty:,} dirty), in "
        f"{seconds:.1f} s, seed {seed}; {done.kept} were there already\n  {out}\n"
    )


def _parser() -> argparse.ArgumentParser:
    parser = Arguments(
        prog="python -m ingestion.telemetry.simulator",
        description="Write SYNTHETIC telemetry as a plant sends it: same arguments, same bytes.",
    )
    parser.add_argument("--controls", type=_positive, default=6, help="machines (default 6)")
    parser.add_argument("--days", type=_positive, default=30, help="days from the start (30)")
    parser.add_argument("--hz", type=_rate, default=1 / 30, help="readings a second (1/30)")
    parser.add_argument("--seed", type=int, default=7, help="decides every byte (7)")
    parser.add_argument("--fault-scale", type=float, default=1.0, help="0: no faults (1.0)")
    parser.add_argument("--clean-days", type=int, default=10, help="days before any fault (10)")
    parser.add_argument("--start", type=date.fromisoformat, default=date(2026, 10, 1))
    parser.add_argument("--from-day", type=int, default=0, help="first day to write, from 0")
    parser.add_argument("--to-day", type=int, help="first day not to write (default: --days)")
    parser.add_argument("--out", type=Path, help="folder (default: demo/telemetry in the lake)")
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def _rate(text: str) -> float:
    """Accept a number or a fraction: 0.5, 1/30."""
    top, _, bottom = text.partition("/")
    value = float(top) / float(bottom or 1)
    if value <= 0:
        raise argparse.ArgumentTypeError("must be above 0")
    return value


if __name__ == "__main__":
    sys.exit(told(main))
