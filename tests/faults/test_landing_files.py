"""Files that are damaged, huge or hostile: refused or read, the landing lives on."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from ingestion.__main__ import REFUSED
from ingestion.lakehouse.settings import PROJECT_ROOT
from tests.ingestion.lakes import HEAD, Plant


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    monkeypatch.setenv("SLUICE_SOURCES", "")
    return Plant(tmp_path / "plant")


def write_parquet(path: Path, rows: int) -> bytes:
    """Write readings as Parquet; returns the bytes."""
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select 'a' as machine, timestamp '2024-01-01' + to_seconds(i) as time, "
            f"i * 1.5 as power from range({rows}) rows (i)) to '{path}' (format parquet)"
        )
    return path.read_bytes()


def flip_and_land(plant: Plant, tmp_path: Path, flips: int) -> None:
    """Flip one bit in each of many copies: the landing lives, and each copy has its row."""
    good = write_parquet(tmp_path / "good.parquet", 2000)
    dice = random.Random(7)
    for number in range(flips):
        body = bytearray(good)
        body[dice.randrange(len(body))] ^= 1 << dice.randrange(8)
        plant.deliver(f"flipped{number:03}.parquet", bytes(body))
    plant.deliver("good.parquet", good)
    assert plant.land() == REFUSED
    (counts,) = plant.rows(
        "select count(*), count(*) filter (status = 'loaded' and source_file like '%good%') "
        "from files"
    )
    assert counts == (flips + 1, 1)
    plant.check_books()
    # a bit lies in one column: what is loaded all the same is right in the two others
    odd = plant.rows(
        "with seen as (select source_file, list(control_id order by record_number) as machines,"
        " list(reading_at order by record_number) as times,"
        " list(power order by record_number) as powers from readings group by source_file),"
        " good as (select * from seen where source_file like '%good%')"
        " select seen.source_file, cast(seen.machines is distinct from good.machines as integer)"
        " + cast(seen.times is distinct from good.times as integer)"
        " + cast(seen.powers is distinct from good.powers as integer) as columns_off"
        " from seen cross join good"
    )
    assert dict(odd)[next(name for name, _ in odd if "good" in name)] == 0
    assert all(off <= 1 for _, off in odd), odd


def test_a_flipped_bit_in_parquet_never_ends_a_landing(plant: Plant, tmp_path: Path) -> None:
    flip_and_land(plant, tmp_path, 25)


@pytest.mark.long
def test_five_hundred_flipped_bits(plant: Plant, tmp_path: Path) -> None:
    flip_and_land(plant, tmp_path, 500)


@pytest.mark.long
def test_a_gigabyte_lands_within_a_gigabyte(plant: Plant) -> None:
    """The reading process may not have more address space than DuckDB's limit and its code."""
    import psutil

    target = plant.folder / "big.csv"
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 'machine_' || i % 6 as machine, timestamp '2024-01-01' + "
            "to_milliseconds(i * 100) as time, round(random() * 1000, 3) as power, "
            f"round(random(), 6) as flow from range(22000000) rows (i)) to '{target}' (header)"
        )
    assert target.stat().st_size > 1e9
    process = psutil.Popen(
        [sys.executable, "-m", "ingestion", "telemetry", "--source", "plant"],
        cwd=PROJECT_ROOT,
        stdout=subprocess.DEVNULL,
    )
    peak = 0
    while process.poll() is None:
        try:
            family = [process, *process.children(recursive=True)]
            peak = max(peak, sum(one.memory_info().rss for one in family))
        except psutil.Error:
            continue
        psutil.Process(os.getpid()).cpu_percent(interval=0.1)
    assert process.returncode == 0
    assert plant.rows("select count(*) from readings") == [(22_000_000,)]
    assert peak < 1024**3


def test_many_bad_lines_are_each_a_row(plant: Plant) -> None:
    good = "a,2024-01-01 00:00:00,1\n"
    plant.deliver("dirty.csv", HEAD + (good + "a,never,1\na,2024-01-01\n" + '"a,b\n') * 2000)
    assert plant.land() == 0
    assert plant.rows("select reason, count(*) from rejects group by 1 order by 1") == [
        ("bad_timestamp", 2000),
        ("open_quote", 2000),
        ("too_few_columns", 2000),
    ]
    assert plant.rows("select count(distinct line_number) from rejects") == [(6000,)]
    plant.check_books()
