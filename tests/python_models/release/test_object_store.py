"""Tables in an S3-compatible store, with the SQLite catalog and with a PostgreSQL one."""

from __future__ import annotations

import argparse
import base64
import json
import traceback
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import boto3
import duckdb
import pytest
from moto.server import ThreadedMotoServer

from ingestion.lakehouse import generation as generation_of
from ingestion.lakehouse import journal, lake_version, server_catalog
from ingestion.lakehouse.catalog import catalog, metadata_locations
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import SettingsError, reset_settings
from python_models.release import mart_parts
from python_models.release.reader import open_release
from python_models.runs import doctor
from python_models.upkeep import repair, retention
from tests.ingestion.lakehouse.rest_catalog.conftest import TOKEN, serving_apart
from tests.ingestion.telemetry.test_databases import postgres  # noqa: F401  a server for these tests
from tests.python_models.publishing import build_database, make_things, mart, publish

PASSWORD, ESCAPED = "Kanarie/47+11", "Kanarie%2F47%2B11"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    # what an earlier test put into the store is still there: the servers of a process share it
    reset = urllib.request.Request(f"http://{host}:{port}/moto-api/reset", method="POST")
    urllib.request.urlopen(reset).close()
    settings = {
        "SLUICE_WAREHOUSE": "s3://plant-lake/warehouse",
        "SLUICE_S3_ENDPOINT": f"http://{host}:{port}",
        "SLUICE_S3_ACCESS_KEY_ID": "local-key-id",
        "SLUICE_S3_SECRET_ACCESS_KEY": "local-secret-key",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    reset_settings()
    store = boto3.client(
        "s3",
        endpoint_url=settings["SLUICE_S3_ENDPOINT"],
        aws_access_key_id="local-key-id",
        aws_secret_access_key="local-secret-key",
        region_name="us-east-1",
    )
    store.create_bucket(Bucket="plant-lake")
    store.put_object(Bucket="plant-lake", Key="warehouse/raw_telemetry/secret.csv", Body=b"a\n1\n")
    yield "s3://plant-lake/warehouse"
    server.stop()


def publish_read_and_sweep(monkeypatch: pytest.MonkeyPatch, bucket: str) -> None:
    """Do what a lake has to do: publish, change a day, read locked down, let go of orphans."""
    monkeypatch.setattr(mart_parts, "ROWS_WORTH_A_PART", 4)
    daily = mart(partition_by="thing_date")
    with build_database() as build:
        make_things(build)
        publish(build, daily)
        build.execute("update plant.things set value = -1 where thing_id = 5")
        release_id, (changed,) = publish(build, daily)
    assert (release_id, changed.parts_written) == (2, 1)
    assert not lake().warehouse.exists()
    with open_release() as connection:
        assert connection.execute("select count(*) from plant.things").fetchone() == (12,)
        with pytest.raises(duckdb.Error):
            connection.execute(f"from read_csv('{bucket}/raw_telemetry/secret.csv')").fetchall()
    table = catalog().load_table("plant.things")
    orphan = f"{table.location()}/data/killed/data_0.parquet"
    with table.io.new_output(orphan).create() as output:
        output.write(b"half a file")
    retention.retention(argparse.Namespace(dry_run=False, json=True))
    assert not table.io.new_input(orphan).exists()
    with open_release() as connection:
        assert connection.execute("select count(*) from plant.things").fetchone() == (12,)
    wrong = [finding for finding in doctor.examine() if not finding.is_good]
    assert [finding.check for finding in wrong if finding.check != "pins"] == []


def test_tables_in_an_object_store_are_published_read_and_swept(
    monkeypatch: pytest.MonkeyPatch, bucket: str
) -> None:
    publish_read_and_sweep(monkeypatch, bucket)


@pytest.mark.postgres
def test_tables_in_an_object_store_with_a_postgresql_catalog(
    monkeypatch: pytest.MonkeyPatch,
    bucket: str,
    postgres: str,  # noqa: F811  the fixture
) -> None:
    # the server asks for no password; ours is to stand nowhere all the same
    address = postgres.replace("postgresql://plant@", f"postgresql+psycopg2://plant:{ESCAPED}@")
    monkeypatch.setenv("SLUICE_CATALOG_URI", address)
    reset_settings()
    publish_read_and_sweep(monkeypatch, bucket)
    assert not lake().catalog_db.exists()
    refuse_a_server_of_another_state()
    canaries = [PASSWORD, ESCAPED, base64.b64encode(PASSWORD.encode()).decode().rstrip("=")]
    files = [path for path in lake().root.rglob("*") if path.is_file()]
    assert len(files) > 3
    for path in files:
        assert not [one for one in canaries if one.encode() in path.read_bytes()], path


@pytest.mark.parametrize(
    ("driver", "said"),
    [("postgresql+psycopg2", "Connection refused"), ("postgresql+nosuch", "plugin")],
)
def test_a_catalog_server_that_cannot_be_used_is_said_without_its_password(
    monkeypatch: pytest.MonkeyPatch, driver: str, said: str
) -> None:
    address = f"{driver}://plant:{ESCAPED}@127.0.0.1:1/catalog"
    monkeypatch.setenv("SLUICE_CATALOG_URI", address)
    reset_settings()
    with pytest.raises(SettingsError) as error:
        catalog()
    text = "".join(traceback.format_exception(error.value))
    assert f"The catalog at {driver}://***@127.0.0.1:1/catalog cannot be opened: " in text
    assert said in text
    assert PASSWORD not in text
    assert ESCAPED not in text


def test_tables_in_an_object_store_with_a_rest_catalog(
    monkeypatch: pytest.MonkeyPatch, bucket: str, tmp_path: Path
) -> None:
    """Another lake's catalog is the server: what it holds is this lake's alone."""
    served = {
        "SLUICE_LAKE": str(tmp_path / "served"),
        "SLUICE_CATALOG_SERVER_WRITES": "plant,sluice",
    }
    with serving_apart(**served) as (server, _):
        monkeypatch.setenv("SLUICE_CATALOG_TYPE", "rest")
        monkeypatch.setenv("SLUICE_CATALOG_URI", server.url)
        monkeypatch.setenv("SLUICE_CATALOG_TOKEN", TOKEN)
        reset_settings()
        publish_read_and_sweep(monkeypatch, bucket)
        assert not lake().catalog_db.exists()
        names = server.ask("GET", "namespaces/plant/tables").json()["identifiers"]
        assert names == [{"namespace": ["plant"], "name": "things"}]
        refuse_a_server_of_another_state()


def refuse_a_server_of_another_state() -> None:
    """Put the server's generation back, and take its mark away: both are refused, and mended."""
    opened, root = catalog(), lake().root
    generation = lake_version.read_version(root).generation
    assert opened.load_namespace_properties("sluice")["sluice.generation"] == str(generation)
    older = {"sluice.generation": str(generation - 2)}
    for change in ({"updates": older}, {"removals": {"sluice.lake-id"}}):
        opened.update_namespace_properties("sluice", **change)
        server_catalog._agreed.clear()
        with pytest.raises(generation_of.LakeDisagrees, match="The catalog server"):
            catalog()
        assert repair.repair(argparse.Namespace(json=True)) == 0
        assert catalog().load_table("plant.things")


def test_lake_on_an_object_store_is_repaired_and_its_damaged_object_found(bucket: str) -> None:
    with build_database() as build:
        make_things(build)
        publish(build, mart())
    before = metadata_locations("plant")
    for path in (lake().catalog_db, lake().journal_db):
        for beside in path.parent.glob(f"{path.name}*"):
            beside.unlink()
    assert repair.repair(argparse.Namespace(json=True)) == 0
    assert metadata_locations("plant") == before
    with open_release() as connection:
        assert connection.execute("select count(*) from plant.things").fetchone() == (12,)

    (name,) = json.loads(journal.rows("select files from release_tables")[0]["files"])
    table = catalog().load_table("plant.things")
    content = table.io.new_input(name).open().read()
    table.io.delete(name)
    with table.io.new_output(name).create() as output:
        output.write(content[:200])
    wrong = [finding.detail for finding in doctor.examine() if finding.check == "files"]
    assert any(name in detail for detail in wrong)
    assert repair.repair(argparse.Namespace(json=True)) == 0
    assert journal.rows("select max(release_id) as n from releases") == [{"n": 2}]
    with open_release() as connection:
        assert connection.execute("select count(*) from plant.things").fetchone() == (12,)
