"""The demo built on Spark is the one DuckDB built, for no answer more; so is one more day of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.settings import PROJECT_ROOT, Settings
from ingestion.lakehouse.sql_text import identifier
from ingestion.landing.products import PRODUCTS

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not (find_spec("pysail") and find_spec("pyspark")),
        reason="NOT TESTED: no Spark server (make setup-spark)",
    ),
]
_TABLES = """
select table_name, from_json(volatile_columns, '["varchar"]') from ops.release_tables
where domain = ? and release_id = (select max(release_id) from ops.release_tables)
"""


class Built:
    """A lake in a folder of its own, of which one product is looked at."""

    def __init__(self, folder: Path, product: str) -> None:
        self.folder, self.lake, self.product = folder, folder / "lake", product

    @classmethod
    def copied(cls, demo: Path, folder: Path, product: str) -> Built:
        """Return a lake like the demo's that may be changed."""
        shutil.copytree(demo / "lake", folder / "lake", symlinks=True)
        found = cls(folder, product)
        found.say("python_models.runs", "relocate")
        return found

    def say(self, module: str, *arguments: str) -> str:
        """Do a command, which must end well; returns what it said."""
        known = {name.upper() for name in Settings.model_fields} | {"SLUICE_SOURCES", "SLUICE_CI"}
        environment = {name: value for name, value in os.environ.items() if name not in known}
        environment |= {"SLUICE_LAKE": str(self.lake), "DBT_LOG_PATH": str(self.folder / "log")}
        environment |= {"DBT_TARGET_PATH": str(self.folder / "target")}
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", module, *arguments],
            cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
        return done.stdout

    def build(self, engine: str) -> None:
        """Build what has landed, whether anything is new or not."""
        arguments = ["--build-only", "--domain", self.product, "--engine", engine, "--force"]
        self.say("python_models.runs.run", *arguments)

    def asked(self) -> int:
        """Return how many requests the lake has made of an endpoint."""
        with connect_duckdb(self.lake / "latest.duckdb", read_only=True) as release:
            [[count]] = release.execute("select count(*) from llm.attempts").fetchall()
        return count


def different(one: Built, other: Built) -> list[str]:
    """Return which released tables of the product do not have the same rows in both lakes.

    Moments and ids of runs, which a table's release says are not its content, are left out; of
    doubles count ten digits: the last bits of a mean go with the order it is summed in.
    """
    found = []
    with connect_duckdb() as session:
        for name, lake in (("one", one), ("other", other)):
            session.execute(f"attach '{lake.lake}/latest.duckdb' as {name} (read_only)")
        session.execute("use one")
        tables = session.execute(_TABLES, (one.product,)).fetchall()
        session.execute("use other")
        assert session.execute(_TABLES, (one.product,)).fetchall() == tables != []
        for table, volatile in tables:
            place = f"{identifier(one.product)}.{identifier(table)}"
            described = session.execute(f"describe one.{place}").fetchall()
            assert session.execute(f"describe other.{place}").fetchall() == described
            columns = ", ".join(
                f"printf('%.9e', {identifier(name)})" if kind == "DOUBLE" else identifier(name)
                for name, kind, *_ in described
                if name not in volatile
            )
            sides = [f"select {columns} from {name}.{place}" for name in ("one", "other")]
            for left, right in (sides, sides[::-1]):
                query = f"select count(*) from ({left} except all {right})"
                [[count]] = session.execute(query).fetchall()
                if count:
                    found.append(f"{table}: {count} rows of {left}")
    return found


@pytest.mark.parametrize("product", sorted(PRODUCTS))
def test_a_lake_goes_from_one_engine_to_the_other_and_back_and_asks_nothing(
    demo: Path, tmp_path: Path, product: str
) -> None:
    on_duckdb = Built(demo, product)
    lake = Built.copied(demo, tmp_path / "spark", product)
    asked = lake.asked()
    lake.build("spark")
    assert different(lake, on_duckdb) == []
    assert lake.asked() == asked
    lake.build("local")
    assert different(lake, on_duckdb) == []
    assert lake.asked() == asked


def test_one_more_day_on_spark_is_the_one_duckdb_makes(demo: Path, tmp_path: Path) -> None:
    lakes = {
        engine: Built.copied(demo, tmp_path / engine, "telemetry") for engine in ("spark", "local")
    }
    lakes["spark"].build("spark")
    for engine, lake in lakes.items():
        before = lake.asked()
        lake.say("ingestion.landing.demo", "--domain", "telemetry", "--days", "31")
        lake.say("ingestion", "telemetry")
        lake.build(engine)
        assert lake.asked() > before
    assert different(lakes["spark"], lakes["local"]) == []
    assert lakes["spark"].asked() == lakes["local"].asked()
