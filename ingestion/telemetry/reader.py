"""What the reading process does with one file of telemetry."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path, PurePosixPath

import duckdb

from ingestion.landing.rejecting import Unreadable
from ingestion.landing.worker import FileRead, Job, ReaderContext
from ingestion.tables.archive import is_zip, members
from ingestion.telemetry.batch import convert_batch
from ingestion.telemetry.convert import Converted, convert
from ingestion.telemetry.declaration import Declaration
from ingestion.telemetry.labels import convert_spans, convert_windows
from ingestion.telemetry.mapping import Delivery


def read(context: ReaderContext, job: Job) -> FileRead:
    """Convert a file of readings or labels into canonical Parquet parts.

    Raises:
        Unreadable: the whole file is refused.
    """
    declaration = context.declaration(job, Declaration)
    try:
        is_data = job.role in ("data", "rows")
        if is_data and declaration.reader is None and is_zip(job.path):
            return _read_members(context.connection.cursor(), declaration, job)
        return _file_read(_convert(context.connection.cursor(), declaration, job))
    finally:
        _clean(job.scratch)


def read_batch(context: ReaderContext, jobs: list[Job]) -> dict[int, FileRead]:
    """Convert those of a source's files that can be read as one; by the number of each job."""
    declaration = context.declaration(jobs[0], Declaration)
    scratch = jobs[0].scratch.with_suffix(".batch")
    scratch.mkdir(parents=True)
    try:
        found = convert_batch(context.connection.cursor(), declaration, jobs, scratch)
        return {number: _file_read(one) for number, one in found.items()}
    finally:
        shutil.rmtree(scratch)
        for job in jobs:
            _clean(job.scratch)


def _file_read(converted: Converted) -> FileRead:
    return FileRead(
        converted.rows_in,
        converted.rows_accepted,
        converted.rejects,
        [(table, path, rows) for table, (path, rows) in converted.outputs.items()],
        {
            "first_at": converted.first_at,
            "last_at": converted.last_at,
            "columns": converted.columns,
            "left_out": converted.left_out,
            "unit_row": converted.unit_row,
        },
        converted.cells,
    )


def _read_members(
    cursor: duckdb.DuckDBPyConnection, declaration: Declaration, job: Job
) -> FileRead:
    """Read each data file of a zip file; one that cannot be read refuses them all."""
    whole = FileRead(notes={"first_at": None, "last_at": None, "columns": {}, "left_out": {}})
    for number, member in enumerate(members(job.path, job.scratch)):
        folder = job.scratch / f"part{number:04}"
        folder.mkdir()
        origin = job.origin
        delivery = Delivery(
            origin.load_id,
            origin.source,
            origin.source_file,
            str(PurePosixPath(job.part).parent / member.name),
            records_before=whole.rows_in,
        )
        known = set(job.asked["known_sensors"])
        try:
            converted = convert(
                cursor, declaration, delivery, member.path, folder, known,
                f"{job.number}_{number}", member.name,
            )  # fmt: skip
        except Unreadable as error:
            raise Unreadable(error.reason, f"{member.name} in the zip file: {error}") from None
        _clean(folder)
        _add(whole, _file_read(converted), member.name)
    return whole


def _add(whole: FileRead, part: FileRead, name: str) -> None:
    """Add what a file of a zip file gave; its lines are told by its name."""
    whole.rows_in += part.rows_in
    whole.rows_accepted += part.rows_accepted
    whole.rejects += [replace(one, error=f"{name}: {one.error}") for one in part.rejects]
    whole.cells += [replace(one, error=f"{name}: {one.error}") for one in part.cells]
    whole.parts += part.parts
    moments = {end: [whole.notes[end], part.notes[end]] for end in ("first_at", "last_at")}
    known = {end: [one for one in found if one is not None] for end, found in moments.items()}
    whole.notes["first_at"] = min(known["first_at"], default=None)
    whole.notes["last_at"] = max(known["last_at"], default=None)
    whole.notes["columns"] |= part.notes["columns"]
    whole.notes["left_out"] |= part.notes["left_out"]


def _convert(cursor: duckdb.DuckDBPyConnection, declaration: Declaration, job: Job) -> Converted:
    origin, path, scratch = job.origin, job.path, job.scratch
    delivery = Delivery(origin.load_id, origin.source, origin.source_file, job.part)
    if job.role == "windows":
        return convert_windows(cursor, declaration, delivery, path, scratch)
    if job.role == "spans":
        return convert_spans(cursor, declaration, delivery, path, scratch, str(job.number))
    known = set(job.asked["known_sensors"])
    return convert(cursor, declaration, delivery, path, scratch, known, str(job.number))


def _clean(scratch: Path) -> None:
    """Leave only what will be loaded."""
    for pattern in ("clean.*", "windows.*"):
        for path in scratch.glob(pattern):
            path.unlink()
    for name in ("lines", "staged", "odd", "timed", "passes", "metered"):
        (scratch / f"{name}.parquet").unlink(missing_ok=True)
