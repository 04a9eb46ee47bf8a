from __future__ import annotations

import socket

import pyarrow as pa
import pytest
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import ForbiddenError, UnauthorizedError

from ingestion.lakehouse import lock
from ingestion.lakehouse.catalog import catalog, metadata_locations
from ingestion.lakehouse.settings import SettingsError, reset_settings
from ingestion.lakehouse.spark_server import told_of
from python_models.runs.spark.servers import running

ROWS = pa.table({"day": ["monday"]})


def test_spark_writes_to_the_builds_namespaces_alone_while_the_build_holds_the_lake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLUICE_SPARK_URI", "sc://elsewhere:15002")
    monkeypatch.setenv("SLUICE_CATALOG_SERVER_TOKEN", "told-to-the-server-elsewhere")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    monkeypatch.setenv("SLUICE_CATALOG_SERVER_PORT", port)
    reset_settings()
    catalog().create_namespace("raw_telemetry")
    with lock.build_lock("a run"), running({"telemetry"}) as servers:
        assert servers.environment == {"SLUICE_SPARK_URI": "sc://elsewhere:15002"}
        [server] = servers.started
        assert server.address == f"http://127.0.0.1:{port}"
        with pytest.raises(UnauthorizedError):
            load_catalog("stranger", type="rest", uri=server.address)
        token = "told-to-the-server-elsewhere"
        rest = load_catalog("spark", type="rest", uri=server.address, token=token)
        rest.create_namespace("telemetry")
        rest.create_table("telemetry.days", ROWS.schema).append(ROWS)
        with pytest.raises(ForbiddenError, match="raw_telemetry is not to be changed"):
            rest.create_table("raw_telemetry.days", ROWS.schema)
        servers.require_alive()
        server.end()
        with pytest.raises(SettingsError, match="The catalog server ended from outside"):
            servers.require_alive()
    assert metadata_locations("telemetry").keys() == {"days"}


def test_sail_is_told_the_catalog_and_its_token() -> None:
    told = told_of("http://127.0.0.1:1", 'a"b')
    assert told["SAIL_CATALOG__DEFAULT_CATALOG"] == "lake"
    assert told["SAIL_CATALOG__LIST"] == (
        '[{name="lake", type="iceberg-rest", uri="http://127.0.0.1:1",'
        ' bearer_access_token="a\\"b"}]'
    )
