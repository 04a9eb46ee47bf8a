"""What became of a landing, by source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingestion.landing.deliveries import FoundFile

if TYPE_CHECKING:
    from ingestion.landing.known import Known
    from ingestion.landing.package import Package

NAMED_FILES = 10  # of those that are read again


@dataclass
class Tally:
    """What became of one source's files in this run."""

    source: str
    file_count: int = 0
    unchanged: int = 0
    rejected_files: int = 0
    rows_in: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    cells: int = 0  # single values refused of rows that are accepted
    refusal: str | None = None  # the first one


@dataclass
class Report:
    """The run's outcome, by source."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)  # what is not there, and why
    missing: dict[str, str] = field(default_factory=dict)  # those of them a person declared
    quarantined: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)  # declarations that cannot be used
    # why rows or files could not be used, by source, where a person mends them by hand
    reasons: dict[str, list[str]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)  # what a domain has to say of a source
    drained: int = 0

    def count(self, package: Package) -> None:
        """Add a committed package to the tallies."""
        self.told += package.told
        for taken in package.taken:
            row, tally = taken.row, self.tallies[taken.row["source"]]
            tally.file_count += package.part_number > 0  # rows of a database come in parts
            tally.rows_in += row["rows_in"]
            tally.accepted += row["rows_accepted"]
            tally.duplicate += row["rows_duplicate"]
            tally.rejected += row["rows_rejected"]
            tally.cells += row.get("cells_rejected", 0)
            tally.rejected_files += row["status"] == "rejected"
            if taken.refusal and not tally.refusal:
                tally.refusal = f"{taken.found.address}: {taken.refusal}"
        for found in package.unchanged:
            self.tallies[found.source].unchanged += 1


def told_of_redeclared(known: Known, files: Iterable[FoundFile], is_whole: bool) -> list[str]:
    """Say what landed under another declaration than is in force, and what becomes of it.

    `is_whole` says that `files` are all there are, so that what is not among them is gone.
    """
    lines, there = [], list(files)
    for source, contents in known.stale().items():
        gone = known.gone(source, there)
        addresses = sorted(
            address for key in contents for address in (known.addresses or {}).get(key, ())
        )
        names = [address for address in addresses if address not in gone]
        size = sum(one.byte_count for one in contents.values())
        what = f"{source}: {len(contents)} delivered file(s), {_shown(size)}, were read under "
        what += "another declaration"
        if known.keeps:
            lines.append(f"{what}; their rows stay as they are (--keep)")
            continue
        lines.append(f"{what} and are read again; ARGS=--keep leaves them as they are")
        lines += [f"{source}: reads again {name}" for name in names[:NAMED_FILES]]
        if len(names) > NAMED_FILES:
            lines.append(f"{source}: and {len(names) - NAMED_FILES} more")
        if is_whole and not any("@" in name for name in gone):
            lines += [
                f"{source}: {name} is gone; it cannot be read again and keeps its rows"
                for name in gone
            ]
    return lines


def _shown(byte_count: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if byte_count >= size:
            return f"{byte_count / size:.1f} {unit}"
    return f"{byte_count} bytes"
