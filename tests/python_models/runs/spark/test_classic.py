from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from ingestion.lakehouse.settings import SettingsError, settings
from python_models.runs.spark import servers
from python_models.runs.spark.classic import TOKEN_VARIABLE, iceberg_package, is_classic


@pytest.fixture
def jar(tmp_path: Path) -> str:
    """A jar whose Iceberg lies below its vendor's package."""
    path = tmp_path / "runtime.jar"
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr("vendor/org/apache/iceberg/spark/SparkCatalog.class", b"")
    return str(path)


@pytest.mark.parametrize(
    ("uri", "is_one"),
    [(None, False), ("sc://host:15002", False), ("local[2]", True), ("spark://host:7077", True)],
)
def test_a_master_is_a_session_of_the_builds_own(uri: str | None, is_one: bool) -> None:
    assert is_classic(uri) is is_one


def test_a_jar_without_iceberg_or_that_is_none_is_refused(jar: str, tmp_path: Path) -> None:
    assert iceberg_package(jar) == "vendor.org.apache.iceberg"
    other = tmp_path / "other.jar"
    with zipfile.ZipFile(other, "w") as opened:
        opened.writestr("a.class", b"")
    assert iceberg_package(f"{other},{jar}") == "vendor.org.apache.iceberg"
    with pytest.raises(SettingsError, match="no Iceberg for Spark"):
        iceberg_package(str(other))
    for path in (tmp_path / "none.jar", Path(__file__)):
        with pytest.raises(SettingsError, match=f"{path.name} cannot be read"):
            iceberg_package(str(path))


def test_what_a_session_needs_is_said_one_after_the_other(
    jar: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_SPARK_URI", "local[2]")
    settings.cache_clear()
    there = {"dbt.adapters.spark", "pyspark"}
    monkeypatch.setattr(servers, "_is_there", there.__contains__)
    with pytest.raises(SettingsError, match="pip uninstall pyspark-client"):
        servers.require_installed()
    there.add("py4j")
    with pytest.raises(SettingsError, match="SLUICE_SPARK_JARS"):
        servers.require_installed()
    monkeypatch.setenv("SLUICE_SPARK_JARS", jar)
    settings.cache_clear()
    servers.require_installed()
    servers.require_told()  # the session is told the catalog's token by the run


def test_a_session_opens_the_catalog_with_a_token_its_command_line_does_not_show(
    jar: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLUICE_SPARK_URI", "local[2]")
    monkeypatch.setenv("SLUICE_SPARK_JARS", jar)
    monkeypatch.setenv("SLUICE_CATALOG_TYPE", "rest")
    monkeypatch.setenv("SLUICE_CATALOG_URI", "http://catalog.example:8181")
    monkeypatch.setenv("SLUICE_CATALOG_TOKEN", "of-the-catalog")
    settings.cache_clear()
    with servers.running({"telemetry"}) as running:
        told = running.environment
    assert told[TOKEN_VARIABLE] == "of-the-catalog"
    session = json.loads(told[servers.SESSION_VARIABLE])
    assert session["spark.master"] == "local[2]"
    assert session["spark.jars"] == jar
    assert session["spark.sql.defaultCatalog"] == "lake"
    assert session["spark.sql.catalog.lake"] == "vendor.org.apache.iceberg.spark.SparkCatalog"
    assert session["spark.sql.catalog.lake.uri"] == "http://catalog.example:8181"
    assert session["spark.sql.catalog.lake.token"] == f"env:{TOKEN_VARIABLE}"
    assert "of-the-catalog" not in told[servers.SESSION_VARIABLE]
