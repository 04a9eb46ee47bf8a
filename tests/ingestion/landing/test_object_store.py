"""Deliveries in an S3-compatible store, and the warehouse in one, against a local server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from ingestion.lakehouse.settings import reset_settings
from tests.ingestion.lakes import PLANT, Plant, csv


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def store(server: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """An empty store that the settings name."""
    for name, value in {
        "SLUICE_S3_ENDPOINT": server,
        "SLUICE_S3_ACCESS_KEY_ID": "testing",
        "SLUICE_S3_SECRET_ACCESS_KEY": "testing-secret",
    }.items():
        monkeypatch.setenv(name, value)
    reset_settings()
    client = boto3.client(
        "s3",
        endpoint_url=server,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing-secret",
    )
    for bucket in ("deliveries", "lake"):
        client.create_bucket(Bucket=bucket)
    yield client
    for bucket in ("deliveries", "lake"):
        for entry in client.list_objects_v2(Bucket=bucket).get("Contents", []):
            client.delete_object(Bucket=bucket, Key=entry["Key"])
        client.delete_bucket(Bucket=bucket)


def test_deliveries_in_an_object_store_land(plant: Plant, store: object) -> None:
    plant.declare(PLANT.replace("{folder}/**/*", "s3://deliveries/plant/**/*.csv"))
    for day in range(2):
        store.put_object(Bucket="deliveries", Key=f"plant/{day}/r.csv", Body=csv(day * 10, 10))
    assert plant.land() == 0
    assert plant.land() == 0
    assert plant.rows("select count(*), count(distinct source_file) from readings") == [(20, 2)]
    assert plant.rows("select min(source_file) from files") == [("s3://deliveries/plant/0/r.csv",)]
    store.put_object(Bucket="deliveries", Key="plant/copy.csv", Body=csv(0, 10))
    assert plant.land() == 0
    assert plant.rows("select count(*) from readings") == [(20,)]
    plant.check_books()


def test_the_warehouse_may_lie_in_an_object_store(
    plant: Plant, store: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_WAREHOUSE", "s3://lake/warehouse")
    reset_settings()
    plant.deliver("day1.csv", csv(0, 10))
    assert plant.land() == 0
    plant.deliver("day2.csv", csv(10, 10))
    assert plant.land() == 0
    keys = [entry["Key"] for entry in store.list_objects_v2(Bucket="lake")["Contents"]]
    assert sum("raw_telemetry/readings/data/" in key for key in keys) == 2
    assert not Path(os.environ["SLUICE_LAKE"], "warehouse").exists()
    assert plant.rows("select count(*), sum(power) from readings") == [(20, 190.0)]
    plant.check_books()
