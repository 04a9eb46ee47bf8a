"""Rows in the form a caller accepts: JSON, CSV, an Arrow stream or a Parquet file."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pyarrow as pa
from fastapi import Request
from fastapi.responses import Response

from dashboards.api.problems import Problem
from dashboards.parts.files import to_csv, to_parquet

JSON, CSV = "application/json", "text/csv"
ARROW, PARQUET = "application/vnd.apache.arrow.stream", "application/vnd.apache.parquet"
TYPES = (JSON, CSV, ARROW, PARQUET)
CONTENT: dict[str, dict[str, Any]] = {
    CSV: {"schema": {"type": "string"}},
    ARROW: {"schema": {"type": "string", "format": "binary"}},
    PARQUET: {"schema": {"type": "string", "format": "binary"}},
}


def accepted(request: Request) -> str:
    """Return the type to answer in; the caller's first choice among those there are.

    Raises:
        Problem: 406, none of what is accepted can be made.
    """
    wanted = []
    for at, part in enumerate(request.headers.get("accept", "*/*").split(",")):
        name, *parameters = (one.strip().lower() for one in part.split(";"))
        given = [one[2:] for one in parameters if one.startswith("q=")]
        try:
            quality = float(given[0]) if given else 1.0
        except ValueError:
            quality = 0.0
        if quality > 0:
            wanted.append((-quality, at, name))
    for _, _, name in sorted(wanted):
        for known in TYPES:
            if name in (known, "*/*", known.partition("/")[0] + "/*"):
                return known
    raise Problem(406, f"Accept one of {', '.join(TYPES)}.")


def document(content: Any, status: int = 200) -> Response:
    """Return anything JSON can say; instants are UTC and say so."""
    return Response(json_of(content), status, media_type=JSON)


def instant(text: str | None) -> datetime | None:
    """Return an instant as the journal writes it."""
    return datetime.fromisoformat(text) if text else None


def rows(table: pa.Table, kind: str, name: str, more: dict[str, Any]) -> Response:
    """Return a table in one of `TYPES`; `more` stands beside the rows in JSON, else in headers."""
    if kind == JSON:
        return document({"rows": table.to_pylist(), **more})
    write = {CSV: to_csv, ARROW: _arrow, PARQUET: to_parquet}[kind]
    suffix = {CSV: "csv", ARROW: "arrow", PARQUET: "parquet"}[kind]
    headers = {"Content-Disposition": f'attachment; filename="{name}.{suffix}"'}
    if more.get("next_cursor"):
        headers["X-Next-Cursor"] = str(more["next_cursor"])
    return Response(write(table), headers=headers, media_type=kind)


def json_of(content: Any) -> bytes:
    """Return anything as JSON; instants are UTC and say so."""
    options = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_SERIALIZE_NUMPY
    return orjson.dumps(content, default=_plain, option=options)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        at = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return at.isoformat(timespec="microseconds") + "Z"
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)


def _arrow(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue().to_pybytes()
