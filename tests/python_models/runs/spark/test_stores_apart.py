"""Files in a store, the catalog in PostgreSQL or behind REST, SQL on Spark: by settings alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import reset_settings
from python_models.release.reader import open_release
from tests.ingestion.lakehouse.rest_catalog.conftest import TOKEN, serving_apart
from tests.ingestion.telemetry.test_databases import postgres  # noqa: F401  a server for this test
from tests.python_models.release.test_object_store import bucket  # noqa: F401  a store for it
from tests.python_models.runs.spark.test_engine import (
    build,
    layered,  # noqa: F401  a project for it
)
from tests.python_models.tiny import Tiny


def shown() -> dict[str, list[Any]]:
    """Return what the release says, with the store's key."""
    with open_release() as release:
        return {
            name: release.execute(f"from {name} order by all").fetchall()
            for name in ("plant.things", "plant.judgements")
        } | {"answers": release.execute("select count(*) from llm.calls").fetchall()}


def require_same_on_both(layered: Tiny, bucket: str) -> None:  # noqa: F811  no fixtures here
    """Build on Spark, twice, and then on DuckDB; nothing of it lies in the lake's folder."""
    build("spark")
    layered.write_things(days=4, value=2)
    build("spark")
    on_spark = shown()
    assert len(on_spark["plant.things"]) == 16
    assert on_spark["answers"] == [(16,)]
    location = catalog().load_table("plant.things").location()
    assert location.startswith(f"{bucket}/plant/things-")  # the folder Spark was told
    assert not lake().warehouse.exists()
    assert not lake().catalog_db.exists()
    build("local")
    assert shown() == on_spark


@pytest.mark.long
@pytest.mark.postgres
def test_a_lake_in_a_store_and_a_catalog_in_postgresql_are_built_on_spark_as_on_duckdb(
    layered: Tiny,  # noqa: F811  the fixtures
    bucket: str,  # noqa: F811
    postgres: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = postgres.replace("postgresql://", "postgresql+psycopg2://")
    monkeypatch.setenv("SLUICE_CATALOG_URI", address)
    reset_settings()
    require_same_on_both(layered, bucket)


@pytest.mark.long
def test_a_lake_in_a_store_and_a_rest_catalog_are_built_on_spark_as_on_duckdb(
    layered: Tiny,  # noqa: F811  the fixtures
    bucket: str,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served = {
        "SLUICE_LAKE": str(tmp_path / "served"),
        "SLUICE_CATALOG_SERVER_WRITES": "plant,plant_staging,plant_intermediate,llm,sluice",
    }
    with serving_apart(**served) as (server, _):
        monkeypatch.setenv("SLUICE_CATALOG_TYPE", "rest")
        monkeypatch.setenv("SLUICE_CATALOG_URI", server.url)
        monkeypatch.setenv("SLUICE_CATALOG_TOKEN", TOKEN)
        reset_settings()
        require_same_on_both(layered, bucket)
