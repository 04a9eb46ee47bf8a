"""SQL databases land through the same mapping, from where the last load stopped."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.conftest import postgres_bin
from tests.ingestion.lakes import Plant

HISTORY = """
source: plant
kind: cycles
sql: {{connection: PLANT_DATABASE_URL, {table}, cursor: id}}
columns:
  control_id: {{column: machine, prefix: plant/}}
  reading_at: {{column: measured_at, zone: Europe/Berlin}}
  voltage: {{column: volts, unit: V}}
  current: {{column: amps, unit: A}}
"""


def fill(url: str, first: int, last: int, odd: str | None = None) -> None:
    """Append readings to the plant's history; `odd` stands in the first one's current."""
    url = url.replace("postgresql://", "postgresql+psycopg2://")
    with sa.create_engine(url).begin() as connection:
        connection.execute(
            sa.text(
                "create table if not exists readings (id integer primary key, machine varchar(20), "
                "measured_at timestamp, volts double precision, amps numeric(10, 3), flow real)"
            )
        )
        for number in range(first, last + 1):
            amps = odd if odd and number == first else number / 8
            connection.execute(
                sa.text("insert into readings values (:n, 'm', :at, 230, :amps, :n)"),
                {"n": number, "at": f"2024-07-01 12:00:{number:02}", "amps": amps},
            )


def declare(plant: Plant, table: str) -> None:
    plant.declaration.write_text(HISTORY.format(table=table))


def check_history(plant: Plant, url: str) -> None:
    fill(url, 1, 10)
    assert plant.land() == 0
    assert plant.land() == 0
    fill(url, 11, 15)
    assert plant.land() == 0
    assert plant.rows(
        "select count(*), count(distinct source_file || record_number), "
        "min(reading_at)::varchar, sum(voltage * current) from readings"
    ) == [(15, 15, "2024-07-01 10:00:01", 230 * 120 / 8)]
    assert plant.rows("select distinct sensor from sensor_values") == [("flow",)]
    plant.check_books()


def test_a_sqlite_table_is_read_from_where_the_last_load_stopped(
    plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/history.db"
    monkeypatch.setenv("PLANT_DATABASE_URL", url)
    declare(plant, "table: readings")
    check_history(plant, url)


def test_a_query_is_read_like_a_table_and_a_bad_value_is_one_refused_row(
    plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/history.db"
    monkeypatch.setenv("PLANT_DATABASE_URL", url)
    declare(plant, "query: select * from readings where id <> 3")
    fill(url, 1, 10, odd="much")
    assert plant.land() == 0
    fill(url, 11, 12)
    assert plant.land() == 0
    assert plant.rows("select count(*) from readings") == [(10,)]
    assert plant.rows("select reason, column_name from rejects") == [("not_a_number", "amps")]


def test_a_database_that_does_not_answer_is_named_and_holds_nothing_up(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    declare(plant, "table: readings")
    assert plant.land() == 2
    assert "PLANT_DATABASE_URL is not set" in capsys.readouterr().err
    secret = "correcthorse"
    monkeypatch.setenv("PLANT_DATABASE_URL", f"postgresql://me:{secret}@127.0.0.1:1/plant")
    assert plant.land() == 1
    said = capsys.readouterr()
    assert "source plant" in said.err
    assert secret not in said.out + said.err


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of the tests' own; it refuses to run as root."""
    programs = postgres_bin()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="sluice-postgres-"))  # pytest's folders are its user's
    run: dict[str, Any] = {"check": True, "cwd": folder, "stdout": subprocess.DEVNULL}
    if os.getuid() == 0:
        user = pwd.getpwnam("nobody")
        os.chown(folder, user.pw_uid, user.pw_gid)
        run |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    control = [programs / "pg_ctl", "-D", data, "-w"]
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    try:
        subprocess.run([programs / "initdb", "-D", data, "-U", "plant", "-A", "trust", "-N"], **run)
        subprocess.run([*control, "-o", options, "-l", folder / "log", "start"], **run)
        yield f"postgresql://plant@127.0.0.1:{port}/postgres"
        subprocess.run([*control, "-m", "immediate", "stop"], **run)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.postgres
def test_a_postgresql_table_is_read_from_where_the_last_load_stopped(
    plant: Plant, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANT_DATABASE_URL", postgres)
    declare(plant, "table: readings, schema: public")
    check_history(plant, postgres)
