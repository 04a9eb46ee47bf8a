"""A declaration is checked when it is read; the message says where, what, and how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.telemetry.declaration import Declaration
from ingestion.telemetry.declared import (
    SHIPPED,
    DeclarationError,
    declared_sources,
    expand,
    read_declarations,
)

GOOD = """
source: plant
kind: cycles
files: {paths: x.csv}
columns:
  control_id: {column: machine}
  reading_at: {column: time}
  power: {column: power, unit: W}
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "plant.yml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("path", sorted(SHIPPED.rglob("*.yml")), ids=lambda path: path.name)
def test_every_shipped_declaration_and_example_is_valid(path: Path) -> None:
    assert read_declarations(path)


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("unit: W", "unit: watt", "columns.power.unit", "'W', 'kW', 'MW' or 'mW'"),
        ("unit: W", "", "columns.power.unit", "this key is missing"),
        ("kind: cycles", "kind: cycle", "kind", "'cycles' or 'series'"),
        ("power:", "pwoer:", "columns.pwoer", "check the spelling"),
        ("column: time", "column: time, zone: Berlin", "columns.reading_at.zone", "Europe/Berlin"),
        ("column: time", "column: time, format: DMY", "columns.reading_at.format", "strptime"),
        ("column: machine", "", "columns.control_id", "exactly one of `column`"),
        ("files: {paths: x.csv}", "", "source", "exactly one of `files` and `sql`"),
        ("x.csv", "x.csv, dialect: {encoding: utf8x}", "files.dialect.encoding", "latin-1"),
        ("  power: {column: power, unit: W}", "", "source", "kind: series"),
        ("plant", "Plant 7", "source", "match pattern"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_key(
    old: str, new: str, where: str, what: str, tmp_path: Path
) -> None:
    path = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(DeclarationError) as error:
        read_declarations(path)
    assert f"{path}: {where}: " in str(error.value)
    assert what in str(error.value)
    assert "every_key.yml" in str(error.value)


def test_what_is_no_yaml_says_so(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="not valid YAML"):
        read_declarations(written(tmp_path, "source: [plant"))


def test_off_is_a_stage_and_no_boolean(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD + "  stage: {column: s, values: {off: idle, on: hold}}\n")
    (entry,) = read_declarations(path)
    stage = entry.declaration.columns.stage
    assert stage is not None
    assert stage.values == {"off": "idle", "on": "hold"}


def test_a_name_is_declared_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yml").write_text(GOOD)
    (tmp_path / "b.yml").write_text(GOOD)
    monkeypatch.setenv("SLUICE_SOURCES", str(tmp_path))
    with pytest.raises(DeclarationError, match="declared in .*a.yml already"):
        declared_sources()


def test_paths_take_variables_with_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESS_DATA", "/data")
    assert expand("${PRESS_DATA}/x ${OTHER_DATA:-/y}") == "/data/x /y"


def test_a_declaration_survives_its_way_to_the_reading_process(tmp_path: Path) -> None:
    for path in SHIPPED.rglob("*.yml"):
        for entry in read_declarations(path):
            text = entry.declaration.model_dump_json(by_alias=True)
            assert Declaration.model_validate_json(text) == entry.declaration
