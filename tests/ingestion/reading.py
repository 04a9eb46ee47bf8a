"""Read bytes as a declared source would, without a lake: what is accepted, what is refused."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import yaml

from ingestion.lakehouse.sql_text import literal
from ingestion.landing.rejecting import Provenance, Unreadable
from ingestion.landing.worker import Job
from ingestion.tables import keeping
from ingestion.tables.rejecting import Reject
from ingestion.telemetry.batch import convert_batch
from ingestion.telemetry.convert import Converted, convert
from ingestion.telemetry.declaration import Declaration
from ingestion.telemetry.mapping import Delivery

PLAIN = """
source: plant
kind: cycles
files: {paths: x.csv}
columns:
  control_id: {column: machine}
  reading_at: {column: time}
  power: {column: power, unit: W}
"""


@dataclass
class Read:
    """What became of a file."""

    converted: Converted
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def readings(self) -> list[dict[str, Any]]:
        return self.tables.get("readings", [])

    @property
    def rejects(self) -> list[Reject]:
        return self.converted.rejects

    @property
    def reasons(self) -> list[tuple[int | None, str]]:
        return [(reject.line_number, reject.reason) for reject in self.rejects]

    def values(self, column: str) -> list[Any]:
        return [row[column] for row in self.readings]


def declaration(text: str = PLAIN, **changes: Any) -> Declaration:
    """Return a declaration from YAML, with whole keys replaced."""
    return Declaration.model_validate(yaml.safe_load(text) | changes)


def connect() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("set global TimeZone = 'UTC'")
    return connection


def read_file(
    path: Path, declared: Declaration, scratch: Path, known: set[str] | None = None
) -> Read:
    """Convert a file; the counts must add up whatever it holds, and rows that are kept in a file
    between two passes must come out as those that are kept in memory, and as those of three such
    files that are read as one.

    Raises:
        Unreadable: the file is refused whole.
    """
    copies = read_copies(path, declared, scratch / "copies", known or set())
    try:
        read = _converted(path, declared, scratch, known or set())
    except Unreadable:
        assert copies == []
        raise
    for copy in copies:
        assert copy.converted == replace(read.converted, outputs=copy.converted.outputs)
        assert str(copy.tables) == str(read.tables)
    with patch.object(keeping, "IN_MEMORY_BYTES", -1):
        filed = _converted(path, declared, scratch / "filed", known or set())
    assert filed.rejects == read.rejects
    assert filed.converted.cells == read.converted.cells
    assert str(filed.tables) == str(read.tables)  # as text NaN is like NaN
    return read


def read_copies(path: Path, declared: Declaration, scratch: Path, known: set[str]) -> list[Read]:
    """Convert three copies of a file as one; none is returned if that is not possible."""
    text = declared.model_dump_json(by_alias=True)
    names = [f"/copy{number}{path}" for number in range(3)]
    jobs = [
        Job(
            number, "data", path, path.name, Provenance("load-1", declared.source, name, ""),
            scratch / str(number), text, {"known_sensors": sorted(known)},
        )
        for number, name in enumerate(names)
    ]  # fmt: skip
    scratch.mkdir(parents=True, exist_ok=True)
    connection = connect()
    found = convert_batch(connection, declared, jobs, scratch)
    assert set(found) in (set(), {0, 1, 2})
    reads = [Read(found[number]) for number in sorted(found)]
    for table, (file, _) in reads[0].converted.outputs.items() if reads else ():
        for name, read in zip(names, reads, strict=True):
            where = f"from read_parquet('{file}') where source_file = {literal(name)}"
            relation = connection.sql(
                f"select * replace ({literal(str(path))} as source_file) {where}"
            )
            rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
            if rows:
                read.tables[table] = rows
    return reads


def _converted(path: Path, declared: Declaration, scratch: Path, known: set[str]) -> Read:
    scratch.mkdir(parents=True, exist_ok=True)
    connection = connect()
    delivery = Delivery("load-1", declared.source, str(path), path.name)
    converted = convert(connection, declared, delivery, path, scratch, known, "1")
    assert converted.rows_in == converted.rows_accepted + len(converted.rejects)
    read = Read(converted)
    for table, (file, rows) in converted.outputs.items():
        relation = connection.sql(f"select * from read_parquet('{file}')")
        names = list(relation.columns)
        read.tables[table] = [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
        assert len(read.tables[table]) == rows
    assert len(read.readings) == converted.rows_accepted
    return read


def read_text(
    body: str | bytes,
    tmp_path: Path,
    declared: Declaration | None = None,
    name: str = "delivered.csv",
    known: set[str] | None = None,
) -> Read:
    """Convert text or bytes as a file of a name."""
    path = tmp_path / name
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return read_file(path, declared or declaration(), tmp_path / "scratch", known)
