"""A table's graph, tests, owners and the way of a column, from a manifest as a build leaves it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dashboards.parts.column_lineage import Origin, origins
from dashboards.parts.lineage import Lineage, Reader, TableTest, known_tests, lineage_of, readers_of
from tests.dashboards.pages import failures, page, words

MEASURED = """
with ordered as (select * from "build"."telemetry_staging"."stg_telemetry__readings")
select ordered.control_id, sum(ordered.power_w) / count(ordered.power_w) as mean_power_w
from ordered group by ordered.control_id
"""
CYCLES = """
with measured as (select * from "build"."telemetry_intermediate"."int_telemetry__cycles_measured")
select measured.control_id as control_id, measured.mean_power_w, 'valid' as status from measured
"""


def model(layer: str, name: str, code: str, above: list[str], columns: list[str]) -> dict[str, Any]:
    """Return a model's node of a manifest, as far as pages read it."""
    return {
        "unique_id": f"model.sluice.{name}",
        "resource_type": "model",
        "language": "sql",
        "database": "build",
        "schema": "telemetry" if layer == "marts" else f"telemetry_{layer}",
        "name": name,
        "alias": name,
        "fqn": ["sluice", "telemetry", layer, name],
        "original_file_path": f"models/telemetry/{layer}/{name}.sql",
        "compiled_code": code,
        "columns": dict.fromkeys(columns, {}),
        "depends_on": {"nodes": [f"model.sluice.{one}" for one in above]},
    }


@pytest.fixture(autouse=True)
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Leave the manifest of three models in a row, a test and a page."""
    staging, measured = "stg_telemetry__readings", "int_telemetry__cycles_measured"
    models = [
        model("staging", staging, "select 1", [], ["control_id", "power_w"]),
        model("intermediate", measured, MEASURED, [staging], ["control_id", "mean_power_w"]),
        model("marts", "cycles", CYCLES, [measured], ["control_id", "mean_power_w", "status"]),
    ]
    models[0]["language"] = "python"
    test = {
        "unique_id": "test.sluice.not_null_and_unique_cycles.1",
        "resource_type": "test",
        "schema": "audit",
        "name": "not_null_and_unique_cycles",
        "column_name": None,
        "test_metadata": {
            "name": "not_null_and_unique",
            "kwargs": {"not_null": ["control_id"], "unique": [["control_id", "started_at"]]},
        },
        "depends_on": {"nodes": ["model.sluice.cycles"]},
    }
    exposure = {
        "name": "telemetry_page",
        "resource_type": "exposure",
        "label": "Dashboard: Telemetry",
        "owner": {"name": "Engineers"},
        "depends_on": {"nodes": ["model.sluice.cycles"]},
    }
    written = {
        "nodes": {one["unique_id"]: one for one in [*models, test]},
        "sources": {},
        "exposures": {"exposure.sluice.telemetry_page": exposure},
        "child_map": {"model.sluice.cycles": [test["unique_id"], "exposure.sluice.telemetry_page"]},
    }
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "manifest.json").write_text(json.dumps(written))
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    return tmp_path / "target" / "manifest.json"


def test_a_column_is_followed_through_stars_and_sums_to_what_is_no_sql() -> None:
    assert origins("telemetry", "cycles", "mean_power_w") == [
        Origin(1, "telemetry_intermediate.int_telemetry__cycles_measured", "mean_power_w", ""),
        Origin(2, "telemetry_staging.stg_telemetry__readings", "power_w", "Python model"),
    ]
    assert origins("telemetry", "cycles", "status") == []
    assert origins("telemetry", "cycles", "no_such_column") == []


def test_models_that_describe_their_keys_alone_hide_no_column(manifest: Path) -> None:
    told = json.loads(manifest.read_text())
    for node in told["nodes"].values():
        node["columns"] = {"control_id": {}}
    before = origins("telemetry", "cycles", "mean_power_w")
    manifest.write_text(json.dumps(told))
    assert origins("telemetry", "cycles", "mean_power_w") == before != []


def test_a_table_knows_its_neighbours_its_tests_and_who_answers_for_it() -> None:
    assert lineage_of("telemetry", "cycles") == Lineage(
        made_of=["int_telemetry__cycles_measured"],
        made_into=["telemetry_page"],
        sql_file="models/telemetry/marts/cycles.sql",
    )
    assert known_tests("telemetry", "cycles") == [
        TableTest("not_null_and_unique_cycles", "not_null", "control_id"),
        TableTest("not_null_and_unique_cycles", "unique", "control_id, started_at"),
    ]
    assert readers_of("telemetry", "cycles") == [Reader("Dashboard: Telemetry", "Engineers")]


def test_without_a_build_here_nothing_is_said_of_a_table(manifest: Path) -> None:
    manifest.unlink()
    assert lineage_of("telemetry", "cycles") == Lineage()
    assert known_tests("telemetry", "cycles") == [] and readers_of("telemetry", "cycles") == []
    assert origins("telemetry", "cycles", "control_id") == []


def test_the_page_data_shows_it_without_a_docs_site(released: Path) -> None:
    place = {"find": "telemetry.cycles"}
    tested = page("data", place | {"about": "Lineage", "origin": "mean_power_w"})
    assert failures(tested) == []
    assert "cycles\\_measured" in words(tested)
    assert any("ends" in frame.value and len(frame.value) == 2 for frame in tested.dataframe)
    tested = page("data", place | {"about": "Tests"})
    assert any("not null" in list(frame.value.get("test", ())) for frame in tested.dataframe)
    assert "Engineers" in words(page("data", place | {"about": "Owners"}))
