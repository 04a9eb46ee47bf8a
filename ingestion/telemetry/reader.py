"""What the reading process does with one file of telemetry."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.landing import rejecting
from ingestion.landing.worker import FileRead, Job, ReaderContext
from ingestion.tables.survey import Unreadable
from ingestion.telemetry.convert import Converted, convert
from ingestion.telemetry.declaration import Declaration
from ingestion.telemetry.labels import convert_spans, convert_windows
from ingestion.telemetry.mapping import Delivery


def read(context: ReaderContext, job: Job) -> FileRead:
    """Convert a file of readings or labels into canonical Parquet parts.

    Raises:
        Unreadable: the whole file is refused.
    """
    try:
        converted = _convert(
            context.connection.cursor(), _declaration(context, job.declaration), job
        )
    except Unreadable as error:
        raise rejecting.Unreadable(error.reason, str(error)) from None
    finally:
        _clean(job.scratch)
    return FileRead(
        converted.rows_in,
        converted.rows_accepted,
        converted.rejects,
        [(table, path, rows) for table, (path, rows) in converted.outputs.items()],
        {
            "first_at": converted.first_at,
            "last_at": converted.last_at,
            "columns": converted.columns,
        },
    )


def _declaration(context: ReaderContext, text: str) -> Declaration:
    if text not in context.kept:
        context.kept[text] = Declaration.model_validate_json(text)
    known: Declaration = context.kept[text]
    return known


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
    for name in ("lines", "staged", "odd", "timed"):
        (scratch / f"{name}.parquet").unlink(missing_ok=True)
