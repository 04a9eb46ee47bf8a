"""Apache Spark opens the lake's catalog: reads what the lake has, writes a table of its own.

It is asked in an installation apart: SLUICE_TEST_SPARK_PYTHON is a Python with pyspark 3.5,
SLUICE_TEST_ICEBERG_JAR the Iceberg runtime for it (iceberg-spark-runtime, or a jar that has it
shaded below `smfs.shaded`).
"""

from __future__ import annotations

import json
import os
import subprocess
import zipfile

import pytest

from tests.ingestion.lakehouse.rest_catalog.conftest import ROWS, TOKEN, Served

PYTHON, JAR = "SLUICE_TEST_SPARK_PYTHON", "SLUICE_TEST_ICEBERG_JAR"
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not (os.environ.get(PYTHON) and os.environ.get(JAR)),
        reason=f"NOT TESTED: Apache Spark ({PYTHON} and {JAR} name none)",
    ),
]
_SHADED = "smfs/shaded/"
_ASKED = """
import json, sys
from pyspark.sql import SparkSession

builder = SparkSession.builder.master("local[2]")
for name, value in json.loads(sys.argv[1]).items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()
read = spark.sql("select * from raw_plant.readings order by reading_id").collect()
spark.sql("create namespace if not exists scratch")
spark.sql("create table scratch.own (number int, word string) using iceberg")
spark.sql("insert into scratch.own values (1, 'x'), (2, 'y')")
spark.sql("delete from scratch.own where number = 1")
spark.sql("alter table scratch.own add column share double")
own = spark.sql("select * from scratch.own").collect()
try:
    spark.sql("insert into raw_plant.readings values (1, 'm', 2.0)")
    refused = ""
except Exception as error:
    refused = str(error)
print("FOUND", json.dumps([[list(row) for row in read], [list(row) for row in own], refused]))
"""


def test_apache_spark_reads_the_lakes_tables_and_writes_its_own(served: Served) -> None:
    jar = os.environ[JAR]
    with zipfile.ZipFile(jar) as opened:
        is_shaded = any(
            name.startswith(f"{_SHADED}org/apache/iceberg") for name in opened.namelist()
        )
    package = f"{_SHADED if is_shaded else ''}org/apache/iceberg".replace("/", ".")
    settings = {
        "spark.jars": jar,
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.extensions": f"{package}.spark.extensions.IcebergSparkSessionExtensions",
        "spark.sql.catalog.lake": f"{package}.spark.SparkCatalog",
        "spark.sql.catalog.lake.catalog-impl": f"{package}.rest.RESTCatalog",
        "spark.sql.catalog.lake.io-impl": f"{package}.hadoop.HadoopFileIO",
        "spark.sql.catalog.lake.uri": served.url,
        "spark.sql.catalog.lake.token": TOKEN,
        "spark.sql.defaultCatalog": "lake",
    }
    command = [os.environ[PYTHON], "-c", _ASKED, json.dumps(settings)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    [line] = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    read, own, refused = json.loads(line.removeprefix("FOUND "))
    assert read == [list(row.values()) for row in ROWS.sort_by("reading_id").to_pylist()]
    assert own == [[2, "y", None]]
    assert "raw_plant" in refused
    assert served.rest().load_table("scratch.own").scan().to_arrow().num_rows == 1
