"""The small project built by Apache Spark itself, in a session of the build's own process."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.lakehouse.catalog import catalog
from tests import apache_spark
from tests.python_models.runs.spark.test_engine import (
    answers,
    build,
    layered,  # noqa: F401  a project for these tests
    shown,
)
from tests.python_models.tiny import Tiny

pytestmark = [pytest.mark.long, apache_spark.needed]


def test_a_build_on_apache_spark_releases_what_one_on_duckdb_does(
    layered: Tiny,  # noqa: F811  the fixture
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in apache_spark.environment(tmp_path / "spark").items():
        monkeypatch.setenv(name, value)
    build("spark")
    layered.write_things(days=4, value=2)
    said = build("spark")
    assert "Layer 1 of 5" in said
    on_spark = shown()
    assert len(on_spark["things"]) == 16
    things = catalog().load_table("plant.things")
    snapshot = things.current_snapshot()
    assert snapshot is not None
    assert snapshot.summary is not None
    assert "spark.app.id" in snapshot.summary.additional_properties
    build("local")
    assert shown() == on_spark
    assert answers() == 16
