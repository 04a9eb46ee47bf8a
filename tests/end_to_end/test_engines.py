"""The demo built on Spark is the one DuckDB built, for no answer more; so is one more day of it.

All products go through one run: its layers are as many as those of the product that has most.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.settings import PROJECT_ROOT, Settings
from ingestion.lakehouse.sql_text import identifier
from ingestion.landing.products import PRODUCTS
from tests import apache_spark

pytestmark = pytest.mark.long
_TABLES = """
select table_name, from_json(volatile_columns, '["varchar"]') from ops.release_tables
where domain = ? and release_id = (select max(release_id) from ops.release_tables)
"""

# of two lakes that landed the same files, each from its own folder at a moment of its own
_OF_LANDING = ("load_id", "landed_at", "landed_date", "source_file")


class Built:
    """A lake in a folder of its own."""

    def __init__(self, folder: Path, told: Mapping[str, str] | None = None) -> None:
        self.folder, self.lake, self.told = folder, folder / "lake", dict(told or {})

    @classmethod
    def copied(cls, demo: Path, folder: Path, told: Mapping[str, str] | None = None) -> Built:
        """Return a lake like the demo's that may be changed; `told` is what its commands are."""
        shutil.copytree(demo / "lake", folder / "lake", symlinks=True)
        shutil.copytree(demo / "target", folder / "target")  # what dbt has parsed
        found = cls(folder, told)
        found.say("python_models.runs", "relocate")
        return found

    def say(self, module: str, *arguments: str) -> str:
        """Do a command, which must end well; returns what it said."""
        known = {name.upper() for name in Settings.model_fields} | {"SLUICE_SOURCES", "SLUICE_CI"}
        environment = {name: value for name, value in os.environ.items() if name not in known}
        environment |= {"SLUICE_LAKE": str(self.lake), "DBT_LOG_PATH": str(self.folder / "log")}
        environment |= {"DBT_TARGET_PATH": str(self.folder / "target")} | self.told
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", module, *arguments],
            cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
        return done.stdout

    def build(self, engine: str, *products: str) -> None:
        """Build what has landed of some products or of all, whether anything is new or not."""
        named = ["--domain", ",".join(products)] if products else []
        self.say("python_models.runs.run", "--build-only", *named, "--engine", engine, "--force")

    def asked(self) -> int:
        """Return how many requests the lake has made of an endpoint."""
        with connect_duckdb(self.lake / "latest.duckdb", read_only=True) as release:
            [[count]] = release.execute("select count(*) from llm.attempts").fetchall()
        return count


def different(one: Built, other: Built, *products: str) -> list[str]:
    """Return which released tables of some products, or of all, differ in both lakes' rows.

    Moments and ids of runs, which a table's release says are not its content, are left out; of
    doubles count ten digits, the last bits of a mean go with the order it is summed in, and of a
    zero not its sign.
    """
    found = []
    with connect_duckdb() as session:
        for name, lake in (("one", one), ("other", other)):
            session.execute(f"attach '{lake.lake}/latest.duckdb' as {name} (read_only)")
        for product in products or sorted(PRODUCTS):
            session.execute("use one")
            tables = session.execute(_TABLES, (product,)).fetchall()
            session.execute("use other")
            assert session.execute(_TABLES, (product,)).fetchall() == tables != []
            for table, volatile in tables:
                place = f"{identifier(product)}.{identifier(table)}"
                found += _differences(session, place, volatile)
    return found


def _differences(session: duckdb.DuckDBPyConnection, place: str, volatile: list[str]) -> list[str]:
    described = session.execute(f"describe one.{place}").fetchall()
    assert session.execute(f"describe other.{place}").fetchall() == described
    columns = ", ".join(
        f"printf('%.9e', {identifier(name)} + 0e0)" if kind == "DOUBLE" else identifier(name)
        for name, kind, *_ in described
        if name not in volatile and name not in _OF_LANDING
    )
    sides = [f"select {columns} from {name}.{place}" for name in ("one", "other")]
    found = []
    for left, right in (sides, sides[::-1]):
        query = f"select count(*) from ({left} except all {right})"
        [[count]] = session.execute(query).fetchall()
        if count:
            found.append(f"{place}: {count} rows of {left}")
    return found


@pytest.mark.skipif(
    not (find_spec("pysail") and find_spec("pyspark")),
    reason="NOT TESTED: no Spark server (make setup-spark)",
)
def test_a_lake_goes_to_spark_one_day_on_there_and_back_to_duckdb(
    demo: Path, tmp_path: Path
) -> None:
    spark, local = (Built.copied(demo, tmp_path / name) for name in ("spark", "local"))
    asked = spark.asked()
    spark.build("spark")
    assert different(spark, local) == []
    assert spark.asked() == asked

    for engine, lake in {"spark": spark, "local": local}.items():
        lake.say("ingestion.landing.demo", "--domain", "telemetry", "--days", "31")
        lake.say("ingestion", "telemetry")
        lake.build(engine, "telemetry")
    assert different(spark, local) == []
    assert spark.asked() == local.asked() > asked

    spark.build("local")
    assert different(spark, local) == []
    assert spark.asked() == local.asked()


@apache_spark.needed
@pytest.mark.parametrize("product", sorted(PRODUCTS))
def test_apache_spark_makes_of_a_product_what_duckdb_does(
    demo: Path, tmp_path: Path, product: str
) -> None:
    lake = Built.copied(demo, tmp_path / "lake", apache_spark.environment(tmp_path / "spark"))
    asked = lake.asked()
    lake.build("spark", product)
    assert different(lake, Built(demo), product) == []
    assert lake.asked() == asked
