"""What a portable macro gives: known values on DuckDB, and the same ones on a Spark server."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from importlib.util import find_spec
from typing import Any

import duckdb
import pytest

from ingestion.lakehouse import spark_server
from ingestion.lakehouse.lake import warehouse_uri
from ingestion.lakehouse.settings import PROJECT_ROOT, SettingsError, reset_settings
from tests.dbt_project.portable.rendered import (
    ELEMENTS,
    FOLDER,
    OF_GROUPS,
    OF_ROWS,
    SAMPLES,
    query,
)
from tests.ingestion.lakehouse.rest_catalog.conftest import Served, serving

ELSEWHERE = "SLUICE_TEST_SPARK"
CASES = [*OF_ROWS, *OF_GROUPS, *ELEMENTS]
# not a value of their own: tables, and one that needs a Spark Sail is not
UNTRIED = {"delete_matching", "later_than_stored", "each_search_word"}
UNTRIED |= {"broken_promises"}  # a query of its own: test_broken_promises.py
UNTRIED |= {"note_changed_days", "forget_days"}  # statements: telemetry/models_project.py
UNTRIED |= {"as_view", "handed_over", "type_name", "letters_without_accents"}  # no SQL
KNOWN = {
    "days_after": (0, datetime(2027, 3, 7, 23, 59, 59, 123456)),
    "seconds_after": (2, datetime(2024, 2, 26, 9, 30)),
    "just_after": (1, datetime(1970, 1, 1)),
    "seconds_between": (5, 2678399.123455),
    "time_slot": (1, -1),
    "timestamp_key": (5, "20260101T000000.000001"),
    "json_text": (7, "a'b"),
    "json_object_text": (4, '{"id":4,"text":null,"amount":7.0}'),
    "text_replaced_by_column": (2, "你好，世界。今__气很好！"),
    "timestamp_text": (3, "2026-03-29 02:30:00"),
    "text_replaced": (5, "_ _ _ _ _"),
    "words_apart": (5, " a  b  a  c  a "),
    "sentences_of": (6, " he said no then code and left really "),
    "without_quotations": (6, "He said  , , then  ,  and left; (really)"),
    "distinct_word_share": (5, 0.6),
    "median": (0, 1.5),
    "median half way": (1, 0.029750000000000002),
    "median of nothing": (2, None),
    "rounded": (3, 0.000001),
    "round_to": (0, 2116.616719),
    "array_head": (0, [6, 3]),
    "ordered_array_agg of nothing": (2, None),
    "ordered_text_agg of nothing": (2, None),
    "ordered_text_agg": (2, "a b a c a, 你好，世界。今天天气很好！"),
}


def on_duckdb(case: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.register("samples", SAMPLES)
        return connection.execute(query(case, "duckdb", "samples")).fetchall()


@pytest.mark.parametrize("case", KNOWN)
def test_a_portable_macro_gives_what_is_known_of_it(case: str) -> None:
    key, value = KNOWN[case]
    assert dict(on_duckdb(case))[key] == value


def test_each_portable_macro_is_tried() -> None:
    named = set()
    for path in FOLDER.glob("*.sql"):
        named |= set(re.findall(r"macro ((?!\w+__)\w+)\(", path.read_text()))
    tried = " ".join([*OF_ROWS.values(), *OF_GROUPS.values(), *ELEMENTS.values()])
    missing = {one for one in named if f"{one}(" not in tried}
    assert missing == UNTRIED | {"json_plain"}  # which `query` puts in


def test_a_spark_server_without_catalog_or_sail_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("SLUICE_CATALOG_SERVER_PORT", str(taken.getsockname()[1]))
        reset_settings()
        with pytest.raises(SettingsError, match="start `make catalog`"):
            spark_server.environment()
    monkeypatch.setattr(spark_server, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match="make setup-spark"):
        spark_server.main()


@pytest.mark.long
@pytest.mark.skipif(
    not (find_spec("pysail") and find_spec("pyspark")),
    reason="NOT TESTED: no Spark server (make setup-spark)",
)
def test_a_spark_server_over_the_lakes_catalog_gives_the_same_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving("scratch", monkeypatch) as server, spark(server, monkeypatch) as session:
        rest = server.rest()
        rest.create_namespace("scratch")
        rest.create_table("scratch.samples", SAMPLES.schema).append(SAMPLES)
        assert not different_values(session, "lake.scratch.samples")
        session.conf.set("spark.sql.warehouse.dir", f"{warehouse_uri()}/scratch")
        session.sql("create table scratch.made using iceberg as select * from scratch.samples")
        session.sql("delete from scratch.made where part = 1").collect()
        assert len(rest.load_table("scratch.made").scan().to_arrow()) == 5


@pytest.mark.long
@pytest.mark.skipif(
    not os.environ.get(ELSEWHERE),
    reason=f"NOT TESTED: no Apache Spark ({ELSEWHERE}=sc://host:port of a Connect server)",
)
def test_apache_spark_gives_the_same_values() -> None:
    with session_at(os.environ[ELSEWHERE]) as session:
        session.createDataFrame(SAMPLES).createOrReplaceTempView("samples")
        assert not different_values(session, "samples")


def different_values(session: Any, relation: str) -> dict[str, Any]:
    """Return {case: values on DuckDB and there} of the samples in a relation of a Spark session."""
    different = {}
    for case in CASES:
        here = on_duckdb(case)
        there = session.sql(query(case, "spark", relation)).collect()
        if comparable(here) != comparable(map(tuple, there)):
            different[case] = (here, there)
    return different


@contextmanager
def session_at(remote: str) -> Iterator[Any]:
    """Give a session on a Spark Connect server, told what the project's profile tells it."""
    from pyspark.sql import SparkSession

    session = SparkSession.builder.remote(remote).getOrCreate()
    session.conf.set("spark.sql.session.timeZone", "UTC")
    session.conf.set("spark.sql.timestampType", "TIMESTAMP_NTZ")
    yield session
    session.stop()


@contextmanager
def spark(server: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Start what `make spark-server` starts, and a session on it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("SLUICE_CATALOG_SERVER_PORT", server.url.rpartition(":")[2])
    command = [sys.executable, "-m", "ingestion.lakehouse.spark_server"]
    known = os.environ | {"SLUICE_SPARK_PORT": str(port)}
    process = subprocess.Popen(command, env=known, cwd=PROJECT_ROOT)
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline
                time.sleep(0.1)
        with session_at(f"sc://127.0.0.1:{port}") as session:
            yield session
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def comparable(rows: Any) -> list[str]:
    """Return rows in one order, in which a decimal is the number it is and zero has no sign."""
    numbers = (Decimal, float)
    plain = [tuple(float(x) + 0.0 if isinstance(x, numbers) else x for x in row) for row in rows]
    return sorted(map(repr, plain))


def test_scripts_are_named_as_java_and_rust_both_know_them() -> None:
    """Sail is written in Rust, Spark in Java, which knows `IsHan` and no `Han`."""
    text = (FOLDER / "each_search_word.sql").read_text()
    _, of_spark = text.split("{% macro spark__")
    names = re.findall(r"p\{(\w{3,})\}", of_spark)
    assert names and all(name.startswith("Is") for name in names)
