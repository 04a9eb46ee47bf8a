"""`sources/demo.yml` declares what the simulator writes: every site, every column, every label."""

from __future__ import annotations

import gzip
import io
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from ingestion.telemetry.declaration import Declaration
from ingestion.telemetry.declared import SHIPPED, expand, read_declarations
from ingestion.telemetry.simulator.delivery import deliver
from ingestion.telemetry.simulator.render import Plant
from ingestion.telemetry.simulator.sites import SITES

DECLARED = {
    entry.name.removeprefix("demo_"): entry.declaration
    for entry in read_declarations(SHIPPED / "demo.yml")
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plant")
    deliver(Plant(7, 6, 1 / 120, 1.0, 10, date(2026, 10, 1)), range(9, 20), folder)
    return folder


def _relative(pattern: str) -> str:
    return expand(pattern).partition("/demo/telemetry/")[2]


def _named_columns(declaration: Declaration) -> set[str]:
    columns = declaration.columns
    parts = (columns.power, columns.voltage, columns.current, columns.temperature)
    parts += (columns.stage, columns.cycle_id, columns.control_id)
    names = {part.column for part in parts if part is not None}
    return names | set(columns.reading_at.column)


def _header(path: Path, declaration: Declaration) -> set[str]:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    if path.suffix == ".parquet":
        return set(pl.read_parquet(io.BytesIO(content)).columns)
    first = content.decode("utf-8-sig").splitlines()[0]
    if ".json" in path.name:
        return set(pl.read_ndjson(io.StringIO(first)).columns)
    return set(first.split(declaration.files.dialect.delimiter))


def test_every_site_is_declared_and_nothing_else() -> None:
    assert set(DECLARED) == {site.name for site in SITES}


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_declared_columns_are_in_the_files(name: str, files: Path) -> None:
    declaration = DECLARED[name]
    (pattern,) = declaration.files.paths
    found = sorted(files.glob(_relative(pattern)))
    assert len(found) >= 11
    assert _named_columns(declaration) <= _header(found[0], declaration)


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_declared_labels_are_in_the_ground_truth(name: str, files: Path) -> None:
    spans = DECLARED[name].labels.spans
    (pattern,) = spans.paths
    found = sorted(files.glob(_relative(pattern)))
    assert found
    header = set(found[0].read_text().splitlines()[0].split(","))
    named = {spans.control_id.column, spans.cycle_id.column, spans.issue_kind_column}
    named |= {spans.is_anomaly_column, *spans.started_at.column, *spans.ended_at.column}
    assert named == header
