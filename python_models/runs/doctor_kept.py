"""What `doctor` looks at beside releases: the blobs products need, and the phases of kept runs."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.sql_text import literal
from python_models.release import kept_objects, kept_phases, phase_tables
from python_models.release.snapshot_files import plain, snapshot_at

_MOST = 20  # named one by one
Found = tuple[str, bool, str]


def objects(is_deep: bool) -> Iterator[Found]:
    """Yield what is wrong with blobs, or how many there are."""
    wrong, count, size = kept_objects.lost(is_deep)
    for says in wrong[:_MOST]:
        yield "objects", False, f"{says}: `make restore DIR=` brings it from a backup"
    if not wrong:
        yield "objects", True, f"{count} objects, {size / 1e6:,.1f} MB"


def phases() -> Iterator[Found]:
    """Yield which files of kept phases are gone, or how many runs are kept."""
    lost: list[str] = []
    kept: set[tuple[str, str]] = set()
    with kept_phases.reading() as connection:
        for product in kept_phases.with_phases():
            for metadata in metadata_locations(product.phase_namespace).values():
                for file in snapshot_at(connection, metadata).files:
                    path = plain(file.path)
                    if not connection.execute(f"select 1 from glob({literal(path)})").fetchone():
                        lost.append(path)
            if not lost and phase_tables.RUNS in metadata_locations(product.phase_namespace):
                rows = kept_phases.runs_of(connection, product)
                kept |= {(product.name, row["run_id"]) for row in rows}
    for path in lost[:_MOST]:
        yield (
            "phases",
            False,
            f"{path} of a kept phase is not there: `make restore DIR=` brings it from a backup",
        )
    if not lost:
        yield "phases", True, f"phases of {len(kept)} runs"
