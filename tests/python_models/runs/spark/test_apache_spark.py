"""The small project built by Apache Spark itself, in a session of the build's own process.

SLUICE_TEST_SPARK_PYTHON is a Python of this version with pyspark 3.5 (and Java) beside,
SLUICE_TEST_ICEBERG_JAR the Iceberg runtime for it, or a vendor's jar that has it.
"""

from __future__ import annotations

import os
import subprocess

import pytest

from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.settings import PROJECT_ROOT
from tests.python_models.runs.spark.test_engine import (
    answers,
    build,
    layered,  # noqa: F401  a project for these tests
    shown,
)
from tests.python_models.tiny import Tiny

PYTHON, JAR = "SLUICE_TEST_SPARK_PYTHON", "SLUICE_TEST_ICEBERG_JAR"
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not (os.environ.get(PYTHON) and os.environ.get(JAR)),
        reason=f"NOT TESTED: Apache Spark ({PYTHON} and {JAR} name none)",
    ),
]
_WHERE = "import pathlib, pyspark; print(pathlib.Path(pyspark.__file__).parent.parent)"


def test_a_build_on_apache_spark_releases_what_one_on_duckdb_does(
    layered: Tiny,  # noqa: F811  the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = subprocess.run([os.environ[PYTHON], "-c", _WHERE], capture_output=True, text=True)
    # before pyspark-client, which has the same name and no Spark
    monkeypatch.setenv("PYTHONPATH", f"{found.stdout.strip()}:{PROJECT_ROOT}")
    monkeypatch.setenv("SLUICE_SPARK_URI", "local[2]")
    monkeypatch.setenv("SLUICE_SPARK_JARS", os.environ[JAR])
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
