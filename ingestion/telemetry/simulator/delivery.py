"""Delivery: writes the days that are missing, and keeps a manifest of what was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ingestion.telemetry.simulator.machines import Machine
from ingestion.telemetry.simulator.render import Plant, rendered
from ingestion.telemetry.simulator.sites import SITES, Site
from ingestion.telemetry.simulator.truth import rendered_truth, truth_rows

FORMAT = 1  # raise when the same arguments give other bytes
ROWS_PER_FILE = 400_000
RESEND_EVERY_DAYS = 6
MANIFEST, README = "manifest.json", "README.md"


class OtherSimulation(RuntimeError):
    """The folder holds files of other arguments; the message says what to do."""


@dataclass(frozen=True)
class Delivered:
    """What a call wrote."""

    written: int
    kept: int
    rows: int
    dirty: int


def deliver(
    plant: Plant, days: range, folder: Path, progress: Callable[[int], None] = lambda _: None
) -> Delivered:
    """Write the files of some days that are not there yet.

    Raises:
        OtherSimulation: the folder was written with other arguments.
    """
    folder.mkdir(parents=True, exist_ok=True)
    manifest = _manifest(plant, folder)
    files = manifest["files"]
    written = kept = rows = dirty = 0
    for day in days:
        before = written
        for name, content_of in _files_of_day(plant, day):
            if _is_whole(folder / name, files.get(name)):
                kept += 1
                continue
            content, counts = content_of()
            _write(folder / name, content)
            files[name] = _entry(content, counts)
            written += 1
            rows += counts["rows"]
            dirty += sum(counts.values()) - counts["rows"]
        if written > before:
            _write(folder / MANIFEST, json.dumps(manifest, indent=1).encode())
        progress(day)
    if written:
        _write(folder / README, _readme(plant, manifest).encode())
    return Delivered(written, kept, rows, dirty)


def _files_of_day(
    plant: Plant, day: int
) -> Iterator[tuple[str, Callable[[], tuple[bytes, dict[str, int]]]]]:
    """Yield the name of each file of a day, with what makes its content."""
    for site in SITES:
        for part, controls in enumerate(_parts(plant, site)):
            name = _name(plant, site, day, part)
            yield name, partial(rendered, plant, site, day, controls, part)
        rows = truth_rows(plant, site, day, plant.machines(site))
        if rows:
            yield (
                f"ground_truth/{site.name}/{plant.day_date(day)}.csv",
                partial(_counted_truth, rows),
            )
    # now and then a site sends yesterday's file once more, under another name
    turn, left = divmod(day, RESEND_EVERY_DAYS)
    again = SITES[turn % len(SITES)]
    if left == RESEND_EVERY_DAYS - 1 and (groups := _parts(plant, again)):
        name = _name(plant, again, day - 1, 0)
        stem = name.removesuffix(again.suffix)
        yield (
            f"{stem}_resent{again.suffix}",
            partial(rendered, plant, again, day - 1, groups[0], 0),
        )


def _counted_truth(rows: list[dict[str, Any]]) -> tuple[bytes, dict[str, int]]:
    return rendered_truth(rows), {"rows": len(rows)}


def _parts(plant: Plant, site: Site) -> list[list[Machine]]:
    """Return the controls of a site in groups that make files of bounded size."""
    machines = plant.machines(site)
    group = max(1, int(ROWS_PER_FILE / (86_400 * plant.hz)))
    return [machines[first : first + group] for first in range(0, len(machines), group)]


def _name(plant: Plant, site: Site, day: int, part: int) -> str:
    suffix = f"_{part + 1:03d}" if part else ""
    return f"{site.name}/{plant.day_date(day)}{suffix}{site.suffix}"


def _manifest(plant: Plant, folder: Path) -> dict:
    arguments = asdict(plant) | {"start": plant.start.isoformat(), "format": FORMAT}
    path = folder / MANIFEST
    if not path.exists():
        return {"synthetic": True, "arguments": arguments, "files": {}}
    known = json.loads(path.read_text())
    other = {
        name: (known["arguments"].get(name), value)
        for name, value in arguments.items()
        if known["arguments"].get(name) != value
    }
    if other:
        said = ", ".join(f"{name} {was} (asked: {now})" for name, (was, now) in other.items())
        raise OtherSimulation(
            f"{folder} holds a simulation with {said}. "
            "Remove that folder, or write to another with --out."
        )
    return known


def _is_whole(path: Path, entry: dict | None) -> bool:
    return entry is not None and path.is_file() and path.stat().st_size == entry["bytes"]


def _entry(content: bytes, counts: dict[str, int]) -> dict:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), **counts}


def _write(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or the next call, sees all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(content)
    draft.replace(path)


def _readme(plant: Plant, manifest: dict) -> str:
    readings = {name: entry for name, entry in manifest["files"].items() if "truth" not in name}
    rows = sum(entry["rows"] for entry in readings.values())
    arguments = ", ".join(f"{name} {value}" for name, value in manifest["arguments"].items())
    return (
        f"# SYNTHETIC data, seed {plant.seed}\n\n"
        "Nothing here was measured: every file was written by `ingestion.telemetry.simulator`\n"
        f"({arguments}).\n\n{len(readings)} files, {rows:,} rows of {plant.controls} controls; "
        "`ground_truth/` says which cycles carry a fault\n"
        "(`is_anomaly` blank: the fault has begun but cannot be told from scatter yet).\n"
        "About one row in a hundred is dirty on purpose; `manifest.json` counts them by kind.\n"
    )
